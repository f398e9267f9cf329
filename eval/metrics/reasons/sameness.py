"""ReasonSameness: how much of a person's reasons other people are told as well.

The share of the runs of three words in the reasons of a case that also stand in a reason of another
person; 1 where everybody reads the same. It grows with the number of people that it is taken over:
compare lines of one run, never runs of different sizes. Source: the n-gram overlap between outputs
of Zhu et al., *Texygen* (self-BLEU), SIGIR 2018, without its weights.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from palate.eval.metrics.reasons.told import Sentence, grams

N = 3
#: Cases that are looked at: the runs of words of a hundred thousand would fill the memory.
MOST = 2_000
_SEVERAL = object()


@dataclass
class Sameness:
    """Collects the reasons of all cases, and tells at the end."""

    _owners: dict[int, Hashable] = field(default_factory=dict)
    _cases: dict[int, list[int]] = field(default_factory=dict)

    def add(self, row: int, person: Hashable, reasons: Sequence[Sentence]) -> None:
        """Takes in the reasons of a case."""
        if len(self._cases) >= MOST:
            return
        found = [hash(gram) for one in reasons for gram in grams(one.text, N)]
        for gram in found:
            if self._owners.setdefault(gram, person) != person:
                self._owners[gram] = _SEVERAL
        if found:
            self._cases[row] = found

    def values(self) -> dict[int, float]:
        """Returns row -> value in [0, 1], of the cases that have a run of words."""
        return {
            row: sum(self._owners[gram] is _SEVERAL for gram in found) / len(found)
            for row, found in self._cases.items()
        }
