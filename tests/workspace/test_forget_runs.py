"""Forgetting a person reaches the runs and snapshots that name them."""

from palate import Palate
from palate.eval.runs.config_file import config_from
from palate.workspace.evaluate import Options, run


def test_no_file_names_a_forgotten_person(example):
    asked = config_from({"split": {"users": 250, "candidates": 10}, "metrics": ["NDCG@10"],
                         "statistics": {"samples": 100}})  # fmt: skip
    with Palate.open(example) as palate:
        folder, _ = run(palate, asked, Options(), steps=lambda _: None, notify=lambda _: None)
        assert folder.root.is_dir()
        palate.forget("ada")
    assert not folder.root.exists()
    left = [p for p in example.rglob("*") if p.is_file() and b'"ada"' in p.read_bytes()]
    assert left == []
