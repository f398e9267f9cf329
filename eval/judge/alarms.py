"""What a judge's means hide, by name: no verdicts, one verdict for everything, a preferred slot."""

from __future__ import annotations

from collections.abc import Iterator

from palate.eval.judge.values import JudgeSummary

#: A share of questions without a verdict from which on a judge is named.
_UNSCORED = 0.5
#: Fewer verdicts or pairs than this tell nothing of a judge.
_FEW = 20
#: Share of the pairs that the order decided, from which on a judge is named.
_SLOT = 0.3


def judge_alarms(judge: JudgeSummary) -> Iterator[tuple[str, str]]:
    """Yields the name of each alarm, and a sentence."""
    if judge.asked and 1 - judge.scored / judge.asked > _UNSCORED:
        causes = ", ".join(f"{count} {cause}" for cause, count in judge.causes.items())
        yield (
            "broken judge",
            f"It gave no verdict on {judge.asked - judge.scored:,} of {judge.asked:,} questions "
            f"({causes}). They are unscored; what is left says little of the reasons.",
        )
    yield from _indifferent(judge)
    yield from _slots(judge)


def _indifferent(judge: JudgeSummary) -> Iterator[tuple[str, str]]:
    for question in judge.scales:
        means = [one.scores[question] for one in judge.lines.values() if question in one.scores]
        flat = all(mean.low == mean.mean == mean.high for mean in means)
        if sum(mean.n for mean in means) >= _FEW and flat and len({m.mean for m in means}) == 1:
            yield (
                "indifferent judge",
                f"It answered {question} with {means[0].mean:g} for every reason: this question "
                "tells no reasons apart.",
            )


def _slots(judge: JudgeSummary) -> Iterator[tuple[str, str]]:
    pairs = [one.pairs for one in judge.lines.values() if one.pairs is not None]
    scored = sum(one.scored for one in pairs)
    first, second = sum(one.first for one in pairs), sum(one.second for one in pairs)
    if scored >= _FEW and (first + second) / scored > _SLOT:
        yield (
            "judge prefers a slot",
            f"In {first + second:,} of {scored:,} pairs it preferred what stood "
            f"{'first' if first > second else 'second'} in both orders. They count as ties.",
        )
