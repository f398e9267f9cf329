"""The verdict of a run in words: what stands first in a report."""

from dataclasses import replace

import pytest

from palate.eval.report.headline import headline, warnings
from palate.eval.runs.summary import Difference, Exposure, Line, Mean, RunSummary

BETTER = Difference(0.1, 0.05, 0.15, "better", 0.001, 0.002, 0.4, 0.06)


def line(name, mean, kind="control", **parts):
    return Line(name, kind, {"NDCG@10": Mean(mean, mean - 0.05, mean + 0.05, 100)}, **parts)


def model(name, mean, found, **parts):
    cost = {"usd": 0.5, "prompt_tokens": 100, "completion_tokens": 10}
    health = {"cases": 100, "answered": 97}
    against = {"NDCG@10": found}
    return line(name, mean, "model", against=against, health=health, cost=cost, **parts)


def run(*lines, exposures=()):
    return RunSummary("id", "name", "now", "1", "own-truth", "Guarded.", 100, 100, 0, ("NDCG@10",),
                      "prior", 0.95, 1000, 0, lines, exposures)  # fmt: skip


PRIOR, ORACLE = line("prior", 0.5), line("oracle", 1.0)


@pytest.mark.parametrize(
    ("verdict", "title", "tone"),
    [
        ("better", "Better than prior", "better"),
        ("worse", "Worse than prior", "worse"),
        ("equal within the margin", "No different from prior", "open"),
        ("not decisive - 300 more users would do", "Not decided against prior", "open"),
    ],
)
def test_the_title_is_the_verdict_on_the_best_variant(verdict, title, tone):
    bad = model("bad", 0.3, replace(BETTER, verdict="worse"))
    found = headline(run(PRIOR, ORACLE, bad, model("good", 0.6, replace(BETTER, verdict=verdict))))
    assert (found.title, found.tone) == (title, tone)
    assert found.sentences[0].startswith(
        "The best of 2 variants is good: NDCG@10 0.600, 0.100 above"
    )
    assert found.sentences[0].endswith(f"{verdict}.")
    assert [tile.value for tile in found.tiles] == ["0.600", "0.500", "97.0%", "$5.00", "0.060"]


def test_verdicts_are_counted():
    bad = model("bad", 0.3, replace(BETTER, verdict="worse"))
    found = headline(run(PRIOR, model("good", 0.6, BETTER), bad))
    assert found.sentences[1] == "Against prior, of 2 variants: 1 better, 1 worse."


def test_a_variant_that_is_exposed_is_not_praised_without_its_warning():
    exposed = Exposure("good", "silent model", "It says nothing.")
    found = headline(run(PRIOR, model("good", 0.6, BETTER), exposures=(exposed,)))
    assert found.sentences[-1] == (
        "Read the warnings first: this variant is named there (silent model)."
    )


def test_a_run_without_a_model_says_so_and_does_not_praise_the_oracle():
    found = headline(run(line("random", 0.1), PRIOR, ORACLE))
    assert found.title == "No model was asked"
    assert "is prior: NDCG@10 0.500" in found.sentences[0]


def test_simulators_are_named():
    one = run(PRIOR, model("good", 0.6, BETTER))
    assert not any("simulated" in told for told in headline(one).sentences)
    assert "simulated" in headline(one, simulated=True).sentences[-1]


def test_a_variant_that_is_the_baseline_is_compared_with_nothing():
    alone = replace(model("prior", 0.6, BETTER), against={})
    assert headline(run(alone)).title == "Nothing is compared with prior"


def test_warnings_of_one_name_stand_together():
    found = warnings(run(PRIOR, exposures=(
        Exposure("a", "silent model", "1"), Exposure("b", "order leak", "2"),
        Exposure("c", "silent model", "3"),
    )))  # fmt: skip
    assert [(one.name, one.told) for one in found] == [
        ("silent model", (("a", "1"), ("c", "3"))), ("order leak", (("b", "2"),)),
    ]  # fmt: skip
