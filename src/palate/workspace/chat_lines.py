"""Why, why not, and what is known of a person, in plain words of the talk's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palate.agent.chat.lexicon import unit_of
from palate.agent.chat.wording import genre_word, worded_constraint
from palate.agent.reasons.places_zh import place_word
from palate.domain import Constraint, Item, Op
from palate.retrieval.constraints import Checker
from palate.workspace.words import shown

if TYPE_CHECKING:
    from palate.workspace.card import ProfileCard
    from palate.workspace.why_not import WhyNot

#: Signals that a person can follow; the others are told by the place alone.
_SIGNALS = {
    "en": {
        "neighbours": "people who chose what you like chose it less often",
        "factors": "people of your taste chose it less often",
        "sequence": "it seldom follows what you chose last",
        "disliked": "it is close to what you did not like",
        "similar": "its description is further from what you like",
        "tags": "its kinds are less to your taste",
        "popularity": "fewer people here have chosen it",
        "freshness": "it is older", "era": "it is of another time than what you like",
        "request": "it answers less of what you asked for",
        "wish": "it meets less of what you wished",
    },
    "zh": {
        "neighbours": "选择你所喜欢作品的人较少选它", "factors": "与你口味相近的人较少选它",
        "sequence": "它很少接在你最近选的之后", "disliked": "它与你不喜欢的相近",
        "similar": "它的介绍与你喜欢的不太相近", "tags": "它的类型不太合你口味",
        "popularity": "这里选过它的人较少", "freshness": "它更老",
        "era": "它的年代与你喜欢的不同", "request": "它不太符合你的要求",
        "wish": "它不太符合你的愿望",
    },
}  # fmt: skip
_SAID = {
    "en": {
        "asked": "You asked for: {what}. It is {has}.", "against": "You want no {what}, and it is.",
        "asked_bare": "You asked for: {what}.",
        "hidden": "You dismissed it.", "known": "You know it already.",
        "place": "By what is known of you it comes {place}. of {pool}; {n} were asked for.",
        "because": "Next to {title}: {why}.",
        "decided": "It would be among them by what is known; what is shown was decided otherwise.",
    },
    "zh": {
        "asked": "你要的是：{what}；它是{has}。", "against": "你不要{what}，而它是。",
        "asked_bare": "你要的是：{what}。",
        "hidden": "你不要过它。", "known": "你已经看过。",
        "place": "就目前所知，它在{pool}部中排第{place}位，只推荐{n}部。",
        "because": "与《{title}》相比：{why}。",
        "decided": "就目前所知它本应在内，实际由其他因素决定。",
    },
}  # fmt: skip
_LABELS_ZH = {
    "person": "用户", "known from": "了解程度", "leans to": "偏爱", "liked lately": "最近喜欢",
    "disliked": "不喜欢", "dismissed": "不要再推荐", "language": "语言",
}  # fmt: skip
_TOLD = 2


def _code(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"


def why_not_lines(found: WhyNot, constraints: Sequence[Constraint], language: str) -> list[str]:
    """Returns what keeps an item out, in sentences.

    Args:
        found: As it was worked out.
        constraints: In force.
        language: BCP 47.
    """
    say = _SAID[_code(language)]
    lines = list(_broken(found.item, constraints, language))
    lines += [say["hidden"]] if found.dismissed else []
    lines += [say["known"]] if found.known else []
    if lines:
        return [shown(line) for line in lines]
    if found.place <= found.n:
        return [shown(say["decided"])]
    lines.append(say["place"].format(place=found.place, pool=found.pool, n=found.n))
    why = [_SIGNALS[_code(language)][name] for name, amount in found.shares.items()
           if amount < 0 and name in _SIGNALS[_code(language)]][:_TOLD]  # fmt: skip
    if why and found.last is not None:
        comma = "；" if _code(language) == "zh" else "; "
        lines.append(say["because"].format(title=found.last.title, why=comma.join(why)))
    return [shown(line) for line in lines]


def _broken(item: Item, constraints: Sequence[Constraint], language: str) -> Iterator[str]:
    say = _SAID[_code(language)]
    for one in Checker(tuple(constraints)).broken(item, frozenset()):
        if one.field == "seen":
            continue
        what = worded_constraint(one, language)
        if one.op in (Op.HAS_NOT, Op.NE):
            yield say["against"].format(what=_values(one, language))
            continue
        has = _has(item, one.field, language)
        yield say["asked" if has else "asked_bare"].format(what=what, has=has)


def _values(one: Constraint, language: str) -> str:
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    words = [
        genre_word(str(v), language) if one.field == "tags" else place_word(str(v), language)
        for v in values
    ]
    return ("、" if _code(language) == "zh" else ", ").join(words)


def _has(item: Item, field: str, language: str) -> str:
    if field == "tags":
        comma = "、" if _code(language) == "zh" else ", "
        return comma.join(genre_word(tag, language) for tag in item.tags)
    value = item.fields.get(field)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ("、" if _code(language) == "zh" else ", ").join(map(str, value))
    if _code(language) == "zh":
        unit = unit_of(field, language) or "年的" * (field == "year")
        return f"{place_word(str(value), language)}{unit}"
    return f"{value}{unit_of(field)}"


def how_line(payload: Mapping[str, Any], how: str, language: str) -> str:
    """Returns who ranked, in Chinese where the talk is; ``how`` is the English line."""
    if _code(language) == "en":
        return how
    by = str(payload.get("ranked_by", ""))
    told = {"prior": "由先验排序，没有使用语言模型", "model": "由语言模型排序",
            "fused": "由先验与语言模型共同排序"}  # fmt: skip
    return told.get(by, "")


def profile_lines(card: ProfileCard, language: str) -> list[str]:
    """Returns what is known of a person, a line each."""
    if _code(language) == "en":
        return [f"{label}: {text}" for label, text in card.rows()]
    profile, lines = card.profile, []
    for label, text in card.rows():
        told = text
        if label == "known from":
            told = f"{len(profile.history)}部作品"
        elif label == "leans to":
            told = "、".join(
                f"{genre_word(lean.tag, language)} {lean.weight:+.2f}" for lean in profile.tags[:5]
            )
        wish = label.removeprefix("wish ")
        name = _LABELS_ZH.get(label) or (f"愿望 {wish}" if wish != label else label)
        lines.append(f"{name}：{told}")
    return lines
