"""Whom it is for: "my 8 year old", "for a kid of six", "给8岁的孩子"; a child gets family items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.reading.chinese.numerals import number
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

#: Up to this age only what the catalogue files under family is recommended.
CHILD = 12
_WORDS = {
    word: number for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen".split(), start=2
    )
}  # fmt: skip
_N = r"(?P<n{0}>\d{{1,2}}|" + "|".join(_WORDS) + ")"
_AGE = re.compile(
    rf"\b{_N.format(1)}[\s-]*(?:years?|yrs?)[\s-]*olds?\b|\b{_N.format(2)}[\s-]?(?:yo|y/o)\b"
    rf"|\b(?:kid|child|son|daughter|niece|nephew|boy|girl)s?\s+(?:of|aged?)\s+{_N.format(3)}\b"
    rf"|\b(?:kid|child|son|daughter|niece|nephew|boy|girl|twin)s?\s+(?:is|are|turn(?:s|ed)?)\s+"
    rf"{_N.format(4)}\b(?:\s*(?:,|and|&)\s*\d{{1,2}})*(?!\s*(?:min|hour|film|movie))"
    r"|(?P<zh>\d{1,2}|[一二三四五六七八九十]{1,3})岁",
    re.IGNORECASE,
)


def ages_in(text: str, tags: Mapping[str, str]) -> Iterator[Found]:
    """Yields the condition that a child's age makes, if the catalogue has items for families.

    Args:
        text: What was said.
        tags: Folded word -> tag of the catalogue.
    """
    family = tags.get("family")
    for match in _AGE.finditer(text):
        said = next(group for group in match.groups() if group)
        age = _WORDS.get(said.lower()) or int(number(said))
        if family is None or age > CHILD:
            # The words are read all the same: "old" is no wish for old films.
            yield Found(*match.span(), Term("", ""), "age")
            continue
        bound = Constraint("tags", Op.HAS, family)
        yield Found(
            *match.span(), Term("", family, (bound,)), "age", f"{match.group().lower()}\t{family}"
        )
