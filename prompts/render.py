"""From profile and candidates to a prompt that fits its token budget.

What the budget cuts is cut in this order: the oldest history, then the lowest
candidates - never below two. Letters are given by a seeded shuffle, so that a letter says nothing
about the prior's rank. Catalogue ids never enter a prompt, and neither does a user id.
"""

from __future__ import annotations

import random
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from palate.domain import (
    Action,
    Candidate,
    HistoryEntry,
    Item,
    Profile,
    RenderedPrompt,
    Request,
    Wish,
)
from palate.errors import PromptError
from palate.prompts.clean import one_line
from palate.prompts.grounds import grounds
from palate.prompts.languages import language_name
from palate.prompts.library import Template
from palate.prompts.schemas import schema_of
from palate.prompts.tokens import Counter
from palate.settings import Settings

LABELS = string.ascii_uppercase
#: Up to this strength an item was merely seen: neither liked nor disliked.
SEEN = 0.15
#: What comes first in a prompt; a pool that many people share comes before what is theirs alone.
LAYOUT = ("history", "candidates")
#: What "will this person ..." asks about.
DEEDS = {
    Action.VIEW: "look at it",
    Action.CLICK: "click on it",
    Action.LIKE: "like it",
    Action.DISLIKE: "dislike it",
    Action.RATE: "rate it 4 out of 5 or better",
    Action.PURCHASE: "buy it",
    Action.PLAY: "play it",
    Action.SAVE: "save it for later",
    Action.SKIP: "skip it",
    Action.DISMISS: "dismiss it",
}


