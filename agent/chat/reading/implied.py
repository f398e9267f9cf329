"""What a question takes up again: "how long is it?", "who is in that?", "when were they made?"."""

from __future__ import annotations

import re

from palate.agent.chat.reading.references import Reference
from palate.agent.chat.state import State

_ASKS = re.compile(
    r"\b(?:who|when|what|where|which|how (?:long|old)|is|was|are|were|does|did|has|do|tell me)\b"
    r".*?\b(?P<one>it|that|this|he|she)\b(?!\s+(?:one|film|movie|director|actor|actress)\b)",
    re.IGNORECASE,
)
_ASKED_OF_ITEMS = re.compile(
    r"\b(?:who['’]?s (?:in|starring)|"
    r"who (?:directed|made|wrote|stars?|starred|acts?|acted|plays?|played|is|was|are|were)"
    r"|when (?:was|is|did|were)|what year|which year|how (?:long|old) (?:is|are|was|were)"
    r"|what(?: is|['’]?s| are| was| does|genre)|what (?:language|country|genre)"
    r"|what is the (?:plot|story)|where (?:is|was)|tell me (?:more )?about"
    r"|(?:is|was|does|did|has) (?:it|that|this)"
    r"|(?:what|which) (?:kind|sort) of)\b",
    re.IGNORECASE,
)
_THEM = re.compile(r"\b(?:they|them|those|these)\b", re.IGNORECASE)


def implied(text: str, state: State) -> list[Reference]:
    """Returns what a question takes up again with "it" or "they", where it names nothing.

    Args:
        text: What was said.
        state: Its focus is what was spoken of last; without one, "it" is what stands first.
    """
    asks = _ASKED_OF_ITEMS.search(text)
    if not asks or not state.shown + state.focus:
        return []
    many = _THEM.search(text, asks.start())
    if many and state.shown:
        return [Reference(*many.span(), state.shown)]
    one = _ASKS.search(text)
    if one is None:
        return []
    return [Reference(*one.span("one"), state.focus[:1] or state.shown[:1])]
