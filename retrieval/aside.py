"""What a part of a log teaches, kept in memory: for judging predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from palate.domain import Action
from palate.retrieval.behaviour import Behaviour
from palate.retrieval.features import Context, Values
from palate.retrieval.forecast.model import Forecasts
from palate.retrieval.interactions import Interactions
from palate.retrieval.items import ItemTable
from palate.retrieval.learning import Source, learn
from palate.retrieval.store import EventArrays
from palate.retrieval.strength import RatingScale
from palate.settings import Settings


@dataclass(frozen=True, slots=True)
class LearntAside:
    """What a log teaches, kept in memory: for judging predictions."""

    table: ItemTable
    behaviour: Behaviour
    forecasts: Forecasts

    def foretell(
        self, action: Action, log: Interactions, answers: Values, place: int
    ) -> tuple[float, float]:
        """Foretells one meeting of a log from the person's past before it.

        Args:
            action: One that there is a leaning for.
            log: Any, over the same items.
            answers: Of its meetings, shape (n,).
            place: Of the meeting in the log.

        Returns:
            The prediction and the control's: the base rate or, for ratings, item and person bias.
        """
        target = self.forecasts.targets[action]
        start = int(log.start[log.user_of(place)])
        history = log.items[start:place].astype(np.intp)
        context = Context(self.table, self.behaviour, history, log.strength[start:place], {}, {})
        rows = np.array([log.items[place]], np.intp)
        value = self.forecasts.foretell(action, context, answers[start:place], rows).values[0]
        if action is not Action.RATE or target.leaning is None:
            return float(value), target.rate
        said = np.isfinite(answers[start:place])
        person = target.leaning.person(history[said], answers[start:place][said])
        bias = float(target.leaning.expected(rows)[0]) + person
        scale = self.forecasts.scale
        return float(value), float(np.clip(bias, scale.low, scale.high))


def learn_aside(
    events: EventArrays,
    table: ItemTable,
    settings: Settings,
    scale: RatingScale,
    *,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> LearntAside:
    """Learns from a part of a log what `fit` learns from all of it, and writes nothing.

    Args:
        events: The part.
        table: The items.
        settings: Strengths of the actions.
        scale: Of the ratings.
        seed: As of `fit`.
        progress: Told the name of each step.
    """
    source = Source(events, table, settings, scale, (), seed)
    learnt = learn(source, progress or (lambda _: None), foretelling=True)
    assert learnt.forecasts is not None
    return LearntAside(table, learnt.behaviour, learnt.forecasts)
