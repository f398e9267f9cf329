"""What histories put in force, so that a turn reads only what its history did not hold before.

Callers that keep a conversation themselves send all of it each time: read anew each time, fifty
turns cost as much as a thousand. The state after a history follows from its texts and the catalogue
alone, and is found again by a fingerprint of them. This is kept in memory, never on disk.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from palate.agent.chat.desk import Desk
from palate.agent.chat.policy.replay import replayed
from palate.agent.chat.state import State

#: Histories whose end is known; the one that was asked for longest ago goes first.
MOST = 512


class Replays:
    """States after the histories that were read last; whoever owns it drops it with the catalogue.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._states: OrderedDict[bytes, State] = OrderedDict()
        self._salt = secrets.token_bytes(32)

    def after(self, history: Sequence[tuple[str, str]], state: State, desk: Desk) -> State:
        """Does what `replayed` does; reads only what follows the longest history that is known.

        What one person's history put in force is never found by another's, were they alike.
        """
        marks = _marks(history, state, self._salt)
        with self._lock:
            done, start = self._longest(marks, state)
            salt = self._salt
        after = replayed(history[done:], start, desk)
        with self._lock:
            if salt == self._salt:  # nobody was erased meanwhile
                self._keep(marks[-1], after)
        return after

    def clear(self) -> None:
        """Forgets all of it, and what is being read just now."""
        with self._lock:
            self._states.clear()
            self._salt = secrets.token_bytes(32)

    def _longest(self, marks: Sequence[bytes], state: State) -> tuple[int, State]:
        for done in range(len(marks) - 1, 0, -1):
            known = self._states.get(marks[done])
            if known is not None:
                self._states.move_to_end(marks[done])
                return done, replace(known, conversation=state.conversation)
        return 0, state

    def _keep(self, mark: bytes, state: State) -> None:
        self._states[mark] = state
        self._states.move_to_end(mark)
        while len(self._states) > self._most:
            self._states.popitem(last=False)


def _marks(history: Sequence[tuple[str, str]], state: State, salt: bytes) -> list[bytes]:
    """Returns the fingerprints of a beginning and of every part of a history that starts there."""
    marks = [_mark(salt, repr(replace(state, conversation="")))]
    for role, text in history:
        marks.append(_mark(marks[-1], f"{role}\0{text}"))
    return marks


def _mark(before: bytes, text: str) -> bytes:
    said = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, key=before, digest_size=32).digest()