@dataclass(frozen=True)
class Line:
    """A candidate as the template sees it; what no template asks for is not written."""

    label: str
    _candidate: Candidate
    _items: Mapping[str, Item]
    _settings: Settings

    @cached_property
    def line(self) -> str:
        """Title, tags and facts."""
        return item_line(self._candidate.item, self._settings)

    @cached_property
    def brief(self) -> str:
        """Title and two tags."""
        return brief_line(self._candidate.item)

    @cached_property
    def evidence(self) -> str:
        """What the prior has found, in a few words."""
        return evidence_words(self._candidate, self._items)

    @cached_property
    def grounds(self) -> str:
        """The same in whole sentences."""
        return grounds(self._candidate, self._items)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is shown: what the budget turns down."""

    history: int
    candidates: int


@dataclass(frozen=True, slots=True)
class Brief:
    """What a prompt is about.

    Attributes:
        candidates: Best prior first; more than ``settings.ranking.candidates`` are cut.
        profile: Whose history is shown, newest kept.
        request: Its text, scene and language are shown.
        items: Item id -> item, for the titles of the history.
        settings: Budget, nouns, facts, numbers of candidates and reasons.
        shuffle: Letters by a seeded shuffle; ``False`` gives them in the order of candidates.
        seed: Of that shuffle; ``None`` takes the one of the settings.
        reverse: The same deal the other way round: what was A stands last.
        action: What the person may do, for templates that ask about it.
    """

    candidates: Sequence[Candidate]
    profile: Profile
    request: Request
    items: Mapping[str, Item]
    settings: Settings
    shuffle: bool = True
    seed: int | None = None
    reverse: bool = False
    action: Action = Action.LIKE


def render(template: Template, brief: Brief, count: Counter) -> RenderedPrompt:
    """Fills a template in, within the budget of the settings.

    Raises:
        PromptError: Even the smallest form does not fit the budget, or variables are missing.
    """
    settings = brief.settings
    most = min(len(brief.candidates), settings.ranking.candidates, len(LABELS))
    full = Scope(settings.prompts.history, most)
    for scope in _scopes(full):
        prompt = _fill(template, scope, brief, count)
        if prompt.tokens.tokens <= settings.prompts.budget:
            return replace(prompt, dropped=_dropped(full, scope, brief.profile))
    raise PromptError(
        f"{template.name} needs {prompt.tokens.tokens} tokens even with two candidates, and "
        f"prompts.budget is {settings.prompts.budget}. Raise the budget."
    )


def _scopes(full: Scope) -> list[Scope]:
    histories = sorted({full.history, *(n for n in (15, 10, 5, 2, 0) if n < full.history)})
    scopes = [replace(full, history=n) for n in reversed(histories)]
    smaller = [n for n in (15, 10, 7, 5, 3, 2) if n < full.candidates]
    return scopes + [replace(full, history=0, candidates=n) for n in smaller]


def _dropped(full: Scope, used: Scope, profile: Profile) -> tuple[str, ...]:
    shown = min(full.history, len(profile.history))
    cut = [
        f"{shown - used.history} older history items" if used.history < shown else "",
        f"{full.candidates - used.candidates} candidates"
        if used.candidates < full.candidates
        else "",
    ]
    return tuple(part for part in cut if part)


def _fill(template: Template, scope: Scope, brief: Brief, count: Counter) -> RenderedPrompt:
    settings, header = brief.settings, template.header
    shown = brief.candidates[: scope.candidates]
    labels = _labels(shown, brief)
    by_id = {candidate.item.id: candidate for candidate in shown}
    known = {**brief.items, **{item: candidate.item for item, candidate in by_id.items()}}
    values = _values(brief, known, scope.history)
    explained = len(shown) if header["task"] == "explain" else settings.ranking.reasons
    values["reasons"] = min(explained, len(shown))
    values["candidates"] = [
        Line(label, by_id[item], known, settings) for label, item in labels.items()
    ]
    messages = template.messages(values)
    return RenderedPrompt(
        messages=messages,
        labels=labels,
        tokens=count("\n".join(message.content for message in messages)),
        template=template.name,
        version=template.version,
        sha256=template.sha256,
        max_tokens=40
        + int(header["max_tokens_per_label"]) * len(shown)
        + int(header["max_tokens_per_reason"]) * min(explained, len(shown)),
        schema=schema_of(str(header["reply"])),
    )


def _labels(shown: Sequence[Candidate], brief: Brief) -> dict[str, str]:
    ids, ranking = [candidate.item.id for candidate in shown], brief.settings.ranking
    dealt = brief.shuffle and (ranking.order == "shuffled" or brief.seed is not None)
    if dealt:
        # Sorted first: the same pool gets the same letters whatever order the prior gave it.
        ids.sort()
        random.Random(ranking.seed if brief.seed is None else brief.seed).shuffle(ids)
    if brief.reverse != (ranking.order == "reversed" and not dealt):
        ids.reverse()
    return dict(zip(LABELS, ids, strict=False))


def _values(brief: Brief, items: Mapping[str, Item], history: int) -> dict[str, object]:
    profile, settings = brief.profile, brief.settings
    entries = [entry for entry in profile.history if entry.item in items]
    entries = entries[-history:] if history else []
    language = brief.request.language or profile.language or settings.catalogue.language
    return {
        "noun": settings.catalogue.noun,
        "nouns": settings.catalogue.nouns,
        **_history(entries, items),
        "tastes": [one_line(t.tag, 40) for t in profile.tags if t.weight > 0.1][:5],
        "wishes": [_wish(wish) for wish in profile.wishes[-5:]],
        "request": one_line(brief.request.text or "", 500),
        "scene": one_line(brief.request.scene or "", 100),
        "language": language_name(language),
        "deed": DEEDS[brief.action],
        "layout": LAYOUT[::-1] if settings.prompts.shared_pool else LAYOUT,
    }


def _history(entries: Sequence[HistoryEntry], items: Mapping[str, Item]) -> dict[str, list[str]]:
    """Returns the history by verdict: lines with years, and under ``_titles`` bare ones."""
    kinds: dict[str, list[Item]] = {"liked": [], "disliked": [], "seen": []}
    for one in entries:
        kind = "liked" if one.strength > SEEN else "disliked" if one.strength < 0 else "seen"
        kinds[kind].append(items[one.item])
    lines = {kind: [title_line(item) for item in found] for kind, found in kinds.items()}
    return lines | {f"{kind}_titles": [*map(_bare_title, kinds[kind])] for kind in kinds}


def _bare_title(item: Item) -> str:
    return one_line(item.title, 80)


def _wish(wish: Wish) -> str:
    return ("wants: " if wish.likes else "does not want: ") + one_line(wish.text)


def title_line(item: Item) -> str:
    """Returns ``Title (year)``, safe for a prompt."""
    year = item.fields.get("year")
    title = one_line(item.title, 120)
    return f"{title} ({year})" if isinstance(year, int) and str(year) not in title else title


def item_line(item: Item, settings: Settings) -> str:
    """Returns a candidate's line: title, tags and the facts of the settings."""
    facts = [_fact(name, item.fields.get(name)) for name in settings.catalogue.facts]
    tags = ", ".join(one_line(tag, 40) for tag in item.tags[:3])
    return "; ".join(part for part in (title_line(item), tags, *facts) if part)


def brief_line(item: Item) -> str:
    """Returns a candidate's line where every token counts: title and two tags."""
    tags = ", ".join(one_line(tag, 40) for tag in item.tags[:2])
    title = _bare_title(item)
    return f"{title}; {tags}" if tags else title


def _fact(name: str, value: object) -> str:
    if value in (None, "", ()) or name == "year":
        return ""
    if name == "runtime":
        return f"{value} min"
    if isinstance(value, tuple):
        return one_line(", ".join(value[:3]), 100)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{name.replace('_', ' ')} {value}"
    return one_line(str(value), 60)


def evidence_words(candidate: Candidate, items: Mapping[str, Item]) -> str:
    """Returns the evidence for a candidate in a few words, never in numbers."""
    parts: list[str] = []
    for evidence in candidate.evidence[:2]:
        titles = [one_line(items[i].title, 80) for i in evidence.items[:2] if i in items]
        words = [one_line(word, 40) for word in (*evidence.fields[:3], *evidence.words[:3])]
        if titles or words:
            parts.append(f"{evidence.feature}: {', '.join([*titles, *words])}")
    return "; ".join(parts)
