"""What the prior has found for a candidate, in words for a model: facts, never amounts."""

from __future__ import annotations

from collections.abc import Mapping

from palate.domain import Candidate, Evidence, Item
from palate.prompts.clean import one_line

#: Feature -> how it is told, and how many things behind it are named: every word has its price.
_TOLD = {
    "neighbours": ("liked by those who like {}", 1),
    "sequence": ("chosen next after {}", 1),
    "similar": ("text like {}", 1),
    "tags": ("taste for {}", 2),
    "request": ("answers {}", 2),
    "wish": ("wish for {}", 2),
}
#: Told without what stands behind them: numbers of people are no words.
_BARE = {"popularity": "chosen by many", "request": "answers what they ask"}
#: Facts told of a candidate.
_FACTS = 2


def grounds(candidate: Candidate, items: Mapping[str, Item], *, most: int = _FACTS) -> str:
    """Returns the strongest evidence for a candidate as one line; empty where there is none.

    Args:
        candidate: Its evidence stands strongest first.
        items: Item id -> item, for the titles of the history.
        most: Pieces told at most.
    """
    told = [sentence for one in candidate.evidence if (sentence := _told(one, items))]
    return "; ".join(told[:most])


def _told(one: Evidence, items: Mapping[str, Item]) -> str:
    titles = [one_line(items[item].title, 80) for item in one.items if item in items]
    words = [one_line(word, 40) for word in (*one.fields, *one.words)]
    named = [] if one.feature == "popularity" else [name for name in (*titles, *words) if name]
    if named and one.feature in _TOLD:
        form, most = _TOLD[one.feature]
        return form.format(" and ".join(named[:most]))
    return _BARE.get(one.feature, "")
