"""The leakage guard: what nothing may learn from, and the check that nothing did.

Two levels. ``global``: one cut-off in time; index, profiles, popularity and prior see no event at
or after it, and none without a time. ``own-truth``: each case's truth and that person's later
events are removed everywhere; other people's events stay, as in the usual last-item-out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from palate.domain import Event
from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.runs.config import Level


class Leak(EvalError):
    """A truth is where it can be seen. ``name`` tells where."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(f"Leak ({name}): {sentence}")


@dataclass(frozen=True)
class Guard:
    """What is let through.

    Attributes:
        cases: All of the file, also where fewer are asked.
        at: The cut-off of the level ``global``.
    """

    level: Level
    cases: Sequence[Case]
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.level == "global" and self.at is None:
            raise EvalError("The guard 'global' needs a cut-off in time. Set split.at.")

    @cached_property
    def _by_user(self) -> Mapping[str, list[Case]]:
        found: dict[str, list[Case]] = {}
        for case in self.cases:
            if case.user is not None:
                found.setdefault(case.user, []).append(case)
        return found

    @cached_property
    def digest(self) -> str:
        """Fingerprint of what is removed."""
        held = sorted(
            (user, sorted(case.truth), str(case.at))
            for user, cases in self._by_user.items()
            for case in cases
        )
        parts = [self.level, str(self.at), held if self.level == "own-truth" else None]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @property
    def sentence(self) -> str:
        """What was checked, for the reader of a report."""
        if self.level == "global":
            return f"Nothing at or after {self.at:%Y-%m-%d %H:%M} UTC was learnt from or shown."
        return (
            "Each case's truth and that person's later events were removed everywhere; other "
            "people's events stayed."
        )

    def allowed(self, user: str, events: Sequence[Event]) -> list[Event]:
        """Returns those of one person's events that may be seen, in their order."""
        if self.level == "global":
            assert self.at is not None
            return [event for event in events if event.at is not None and event.at < self.at]
        kept = list(events)
        for case in self._by_user.get(user, ()):
            kept = _without(case, kept)
        return kept

    def check_cases(self) -> None:
        """Checks that no case tells its own truth.

        Raises:
            Leak: ``truth-in-history``, ``case-before-cut-off``.
        """
        for case in self.cases:
            told = next((item for item in case.history or () if case.truth.get(item, 0) > 0), None)
            if told is not None:
                raise Leak(
                    "truth-in-history",
                    f"case {case.id!r} lists its own truth {told!r} in its history. Take it out.",
                )
            if self.level == "global" and case.at is not None and case.at < _not_none(self.at):
                raise Leak(
                    "case-before-cut-off",
                    f"case {case.id!r} is asked at {case.at:%Y-%m-%d %H:%M}, before the cut-off. "
                    "What is learnt from later events may hold its truth: move the cut-off.",
                )

    def check_events(self, events: Iterable[tuple[str, Sequence[Event]]]) -> None:
        """Checks what a recommender learns from and looks profiles up in.

        Args:
            events: Each person's.

        Raises:
            Leak: ``truth-in-events``, ``later-events``, ``future-events``.
        """
        for user, found in events:
            kept = self.allowed(user, found)
            if len(kept) == len(found):
                continue
            wrong = next(one for one in found if one not in kept)
            if self.level == "global":
                raise Leak(
                    "future-events",
                    f"an event of {user!r} with {wrong.item!r} at {wrong.at} is at or after the "
                    "cut-off (or without a time). Build the snapshot anew.",
                )
            truths = {item for case in self._by_user[user] for item in case.truth}
            name = "truth-in-events" if wrong.item in truths else "later-events"
            raise Leak(
                name,
                f"what is learnt from holds the event of {user!r} with {wrong.item!r}, which the "
                "cases ask for or which came later. Build the snapshot anew.",
            )

    def check_counts(self, learnt: Mapping[str, int], allowed: Mapping[str, int]) -> None:
        """Checks that statistics count what is allowed, and nothing more.

        Args:
            learnt: Item id -> number of people, as a recommender has it.
            allowed: The same of the events that the guard lets through.

        Raises:
            Leak: ``statistics``.
        """
        for item in sorted(learnt.keys() | allowed.keys()):
            if learnt.get(item, 0) != allowed.get(item, 0):
                raise Leak(
                    "statistics",
                    f"the popularity of {item!r} was counted over {learnt.get(item, 0)} people, "
                    f"and {allowed.get(item, 0)} may be seen. Fit the snapshot anew.",
                )


def _without(case: Case, events: Sequence[Event]) -> list[Event]:
    """Leaves out a case's truth and, by time or else by place, what came after it."""
    if case.at is not None:
        moment = case.at
        kept = [event for event in events if event.at is None or event.at < moment]
    else:
        first = next((n for n, e in enumerate(events) if e.item in case.truth), len(events))
        kept = list(events[:first])
    return [event for event in kept if event.item not in case.truth]


def _not_none(at: datetime | None) -> datetime:
    assert at is not None
    return at
