"""The part of the SDK that foretells what people do, and learns what a model's word is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from palate.domain import Action, RankBy
from palate.workspace.chat import Conversing

if TYPE_CHECKING:
    from palate.agent.predict import Prediction
    from palate.domain import Recommender
    from palate.workspace.palate import Palate
    from palate.workspace.predict import Predictions
    from palate.workspace.tune_action import ActionReport
    from palate.workspace.tuned import TuneReport


class Predicting(Conversing):
    """A workspace whose predictions can be asked for."""

    @property
    def _whole(self) -> Palate:
        """This object, as which it is opened: tuning needs all of the SDK."""
        return cast("Palate", self)

    def predict(
        self,
        user: str | None,
        item: str,
        action: Action | str = Action.LIKE,
        *,
        history: Sequence[str] | None = None,
        ask: bool = False,
    ) -> Prediction:
        """Foretells what a person would do with an item, were they to meet it.

        Args:
            user: ``None`` for a stranger.
            item: Its id; it needs no events.
            action: Any but ``view``; ``rate`` foretells the rating itself.
            history: Item ids to use after (or, for a stranger, instead of) the stored past.
            ask: Have the model judge it, too; its answer counts where `tune` found that it helps.

        Raises:
            UnknownUser: The user is not known.
            UnknownItem: The item is not known.
            CatalogueError: The action cannot be foretold.
            PrerequisiteError: `fit` has not run.
        """
        return self.predict_pairs([(user, item)], [action], history=history, ask=ask)[0]

    def predict_pairs(
        self,
        pairs: Sequence[tuple[str | None, str]],
        actions: Sequence[Action | str] | None = None,
        *,
        history: Sequence[str] | None = None,
        ask: bool = False,
    ) -> Predictions:
        """Foretells for many (user, item) pairs; without ``actions``, all that the log holds.

        Raises:
            PalateError: As of `predict`.
        """
        from palate.workspace.predict import predict_pairs

        return predict_pairs(self._whole, pairs, actions, history=history, ask=ask)

    async def apredict(self, user: str | None, item: str, action: str = "like") -> Prediction:
        """Does what `predict` does, without blocking the event loop."""
        return await asyncio.to_thread(self.predict, user, item, action)

    def tune(self, *, progress: Callable[[str], None] | None = None, **wanted: Any) -> TuneReport:
        """Learns what the model's opinion is worth beside the prior, on this workspace's events.

        It asks the model about people's newest likes, each held back. The weight belongs to the
        template, the model and the ranker; where it does not help for sure, it is 0. A tune that
        was cut off goes on where it stopped.

        Args:
            progress: Told the name of each step.
            wanted: ``ranker``, ``users``, ``limit`` (cases asked), ``seed``, ``concurrency``.

        Raises:
            PrerequisiteError: There is no model, or `fit` has not run.
            EvalError: The events make too few cases, or the model answered none of them.
        """
        from palate.workspace.tune import Wanted, tune

        return tune(
            self._whole, Wanted(**wanted), steps=progress or (lambda _: None), notify=lambda _: None
        )

    def tune_action(
        self,
        action: Action | str,
        *,
        limit: int = 400,
        seed: int = 0,
        concurrency: int = 8,
        progress: Callable[[str], None] | None = None,
    ) -> ActionReport:
        """Learns what the model's yes or no is worth beside the predictions of an action.

        It asks about the newest tenth of the log, each time with the person's past as it was. What
        was cut off goes on where it stopped.

        Raises:
            PrerequisiteError: There is no model, or `fit` has not run.
            EvalError: The log has no times, or too little of the action to foretell it.
            CatalogueError: The action cannot be foretold.
        """
        from palate.workspace.predict import known_actions
        from palate.workspace.tune_action import tune_action

        [wanted] = known_actions(self.predictor, [action])
        return tune_action(
            self._whole, wanted, limit=limit, seed=seed, concurrency=concurrency,
            steps=progress or (lambda _: None),
        )  # fmt: skip

    def recommender(self, rank_by: RankBy = "prior") -> Recommender:
        """Returns this workspace as something that an evaluation can score."""
        return self.engine.recommender(rank_by)
