"""`benchmarks.retrieved`: the parts of a run are told apart, and every case retrieves."""

from benchmarks.generate import Shape
from benchmarks.retrieved import make_shop, measure
from palate.eval.cases import read_cases
from palate.eval.runs.folder import all_runs
from palate.eval.runs.summary import read_summary


def test_every_case_retrieves_and_every_part_takes_time(tmp_path):
    shop = make_shop(tmp_path, Shape(items=300, people=40, events=12))
    count, parts = measure(shop, 30)
    assert count == 30
    assert list(parts) == ["snapshot", "asking", "controls and summary"]
    assert all(wall > 0 and processor > 0 for wall, processor in parts.values())
    (run,) = all_runs(shop / "data" / "runs")
    assert all(case.candidates is None for case in read_cases(run.cases))
    assert read_summary(run.summary).ceiling is not None
