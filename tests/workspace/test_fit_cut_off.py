"""A fit that is cut off is made good for at the next start, or says why it cannot be."""

import json

import pytest

from palate import Palate, PalateError
from palate.retrieval import fit as fitting
from palate.workspace.scoring import score_cases


class Cut(Exception):
    """Stands for the power cut."""


def _cut_off(example, monkeypatch, **options):
    """Fits, and is cut off before anything of the prior is saved."""

    def cut(*_, **__):
        raise Cut

    with monkeypatch.context() as patch, Palate.open(example) as palate:
        patch.setattr(fitting, "save_behaviour", cut)
        with pytest.raises(Cut):
            palate.fit(**options)


def test_the_next_one_to_need_the_prior_fits_again(example, monkeypatch):
    with Palate.open(example) as palate:
        palate.feedback("ada", "heat-1995", "like")
    _cut_off(example, monkeypatch)
    with Palate.open(example) as palate:
        assert len(palate.recommend("ada", n=3)) == 3
        assert fitting.fitted_events(palate.folder.index) == palate.store.event_version
        assert not palate.folder.fitting.exists()


def test_what_was_left_out_is_never_learnt_in_silence(example, monkeypatch):
    _cut_off(example, monkeypatch, without=[("ada", "heat-1995")])
    with Palate.open(example) as palate:
        with pytest.raises(PalateError, match=r"fit --without CASES.* was cut off"):
            palate.recommend("ada", n=3)
        assert not (palate.folder.fitting.stat().st_mode & 0o077)
        assert "ada" not in palate.folder.fitting.read_text()
        palate.fit(without=[("ada", "heat-1995")])
        assert len(palate.recommend("ada", n=3)) == 3


def test_a_limit_does_not_hide_what_the_fit_left_out(example, tmp_path):
    with Palate.open(example) as palate:
        events = {user: palate.store.user_events(user)[-1] for user in ("ada", "ben")}
        cases = tmp_path / "cases.jsonl"
        lines = [
            {"id": user, "user": user, "truth": [e.item], "at": e.at.isoformat(),
             "candidates": [e.item, "alien-1979", "m-1931"]}
            for user, e in events.items()
        ]  # fmt: skip
        cases.write_text("\n".join(map(json.dumps, lines)))
        with pytest.raises(PalateError, match="fit --without"):
            score_cases(palate, cases, ["NDCG@10"])
        palate.fit(without=[(user, event.item) for user, event in events.items()])
        table = score_cases(palate, cases, ["NDCG@10"])
        assert "prior" in str(table)
        with pytest.raises(PalateError, match="two people"):
            score_cases(palate, cases, ["NDCG@10"], limit=1)
