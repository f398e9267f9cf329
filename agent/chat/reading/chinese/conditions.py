"""All conditions of a Chinese turn."""

from __future__ import annotations

import re
from collections.abc import Sequence

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.lexicon import LENGTHS, price_field
from palate.agent.chat.reading.chinese.critique import critique_in
from palate.agent.chat.reading.chinese.kinds import kinds_in
from palate.agent.chat.reading.chinese.lengths import lengths_in
from palate.agent.chat.reading.chinese.prices import prices_in
from palate.agent.chat.reading.chinese.years import years_in
from palate.agent.chat.reading.found import Found, free
from palate.agent.chat.reading.kinds import either
from palate.agent.chat.reading.numbers import either as either_year
from palate.agent.chat.reading.vague import vague_in
from palate.domain import Item


def chinese_in(
    text: str, catalogue: Catalogue, about: Sequence[Item], pointed: Sequence[Item]
) -> list[Found]:
    """Returns the conditions that a Chinese turn states, none inside another.

    Args:
        text: What was said, simplified, titles and references taken out.
        catalogue: Its vocabulary.
        about: What was shown last, best first.
        pointed: Items that the text names or points at.
    """
    found: list[Found] = []
    length = next((name for name in LENGTHS if name in catalogue.numbers), None)
    kinds, critique = kinds_in(text, catalogue), critique_in(text, catalogue, about, pointed)
    lengths = lengths_in(text, length) if length else []
    price = price_field(catalogue.numbers)
    prices = list(prices_in(text, price)) if price else []
    years = years_in(text, catalogue.numbers["year"]) if "year" in catalogue.numbers else []
    # "短一点" goes by what was shown; without a slate it is short by itself.
    vague = list(vague_in(text, catalogue.numbers))
    for reader in (kinds, critique, prices, lengths, years, vague):
        found += [one for one in reader if free(found, one.start, one.end)]
    found.sort(key=lambda one: one.start)
    any_does = bool(_ANY_DOES.search(text))
    return either_year(text, either(text, found, _ANY if any_does else _OR))


#: "喜剧或者动作片", and "喜剧和动作片都可以".
_OR = re.compile(r"(?:片子?|电影|类)?的?\s*[,，、]?\s*(?:or|/|或者?|还是|要么|要不)\s*(?:是)?")
_ANY = re.compile(rf"{_OR.pattern}|(?:片子?|电影|类)?的?\s*(?:[、，,和跟与]|以及)\s*")
_ANY_DOES = re.compile(r"(?:都|也)(?:可以|行|成|好|ok|没问题)|随便|任意|其中之一")
