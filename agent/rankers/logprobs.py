"""From the log-probabilities of one token to those of the labels.

A server returns the likeliest tokens, at most twenty mostly: ``A``, `` A``, ``ĠA`` and ``▁A`` are
one letter, and their probabilities add up. A letter that was not returned is less likely than the
least likely token that was. The values are not renormalised by servers (vLLM's are taken before any
mask), so the softmax over the labels is ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

#: As many as every server gives.
TOP = 20
#: Below this share of probability on labels the model did not mean to name one.
LEAST_MASS = 0.05
_EPSILON = 1e-6
#: What tokenizers write for the blank before a word.
_BLANKS = " \t\n\u0120\u2581\u010a"


@dataclass(frozen=True, slots=True)
class LabelLogprobs:
    """Log-probabilities of labels.

    Attributes:
        values: Label -> log-probability, a softmax over all of them; best first.
        mass: Share of the model's probability that was on labels, in [0, 1].
        missing: Labels that were not returned; theirs is an upper bound.
    """

    values: Mapping[str, float]
    mass: float
    missing: tuple[str, ...]

    @property
    def margin(self) -> float:
        """Probability of the best label minus that of the second, in [0, 1]."""
        best = [math.exp(value) for value in list(self.values.values())[:2]]
        return best[0] - best[1] if len(best) == 2 else 1.0


def log_odds(returned: Mapping[str, float]) -> float | None:
    """Returns log P(yes) - log P(no) of one decoded token, capitals or not.

    A side that was not returned is less likely than the least likely token that was.

    Returns:
        ``None`` where neither side was returned, or next to none of the probability was on them.
    """
    sides = {"yes": [], "no": []}  # type: dict[str, list[float]]
    for token, value in returned.items():
        sides.get(token.strip(_BLANKS).lower(), []).append(value)
    heard = [value for values in sides.values() for value in values]
    if not heard or _log_sum(heard) < math.log(LEAST_MASS):
        return None
    floor = min(returned.values()) - _EPSILON
    yes, no = (_log_sum(values or [floor]) for values in sides.values())
    return yes - no


def label_logprobs(returned: Mapping[str, float], labels: Iterable[str]) -> LabelLogprobs | None:
    """Folds tokens into labels.

    Args:
        returned: Token -> log-probability of the first decoded token.
        labels: Every label of the prompt.

    Returns:
        ``None`` where no label was returned at all.
    """
    wanted = tuple(labels)
    found: dict[str, list[float]] = {}
    for token, value in returned.items():
        label = token.strip(_BLANKS)
        if label in wanted:
            found.setdefault(label, []).append(value)
    if not found:
        return None
    known = {label: _log_sum(values) for label, values in found.items()}
    floor = min(returned.values()) - _EPSILON
    raw = {label: known.get(label, floor) for label in wanted}
    total = _log_sum(raw.values())
    order = sorted(raw, key=lambda label: (-raw[label], label))
    return LabelLogprobs(
        values={label: raw[label] - total for label in order},
        mass=min(1.0, math.exp(_log_sum(known.values()))),
        missing=tuple(label for label in wanted if label not in known),
    )


def without_lean(
    found: LabelLogprobs, slots: Sequence[str], leans: Sequence[float]
) -> LabelLogprobs:
    """Takes off what a model adds to a slot, whoever stands there.

    Letters are dealt by chance, so that over many prompts the mean log-probability of a slot is the
    model's own lean to it; it needs no truth (after PriDe, arXiv 2309.03882).

    Args:
        found: Of one reply.
        slots: Labels in the order of the prompt.
        leans: A log-probability a slot; slots beyond its end have none. Empty: nothing is known.
    """
    if not leans:
        return found
    lean = dict(zip(slots, leans, strict=False))
    raw = {label: value - lean.get(label, 0.0) for label, value in found.values.items()}
    total = _log_sum(raw.values())
    order = sorted(raw, key=lambda label: (-raw[label], label))
    return replace(found, values={label: raw[label] - total for label in order})


def lean_of(replies: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """Returns the mean centred log-probability of each slot over many prompts.

    Args:
        replies: Label -> log-probability of each, in the order of the prompt. The longest prompts
            count, the others show fewer slots.
    """
    widest = max(map(len, replies), default=0)
    rows = [list(one.values()) for one in replies if len(one) == widest]
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    middle = sum(means) / max(len(means), 1)
    return tuple(round(value - middle, 6) for value in means)


def _log_sum(values: Iterable[float]) -> float:
    """log(sum(exp(v))), without overflow."""
    numbers = list(values)
    top = max(numbers)
    return top + math.log(sum(math.exp(value - top) for value in numbers))
