"""What a judge found, as plain frozen values that know their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from palate.eval.runs.mean import Mean


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a judge agrees with people on one question of a rubric.

    Attributes:
        n: Labelled cases with a verdict; ``unscored`` had none, and are in no figure.
        kappa: Cohen's; ``weighted`` is the quadratic-weighted one. ``None`` where either side gave
            one answer throughout: then chance agreement is all there is.
        spearman: Rank correlation; ``None`` as above.
        exact: Share of equal answers; ``within_one``: at most one point apart.
    """

    n: int
    unscored: int
    kappa: float | None
    weighted: float | None
    spearman: float | None
    exact: Mean
    within_one: Mean


@dataclass(frozen=True, slots=True)
class Calibration:
    """The agreement of one judge with one set of labels.

    Attributes:
        rubric: Template and version; ``sha256`` is that of its text.
        model: The judge's name at its server.
        labels: Fingerprint of the label file.
        source: Its name.
    """

    rubric: str
    sha256: str
    model: str
    labels: str
    source: str
    cases: int
    created: str
    dimensions: Mapping[str, Agreement]


@dataclass(frozen=True, slots=True)
class Preference:
    """Reasons of a line against others for the same items, each pair asked in both orders.

    Attributes:
        against: Whose reasons the others are.
        wins: Mean over cases of 1 where the line's reason is preferred in both orders, 0 where the
            other is, and 0.5 else; ``None`` where nothing was scored.
        asked: Pairs; ``scored`` had an answer in both orders.
        ties: Pairs of which one or both orders said so, or that the two orders disagree on.
        first: Pairs where what stood first was preferred in both orders: the order decided;
            ``second`` likewise.
    """

    against: str
    wins: Mean | None
    asked: int = 0
    scored: int = 0
    ties: int = 0
    first: int = 0
    second: int = 0


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """The reasons of one line.

    Attributes:
        scores: Question -> mean over the cases with a verdict; ``n`` is their number.
        own: The same over the reasons in the model's own words.
        asked: Reasons; ``scored`` have a verdict.
    """

    asked: int = 0
    scored: int = 0
    scores: Mapping[str, Mean] = field(default_factory=dict)
    own: Mapping[str, Mean] = field(default_factory=dict)
    pairs: Preference | None = None


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """A judge's part of a run.

    Attributes:
        name: What tables call the judge.
        model: Its name at its server.
        scales: Question -> lowest and highest answer.
        questions: Question -> what the rubric says of it; empty in older runs.
        cases: Cases whose reasons were judged.
        asked: Questions to the judge; ``scored`` have a verdict. Equal questions are asked once.
        causes: Why the others have none -> how many.
        cost: Of the judge alone: calls, tokens, US dollars.
        lines: Name of a line -> its scores.
        calibration: ``None`` where agreement with people was not measured.
    """

    name: str
    model: str
    rubric: str
    scales: Mapping[str, tuple[int, int]]
    cases: int
    asked: int
    scored: int
    causes: Mapping[str, int]
    cost: Mapping[str, float]
    lines: Mapping[str, JudgedLine]
    calibration: Calibration | None = None
    questions: Mapping[str, str] = field(default_factory=dict)


def summary_from(data: Mapping[str, Any]) -> JudgeSummary:
    """Reads the JSON values of a `JudgeSummary`."""
    lines = {name: _line(one) for name, one in data["lines"].items()}
    scales = {name: (ends[0], ends[1]) for name, ends in data["scales"].items()}
    found = data.get("calibration")
    made = calibration_from(found) if found else None
    return JudgeSummary(**{**data, "lines": lines, "scales": scales, "calibration": made})


def calibration_from(data: Mapping[str, Any]) -> Calibration:
    """Reads the JSON values of a `Calibration`."""
    found = {name: _agreement(one) for name, one in data["dimensions"].items()}
    return Calibration(**{**data, "dimensions": found})


def _agreement(data: Mapping[str, Any]) -> Agreement:
    means = {name: Mean(**data[name]) for name in ("exact", "within_one")}
    return Agreement(**{**data, **means})


def _line(data: Mapping[str, Any]) -> JudgedLine:
    means = {part: {name: Mean(**one) for name, one in data[part].items()}
             for part in ("scores", "own")}  # fmt: skip
    pairs = data.get("pairs")
    if pairs is not None:
        wins = Mean(**pairs["wins"]) if pairs["wins"] else None
        pairs = Preference(**{**pairs, "wins": wins})
    return JudgedLine(**{**data, **means, "pairs": pairs})
