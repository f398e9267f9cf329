"""Checks a model's sentence claim by claim against what is known.

A closed world: what a sentence may name is the candidate's own title and fields, the titles and
years of what the person knows, and the words of the request. Any other title, name, year, number,
length or genre is unsupported, and so is "because you liked X" where X is not in the history, was
merely seen, or was disliked. When in doubt a sentence is refused: the evidence has another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from palate.agent.reasons.attitudes import MARK, attitude_claims, attitudes, disliked_alone
from palate.agent.reasons.facts import number_claims
from palate.agent.reasons.genres import genre_claims
from palate.agent.reasons.lexicon import BOASTS
from palate.agent.reasons.names import name_claims
from palate.agent.reasons.titles import FIRST_MARK, Mention, level, masked, mentions
from palate.agent.reasons.values import value_claims
from palate.agent.reasons.world import World, folded
from palate.domain import Claim

__all__ = ["World", "check_claims"]

_QUOTED = re.compile(
    r"\"([^\"]{2,80})\"|(?<!\w)'([^']{2,80}(?:'\w[^']{0,60})?)'(?!\w)|[《〈「『]([^》〉」』]{1,80})[》〉」』]"
)
_SHARED = re.compile(
    rf"\b(?P<role>director|maker|creator|author|writer|star|cast|lead)s?\s+(?:of|behind|from|in|as)\s+"
    rf"(?:both\s+)?(?P<mark>{MARK})|(?P<mark_zh>{MARK})的?(?:同一)?(?P<role_zh>导演|主演|作者)",
    re.IGNORECASE,
)
_ROLE_OF = {
    "director": "director", "maker": "director", "creator": "director", "导演": "director",
    "author": "writer", "writer": "writer", "作者": "writer",
    "star": "cast", "cast": "cast", "lead": "cast", "主演": "cast",
}  # fmt: skip


def check_claims(sentence: str, world: World) -> tuple[Claim, ...]:
    """Finds every claim in a sentence and checks it.

    Args:
        sentence: A model's reason.
        world: What is known.

    Returns:
        The claims; the sentence may stand if each is supported.
    """
    plain = level(sentence)
    found = mentions(plain, world.aliases)
    text = masked(plain, found)
    spans = [(one.start, one.end) for one in attitudes(text) if one.kind == "like"]
    claims = [
        *disliked_alone(text, found, world),
        *_quotes(plain, found, world),
        *attitude_claims(text, found, world),
        *_shared(text, found, world),
        *number_claims(text, found, world),
        *name_claims(text, found, world),
        *genre_claims(text, found, spans, world),
        *value_claims(text, world),
        *(
            Claim(match.group(), "fact", folded(match.group()) in world.own_words)
            for match in BOASTS.finditer(text)
        ),
    ]
    return tuple(dict.fromkeys(claims))


def _quotes(plain: str, found: Sequence[Mention], world: World) -> Iterator[Claim]:
    for match in _QUOTED.finditer(plain):
        said = next(group for group in match.groups() if group)
        if any(_covers(one, plain, match.start() + 1, match.end() - 1) for one in found):
            continue
        words = folded(said)
        known = world.told_words + world.asked_words
        wide = not said.isascii() and words.strip() in known
        person = len(said) > 2 and words.strip() in world.people
        yield Claim(said, "title", words in known or wide or person)


def _covers(mention: Mention, plain: str, start: int, end: int) -> bool:
    """Tells whether a mention is all that stands in quotes, a year and a comma aside."""
    rest = plain[start : max(start, mention.start)] + plain[min(end, mention.end) : end]
    inside = start <= mention.start and mention.end <= end
    return inside and not re.search(r"\w", re.sub(r"\(\d{4}\)", "", rest))


def _shared(text: str, found: Sequence[Mention], world: World) -> Iterator[Claim]:
    """Checks "from the director of X"."""
    for match in _SHARED.finditer(text):
        mark, role = match["mark"] or match["mark_zh"], match["role"] or match["role_zh"]
        mention = found[ord(mark) - FIRST_MARK]
        ids = [item for item in mention.items if item != world.candidate.item.id]
        held = any(world.shares(_ROLE_OF[role.casefold()], item) for item in ids)
        yield Claim(f"{role} of {mention.text}", "name", held)
