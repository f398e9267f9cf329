"""`benchmarks.report`: its bounds, and what it prints without a browser."""

import importlib.util
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import report

if "harness" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("harness", Path(__file__).parent / "harness.py")
    sys.modules["harness"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["harness"])
harness = sys.modules["harness"]


@pytest.fixture
def kept(tmp_path, arrays):
    """A run where `--keep` looks for one."""
    world = harness.World(arrays([("p", "i1")], tuple(harness.ITEMS)))
    runs = tmp_path / "shop" / "data" / "runs"
    harness.run(runs, world, harness.config("simulated:skill=0.9"), harness.make_cases(20))
    return tmp_path


def printed(kept, capsys):
    good = report.main(20, kept, Console(width=80, highlight=False))
    return good, capsys.readouterr().out


def test_without_a_browser_paint_is_skipped_aloud_and_the_size_still_counts(
    kept, capsys, monkeypatch
):
    monkeypatch.setattr(report, "CHROMIUM", "/nowhere/chromium")
    good, out = printed(kept, capsys)
    assert good
    assert "skipped: there is no /nowhere/chromium" in out
    written = report.write(report.RunFolder(kept / "shop" / "data" / "runs" / "run"))
    assert written.megabytes == pytest.approx(
        (kept / "shop/data/runs/run/report.html").stat().st_size / 1e6
    )
    assert written.resident > 10
    monkeypatch.setattr(report, "LARGEST", written.megabytes / 2)
    assert not printed(kept, capsys)[0]


def test_a_report_that_is_too_large_or_too_slow_fails():
    small, fast = report.Written(1.0, 1.0, 100.0), report.Painted(100.0, 10.0, 5.0)
    assert report.holds(small, fast)
    assert report.holds(small, None)
    assert not report.holds(report.Written(25.1, 1.0, 100.0), fast)
    assert not report.holds(small, report.Painted(2000.0, 10.0, 5.0))


def test_what_is_run_is_eight_variants_of_twenty_candidates():
    from palate.eval.runs.variants import variants_of

    asked = report.config()
    assert len(variants_of(asked)) == 8
    assert asked.split.candidates == 20
    assert all(model.name.startswith("simulated:") for model in asked.models)
