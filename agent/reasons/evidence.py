"""Reasons written from evidence: one plain sentence that claims no more than the evidence.

"Liked" is said only of what the person liked; what they merely had is "chosen". What people have in
common is that they had both things: they are not said to have liked them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from palate.agent.reasons.genres_zh import genre_word
from palate.agent.reasons.wishes_zh import shown_words
from palate.domain import Candidate, Evidence, Item, Profile, Start
from palate.prompts.clean import one_line
from palate.prompts.render import SEEN

#: Key -> sentences that say the same, used in turn. Keys are the evidence's feature, with
#: ``-liked`` or ``-had`` where it matters what the person thought of the items.
_FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "neighbours": (
            "People who chose {items} often chose this too.",
            "Those who chose {items} often chose this one as well.",
        ),
        "sequence": (
            "People often come to this soon after {items}.",
            "It is often what people choose next after {items}.",
        ),
        "similar-liked": (
            "Its description is close to {items}, which you liked.",
            "Going by its description, it resembles {items}, which you liked.",
        ),
        "similar-had": ("Its description is close to {items}, which you know.",),
        "tags-1": (
            "It is filed under {tags}, which you lean to.",
            "You lean to {tags}, and it is filed there.",
        ),
        "tags": (
            "It is filed under {tags}, and you lean to {all}.",
            "You lean to {tags}, and it is filed under {all}.",
        ),
        "request": ("It meets what you asked for: {words}.",),
        "request-plain": ("Its description comes close to what you asked for.",),
        "wish": ("It meets a wish that you stated: {words}.",),
        "wish-plain": ("It comes close to a wish that you stated.",),
        "popularity-1": ("One person here has chosen it.",),
        "popularity": ("{words} people here have chosen it.",),
        "popularity-cold": (
            "{words} people here have chosen it: a safe start while little is known of you.",
        ),
        "plain": ("Of what is left, it fits best with what is known so far.",),
    },
    "zh": {
        "neighbours": ("选择{items}的人也常常选择它。", "人们常常把它和{items}一起选。"),
        "sequence": ("人们选过{items}之后，常常接着选它。", "继{items}之后，人们常常选它。"),
        "similar-liked": (
            "它的介绍与你喜欢的{items}相近。",
            "从介绍来看，它与你喜欢的{items}相似。",
        ),
        "similar-had": ("它的介绍与你接触过的{items}相近。",),
        "tags-1": ("它属于{tags}，正是你偏爱的类型。", "你偏爱{tags}，它正属于此类。"),
        "tags": ("它属于{tags}，正是你偏爱的类型。", "你偏爱{tags}，它正属于这些类型。"),
        "request": ("它符合你的要求：{words}。",),
        "request-plain": ("它的介绍与你的要求相近。",),
        "wish": ("它符合你说过的愿望：{words}。",),
        "wish-plain": ("它与你说过的愿望相近。",),
        "popularity-1": ("这里有1人选过它。",),
        "popularity": ("这里有{words}人选过它。",),
        "popularity-cold": ("这里有{words}人选过它：在还不了解你时，这是个稳妥的开始。",),
        "plain": ("就目前所知，它与你最为相合。",),
    },
}
_JOIN = {"en": (", ", " and "), "zh": ("、", "和")}
_ALL = {"en": {2: "both", 3: "all three"}, "zh": {}}
#: Longer sentences name one item instead of two.
LONGEST = {"en": 25, "zh": 45}
#: Evidence below this share of the strongest does not stand in for it.
_WORTH = 0.1


@dataclass
class Writer:
    """Writes the reasons of one slate, and repeats itself as little as the evidence allows.

    Attributes:
        profile: Of the reader.
        items: Item id -> item, for the history items that evidence names.
        language: BCP 47; Chinese for ``zh...``, else English.
    """

    profile: Profile
    items: Mapping[str, Item]
    language: str = "en"
    _said: set[str] = field(default_factory=set)
    _facts: set[tuple[str, ...]] = field(default_factory=set)
    _turns: dict[str, int] = field(default_factory=dict)

    def write(self, candidate: Candidate) -> str:
        """Writes from the strongest evidence that was not told in the same words just before."""
        chosen = self._chosen(candidate)
        text = chosen.text(self._turns)
        self._turns[chosen.key] = self._turns.get(chosen.key, 0) + 1
        self._said.add(text)
        self._facts.add(chosen.facts)
        return text

    def _chosen(self, candidate: Candidate) -> _Option:
        # Most often the first one is fresh: the others are not even made then.
        passed: list[_Option] = []
        for one in self._options(candidate):
            if one.facts not in self._facts:
                return one
            passed.append(one)
        new = (one for one in passed if one.text(self._turns) not in self._said)
        return next(new, None) or next(iter(passed), None) or self._plain()

    @cached_property
    def _strength(self) -> Mapping[str, float]:
        return {entry.item: entry.strength for entry in self.profile.history}

    @cached_property
    def code(self) -> str:
        """The language that reasons can be written in: ``"zh"`` or ``"en"``."""
        return "zh" if self.language.lower().startswith("zh") else "en"

    def _plain(self) -> _Option:
        return _Option("plain", _FORMS[self.code]["plain"], {}, ())

    def _options(self, candidate: Candidate) -> Iterator[_Option]:
        told = candidate.evidence
        least = _WORTH * max((one.contribution for one in told), default=0.0)
        for one in told:
            if one.contribution >= least:
                yield from self._of(one)

    def _of(self, evidence: Evidence) -> Iterator[_Option]:
        ids = [item for item in evidence.items if item in self.items]
        for chosen in _choices(ids):
            parts = self._parts(evidence, chosen)
            key = self._key(evidence, chosen)
            forms = _FORMS[self.code].get(key, ())
            if any(not parts[name] for name in parts if any("{" + name + "}" in f for f in forms)):
                continue
            option = _Option(key, forms, parts, (evidence.feature, *chosen, *evidence.fields[:3]))
            if forms and (len(chosen) < 2 or option.length(self.code) <= LONGEST[self.code]):
                yield option

    def _key(self, evidence: Evidence, ids: Sequence[str]) -> str:
        feature = evidence.feature
        if feature == "similar":
            liked = all(self._strength.get(item, 0) > SEEN for item in ids)
            return "similar-liked" if liked else "similar-had"
        if feature in ("request", "wish"):
            return feature if evidence.words else f"{feature}-plain"
        if feature == "tags":
            return "tags-1" if len(evidence.fields) == 1 else "tags"
        if feature == "popularity":
            if evidence.words == ("1",):
                return "popularity-1"
            cold = self.profile.start in (Start.NO_USER, Start.NO_EVENTS)
            return "popularity-cold" if cold else "popularity"
        return feature

    def _parts(self, evidence: Evidence, ids: Sequence[str]) -> dict[str, str]:
        tags = [genre_word(one_line(tag, 40).casefold(), self.code) for tag in evidence.fields[:3]]
        return {
            "items": joined([quoted(self.items[i].title, self.code) for i in ids], self.code),
            "tags": joined(tags, self.code),
            "all": _ALL[self.code].get(len(tags), "them"),
            "words": (", " if self.code == "en" else "、").join(
                shown_words(evidence.words[:4], self.code)
            ),
        }


@dataclass(frozen=True, slots=True)
class _Option:
    """A sentence that could be written, and the facts that it would tell."""

    key: str
    forms: tuple[str, ...]
    parts: Mapping[str, str]
    facts: tuple[str, ...]

    def text(self, turns: Mapping[str, int]) -> str:
        return self.forms[turns.get(self.key, 0) % len(self.forms)].format(**self.parts)

    def length(self, code: str) -> int:
        """Counts words; in Chinese each character is one."""
        pattern = r"[\u3040-\u9fff]|[a-z0-9]+" if code == "zh" else r"\S+"
        texts = [form.format(**self.parts) for form in self.forms]
        return max(len(re.findall(pattern, text, re.IGNORECASE)) for text in texts)


def _choices(ids: Sequence[str]) -> list[tuple[str, ...]]:
    """Returns what to name: the two strongest items, other pairs, then one alone."""
    pairs = [tuple(ids[:2]), (ids[0], ids[2]), (ids[1], ids[2])] if len(ids) > 2 else []
    return [*pairs, *([tuple(ids)] if len(ids) == 2 else []), *((item,) for item in ids)] or [()]


def quoted(title: str, code: str) -> str:
    """Returns a title as the language marks one, on one line."""
    title = one_line(title, 80)
    return f"《{title}》" if code == "zh" else title


def joined(parts: Sequence[str], code: str) -> str:
    """Returns ``a, b and c`` as the language joins."""
    comma, last = _JOIN[code]
    if len(parts) < 2:
        return "".join(parts)
    return comma.join(parts[:-1]) + last + parts[-1]
