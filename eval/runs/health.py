"""What became of the calls of one line: replies that could be used, mended ones, and the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from palate.eval.runs.answer import Answer

#: What the repair of a reply begins with that ended too early.
CUT = "reply cut"
#: What becomes of a case: exactly one of these is true of each.
OUTCOMES = ("complete", "repaired", "truncated", "refused", "silent", "failed", "unread")
#: What had to be mended; several may be true of one case.
MENDED = ("foreign", "duplicate", "history repeat", "partial")


@dataclass
class Health:
    """Counts of one line over all cases.

    Attributes:
        seconds: Row of a case -> how long the model was waited for.
    """

    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[int, float] = field(default_factory=dict)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    retries: int = 0

    def count(self, row: int, answer: Answer, own: Sequence[str], kinds: set[str]) -> None:
        """Takes in the answer to one case.

        Args:
            row: Of the case.
            answer: What the log holds of it.
            own: The model's own order, as it counts.
            kinds: What was noted of the calls: ``failed``, ``refused``, ``silent``.
        """
        told = " ".join(answer.repairs)
        self.counts[outcome(answer, own, kinds)] += 1
        self.counts["answered"] += bool(own)
        self.counts["foreign"] += "unknown" in told
        self.counts["duplicate"] += "repeated" in told
        self.counts["history repeat"] += "history" in told
        self.counts["partial"] += "missing" in told
        self._reasons(answer)
        usage = answer.usage
        self.seconds[row] = usage.seconds
        self.calls += usage.calls
        self.retries += usage.retries
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        self.cached_tokens += usage.cached_tokens

    def _reasons(self, answer: Answer) -> None:
        claims = [ok for told in answer.reasons for _, ok in told.claims]
        self.counts["reasons"] += len(answer.reasons)
        self.counts["replaced"] += sum(one.replaced is not None for one in answer.reasons)
        self.counts["claims"] += len(claims)
        self.counts["supported"] += sum(claims)


def outcome(answer: Answer, own: Sequence[str], kinds: set[str]) -> str:
    """Returns which of `OUTCOMES` became of a case; the other arguments as of `Health.count`."""
    if own:
        return "repaired" if answer.repairs else "complete"
    if any(repair.startswith(CUT) for repair in answer.repairs):
        return "truncated"
    return next((kind for kind in ("refused", "failed", "silent") if kind in kinds), "unread")


def own_order(answer: Answer) -> tuple[str, ...]:
    """Returns what counts as the model's own: nothing where its reply was cut."""
    cut = any(repair.startswith(CUT) for repair in answer.repairs)
    return () if cut or answer.cause else answer.own
