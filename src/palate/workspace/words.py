"""Short lines about items and evidence, for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from palate.agent.chat.lexicon import unit_of
from palate.agent.reasons.genres_zh import genre_word
from palate.agent.reasons.places_zh import place_word
from palate.agent.reasons.wishes_zh import shown_words
from palate.domain import Evidence, FieldValue, Item

#: What a terminal or a browser would obey instead of show: control characters, line ends, and
#: marks that turn the direction of whatever follows. Joiners stay: scripts and emoji need them.
_OBEYED = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0x2028,
        0x2029,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ],
    " ",
)
_FEATURES = {
    "neighbours": "liked together with",
    "sequence": "often follows",
    "similar": "reads like",
    "tags": "leans to",
    "request": "answers",
    "wish": "meets a wish",
    "popularity": "people who had it:",
}
_FEATURES_ZH = {
    "neighbours": "常与之一起受喜爱：",
    "sequence": "常接在其后：",
    "similar": "内容相近：",
    "tags": "偏爱：",
    "request": "符合要求：",
    "wish": "符合愿望：",
    "popularity": "选过的人数：",
}


def shown(text: str) -> str:
    """Returns text from outside as one harmless line."""
    return " ".join(text.translate(_OBEYED).split())


def fact_line(item: Item, names: Sequence[str], language: str = "en") -> str:
    """Returns the named facts of an item: ``1994, Jane Doe, 120 min``."""
    held = [_fact(name, item.fields[name], language) for name in names if name in item.fields]
    return shown(", ".join(held))


def fact_value(item: Item, name: str, language: str = "en") -> str:
    """Returns one fact as it stands beside its field's name; empty where there is none."""
    if name not in item.fields:
        return ""
    value = item.fields[name]
    return shown(str(value) if _is_amount(name, value) else _fact(name, value, language))


def _fact(name: str, value: FieldValue, language: str) -> str:
    if isinstance(value, tuple):
        return ", ".join(value[:3])
    if name in ("country", "language"):
        return place_word(str(value), language)
    if unit := unit_of(name, language):
        return f"{value}{unit}"
    return f"{name.replace('_', ' ')} {value}" if _is_amount(name, value) else str(value)


def _is_amount(name: str, value: FieldValue) -> bool:
    """Tells a number that nobody would know without its name."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and name != "year" and not unit_of(name)


def evidence_line(
    evidence: Sequence[Evidence], titles: Mapping[str, Item], language: str = "en"
) -> str:
    """Returns evidence with its amounts in log-odds: ``liked together with Heat +0.8``."""
    features = _FEATURES_ZH if language.startswith("zh") else _FEATURES
    return shown(
        ("；" if language.startswith("zh") else "; ").join(
            _one(one, titles, features, language) for one in evidence
        )
    )


def _one(
    evidence: Evidence, titles: Mapping[str, Item], features: Mapping[str, str], language: str
) -> str:
    named = [titles[i].title if i in titles else i for i in evidence.items]
    fields = [genre_word(one, language) for one in evidence.fields]
    between = "、" if language.startswith("zh") else ", "
    facts = between.join([*named, *fields, *shown_words(evidence.words, language)])
    verb = features.get(evidence.feature, evidence.feature)
    said = f"{verb} {facts} {evidence.contribution:+.1f}"
    return said.replace("  ", " ").replace("： ", "：")
