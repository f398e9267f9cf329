"""Behaviour prediction: the chance of an action, and the rating to expect, with what it stands on.

A chance is that of the action *where the person meets the item*: of all items that they come to, as
the log knows them, how many would they click, like, buy. It is made of the person's and the item's
past, calibrated by ``fit`` on meetings that it had not seen. Where too little was there to learn
from, the base rate is given and named as such; where there is nothing at all, no number is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from palate.domain import Action, Item, Profile, Request
from palate.errors import CatalogueError
from palate.retrieval.features import Context
from palate.retrieval.forecast.model import Basis, Forecasts, Target
from palate.retrieval.forecast.outcomes import Past, person_past
from palate.retrieval.pool import Retriever


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is foretold of one meeting.

    Attributes:
        user: ``None`` for a stranger.
        action: What is foretold.
        value: Chance in [0, 1], or the expected rating; ``None`` where nothing is known.
        basis: ``calibrated``, ``with the model`` (whose answer was shown to help), ``base rate``
            (of everybody: it knows neither person nor item) or ``nothing``.
        taught: Held-out meetings that taught it.
        history: Items of the person's past that it could look at.
        model: The model's own chance of yes, where one was asked and answered.
    """

    user: str | None
    item: Item
    action: Action
    value: float | None
    basis: Basis | Literal["with the model"]
    taught: int
    history: int
    model: float | None = None


class Predictor:
    """Foretells over one opened workspace."""

    def __init__(self, retriever: Retriever, forecasts: Forecasts) -> None:
        self.retriever, self.forecasts = retriever, forecasts

    def actions(self) -> tuple[Action, ...]:
        """Returns the actions that the log holds, in the order of `Action`."""
        targets = self.forecasts.targets
        return tuple(action for action in Action if action in targets and targets[action].positives)

    def predict(
        self,
        request: Request,
        profile: Profile,
        items: Sequence[str],
        actions: Sequence[Action],
    ) -> list[Prediction]:
        """Foretells every action for every item, item by item.

        Args:
            request: Its user, history and moment count.
            profile: Of the person who asks.
            items: Ids, all of them in the index.
            actions: Not ``view``.

        Raises:
            UnknownItem: An item is not known.
            CatalogueError: An item was added after the last fit.
        """
        rows = self._rows(items)
        known = self.retriever.items(list(items))
        past = self._past(request)
        context = _context_of(self.retriever.context(request, profile), profile, past, self)
        found: dict[tuple[str, Action], Prediction] = {}
        for action in actions:
            foretold = self.forecasts.foretell(action, context, past.answers[action], rows)
            taught = foretold.head.cases if foretold.head else self._target(action).cases
            for item, value in zip(items, foretold.values.tolist(), strict=True):
                found[item, action] = Prediction(
                    request.user, known[item], action,
                    None if foretold.basis == "nothing" else value,
                    foretold.basis, taught, len(past.rows),
                )  # fmt: skip
        return [found[item, action] for item in items for action in actions]

    def _target(self, action: Action) -> Target:
        return self.forecasts.targets[action]

    def _rows(self, items: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        position = self.retriever.index.items.position
        for item in items:
            if item not in position:
                self.retriever.store.item(item)  # says so where there is no such item
                raise CatalogueError(
                    f"The item {item!r} came after the last fit. Run `palate fit` first."
                )
        return np.array([position[item] for item in items], np.intp)

    def _past(self, request: Request) -> Past:
        """The newest meetings, as many as the prior looks at; those that the request names last."""
        from palate.domain import Event

        store, most = self.retriever.store, self.retriever.settings.retrieval.history
        events = store.user_events(request.user) if request.user else []
        if request.at is not None:
            events = [event for event in events if event.at is None or event.at < request.at]
        named = [Event(request.user or "", item, Action.LIKE) for item in request.history or ()]
        position = self.retriever.index.items.position
        past = person_past([*events, *named], position, self.forecasts.scale)
        answers = {action: found[-most:] for action, found in past.answers.items()}
        return Past(past.rows[-most:], answers)


def _context_of(context: Context, profile: Profile, past: Past, predictor: Predictor) -> Context:
    """Returns the context with its history in the order of the answers."""
    from dataclasses import replace

    position = predictor.retriever.index.items.position
    strength = {position[e.item]: e.strength for e in profile.history if e.item in position}
    strengths = np.array([strength.get(row, 0.0) for row in past.rows.tolist()], np.float32)
    return replace(context, history=past.rows, strength=strengths)
