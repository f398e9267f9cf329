"""Reasons written from evidence: one plain sentence that claims no more than the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from palate.domain import Candidate, Evidence, Item, Reason

#: Feature -> sentence, by language. ``{items}``, ``{tags}``, ``{words}`` come from the evidence.
_FORMS: dict[str, dict[str, str]] = {
    "en": {
        "neighbours": "People who liked {items} often go for this one.",
        "sequence": "People often come to this one soon after {items}.",
        "similar": "Its description is close to {items}, which you liked.",
        "tags": "You lean to {tags}, and this is that.",
        "request": "It answers what you asked for: {words}.",
        "request-plain": "Its description comes close to what you asked for.",
        "wish": "It comes close to a wish that you stated.",
        "popularity": "{words} people here have had it: a safe start while we know little of you.",
        "plain": "It scores well on what is known of you and of the catalogue.",
    },
    "zh": {
        "neighbours": "喜欢{items}的人也常常选择它。",
        "sequence": "人们看过{items}之后，常常接着选它。",
        "similar": "它的介绍与你喜欢的{items}相近。",
        "tags": "你偏爱{tags}，它正属于此类。",
        "request": "它符合你的要求：{words}。",
        "request-plain": "它的介绍与你的要求相近。",
        "wish": "它符合你说过的愿望。",
        "popularity": "这里有{words}人选过它：在还不了解你时，这是个稳妥的开始。",
        "plain": "根据已知的信息，它的得分较高。",
    },
}
_JOIN = {"en": (", ", " and "), "zh": ("、", "和")}


def reason_language(language: str) -> str:
    """Returns the language that reasons can be written in: ``"zh"`` or ``"en"``."""
    return "zh" if language.lower().startswith("zh") else "en"


def evidence_reason(candidate: Candidate, items: Mapping[str, Item], language: str) -> Reason:
    """Writes a sentence from a candidate's strongest evidence that can be told.

    Args:
        candidate: With its evidence, strongest first.
        items: Item id -> item, for the history items that evidence names.
        language: BCP 47; Chinese for ``zh...``, else English.
    """
    code = reason_language(language)
    for evidence in candidate.evidence:
        sentence = _sentence(evidence, items, code)
        if sentence:
            return Reason(sentence, "evidence")
    return Reason(_FORMS[code]["plain"], "evidence")


def _sentence(evidence: Evidence, items: Mapping[str, Item], code: str) -> str:
    titles = [quoted(items[i].title, code) for i in evidence.items[:2] if i in items]
    parts = {
        "items": joined(titles, code),
        "tags": joined([tag.casefold() for tag in evidence.fields[:3]], code),
        "words": joined(list(evidence.words[:4]), code),
    }
    feature = evidence.feature
    if feature == "request" and not evidence.words:
        feature = "request-plain"
    form = _FORMS[code].get(feature, "")
    needed = [name for name in parts if "{" + name + "}" in form]
    return form.format(**parts) if form and all(parts[name] for name in needed) else ""


def quoted(title: str, code: str) -> str:
    """Returns a title as the language marks one."""
    return f"《{title}》" if code == "zh" else title


def joined(parts: Sequence[str], code: str) -> str:
    """Returns ``a, b and c`` as the language joins."""
    comma, last = _JOIN[code]
    if len(parts) < 2:
        return "".join(parts)
    return comma.join(parts[:-1]) + last + parts[-1]
