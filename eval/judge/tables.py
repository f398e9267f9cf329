"""A judge's scores as tables, never without its agreement with people and what it left unscored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from palate.eval.judge.values import Agreement, JudgedLine, JudgeSummary, Preference
from palate.eval.runs.mean import Mean
from palate.eval.runs.section import Section

UNMEASURED = "agreement not measured"


def judge_sections(judge: JudgeSummary) -> Iterator[Section]:
    """Yields the scores, the pairs, and the agreement with people."""
    asked = {name: line for name, line in judge.lines.items() if line.asked}
    heads = ("scored", *(_head(name, judge) for name in judge.scales))
    rows = {name: _row(line, judge) for name, line in asked.items()}
    yield Section(f"Reasons judged by {judge.name}", note(judge), heads, rows)
    pairs = {name: line.pairs for name, line in asked.items() if line.pairs is not None}
    if pairs:
        yield _pairs(judge, pairs)
    if judge.calibration is not None:
        yield _agreement(judge)


def note(judge: JudgeSummary) -> str:
    """Returns what must be said of a judge's scores: who, agreement, unscored, cost."""
    missing = judge.asked - judge.scored
    causes = ", ".join(f"{count} {cause}" for cause, count in judge.causes.items())
    unscored = f" {missing:,} unscored and in no mean ({causes})." if missing else ""
    cost = judge.cost
    tokens = cost["prompt_tokens"] + cost["completion_tokens"]
    told = "".join(f"{one} " for one in judge.questions.values())
    return (
        f"{told}Rubric {judge.rubric}; {judge.cases:,} cases drawn, {judge.scored:,} of "
        f"{judge.asked:,} questions answered.{unscored} {agreement_words(judge)} Means over "
        f"cases; in brackets their interval. The judge's own cost, in no other table: "
        f"{cost['calls']:,.0f} calls, {tokens:,.0f} tokens, {cost['usd']:.4f} US dollars."
    )


def agreement_words(judge: JudgeSummary) -> str:
    """Returns the judge's agreement with people in a sentence."""
    found = judge.calibration
    if found is None:
        return f"{UNMEASURED.capitalize()}: `palate eval calibrate-judge` measures it."
    kappas = ", ".join(f"{name} {kappa_of(one)}" for name, one in found.dimensions.items())
    return f"Agreement with people (weighted kappa, {found.cases} labelled reasons): {kappas}."


def kappa_of(one: Agreement) -> str:
    """Returns a weighted kappa as it is shown."""
    return "undefined" if one.weighted is None else f"{one.weighted:.2f}"


def _head(name: str, judge: JudgeSummary) -> str:
    low, high = judge.scales[name]
    return f"{name}, yes" if (low, high) == (0, 1) else f"{name}, {low}-{high}"


def _row(line: JudgedLine, judge: JudgeSummary) -> tuple[str, ...]:
    cells = (_score(line.scores.get(name), judge.scales[name]) for name in judge.scales)
    return (f"{line.scored:,} of {line.asked:,}", *cells)


def _score(mean: Mean | None, scale: tuple[int, int]) -> str:
    if mean is None:
        return "unscored"
    if scale == (0, 1):
        return f"{mean.mean:.0%} [{mean.low:.0%}, {mean.high:.0%}]"
    return f"{mean.mean:.2f} [{mean.low:.2f}, {mean.high:.2f}]"


def _pairs(judge: JudgeSummary, pairs: Mapping[str, Preference]) -> Section:
    against = next(iter(pairs.values())).against
    heads = ("scored", "preferred", "ties", "first slot", "second slot")
    rows = {
        name: (
            f"{one.scored:,} of {one.asked:,}", _score(one.wins, (0, 1)), f"{one.ties:,}",
            f"{one.first:,}", f"{one.second:,}",
        )
        for name, one in pairs.items()
    }  # fmt: skip
    told = (
        f"Each reason against that of {against!r} for the same item, asked in both orders. "
        "preferred: 1 where both orders prefer the line's reason, 0 where both prefer the other, "
        "half a point else; 50% is no preference. first slot, second slot: pairs where both "
        "orders preferred what stood there: position bias, counted as ties."
    )
    return Section(f"Reasons compared by {judge.name}", told, heads, rows)


def _agreement(judge: JudgeSummary) -> Section:
    assert judge.calibration is not None
    found = judge.calibration
    return Section(
        f"Agreement of {judge.name} with people",
        f"{found.cases} reasons labelled by people in {found.source}, measured {found.created}.",
        AGREEMENT_HEADS, {name: agreement_row(one) for name, one in found.dimensions.items()},
        "question",
    )  # fmt: skip


AGREEMENT_HEADS = ("scored", "kappa", "weighted", "Spearman", "equal", "within 1")


def agreement_row(one: Agreement) -> tuple[str, ...]:
    """Returns the cells of a question under `AGREEMENT_HEADS`."""
    figures = ("-" if value is None else f"{value:.2f}"
               for value in (one.kappa, one.weighted, one.spearman))  # fmt: skip
    shares = (_score(mean, (0, 1)) for mean in (one.exact, one.within_one))
    return (f"{one.n} of {one.n + one.unscored}", *figures, *shares)
