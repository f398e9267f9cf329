"""The weights that were learnt, one for each template, model and ranker, in one private file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from palate.agent.learnt import read_rows, write_rows

#: An interval over fewer cases is not to be believed.
ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Key:
    """What a weight belongs to.

    Attributes:
        template: Name and version, such as ``rank/listwise@2``.
        sha256: Of the template's text: a changed text is another prompt.
    """

    template: str
    sha256: str
    model: str
    ranker: str


@dataclass(frozen=True, slots=True)
class Tuned:
    """A learnt weight and what it stands on.

    Attributes:
        weight: Of the opinion in the fusion; 0 where the interval does not clear zero.
        gain: Fused minus prior, mean of the metric over the cases, each ranked with a weight that
            was learnt without it; ``low`` and ``high`` are its 95 % interval.
        wanted: The likeliest weight by all cases together; what is taken is more careful.
        leans: What the model adds to the log-probability of each slot, whoever stands there.
        prior: Fingerprint of the workspace's prior as it was then.
        at: When, UTC, ISO 8601.
        stale: The prior is another one by now. Not kept in the file.
    """

    weight: float
    gain: float
    low: float
    high: float
    cases: int
    wanted: float
    metric: str = "NDCG@10"
    leans: tuple[float, ...] = ()
    prior: str = ""
    at: str = ""
    stale: bool = False

    @property
    def sentence(self) -> str:
        """What was found, for a reader."""
        found = (
            f"{self.metric} {self.gain:+.4f} [{self.low:+.4f}, {self.high:+.4f}] against the prior "
            f"on {self.cases} cases"
        )
        if self.cases < ENOUGH:
            return f"{self.cases} cases are too few to learn a weight from: it is 0. Add events."
        if self.weight == 0:
            return f"The model did not help ({found}), so the weight of its opinion is 0."
        return f"The weight {self.weight:g} was learnt: {found}."

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the reader of a slate should know of it."""
        found = () if self.weight else (self.sentence,)
        return (*found, STALE) if self.stale else found


STALE = (
    "The prior was fitted again after the weight of the model's opinion was learnt: `palate tune` "
    "learns it anew."
)
#: (hash of the template, ranker) -> what was learnt for one model.
OfModel = Mapping[tuple[str, str], Tuned]


@dataclass(frozen=True)
class Weights:
    """Everything that was learnt in a workspace."""

    entries: Mapping[Key, Tuned]

    @classmethod
    def read(cls, path: Path, prior: str) -> Weights:
        """Reads the file; there may be none yet.

        Args:
            path: Of the file.
            prior: Fingerprint of the prior in force; weights learnt beside another one are stale.

        Raises:
            PrerequisiteError: The file is damaged.
        """
        found = read_rows(path, "weights", _entry, "`palate tune` learns the weights anew")
        return cls({key: replace(one, stale=one.prior != prior) for key, one in found.items()})

    def with_one(self, key: Key, tuned: Tuned) -> Weights:
        """Returns the weights with one more; an older one of the same key gives way."""
        return Weights({**self.entries, key: tuned})

    def of_model(self, model: str) -> OfModel:
        """Returns what was learnt for one model."""
        return {
            (key.sha256, key.ranker): tuned
            for key, tuned in self.entries.items()
            if key.model == model
        }

    def write(self, path: Path) -> None:
        """Writes the file, private to its owner, whole or not at all."""
        write_rows(path, "weights", self.entries)


def _entry(row: Mapping[str, object]) -> tuple[Key, Tuned]:
    values = dict(row)
    key = Key(*(str(values.pop(name)) for name in ("template", "sha256", "model", "ranker")))
    values["leans"] = tuple(values["leans"])  # type: ignore[arg-type]
    tuned = Tuned(**values)  # type: ignore[arg-type]
    numbers = (tuned.weight, tuned.gain, tuned.low, tuned.high, tuned.wanted, *tuned.leans)
    if not all(math.isfinite(one) for one in numbers) or tuned.weight < 0:
        raise ValueError("a weight is no number that can be used")
    return key, tuned
