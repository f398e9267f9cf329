"""The part of the SDK that answers, and says why it answered so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from palate.domain import Budget, Constraint, RankBy, Request
from palate.errors import PalateError
from palate.workspace.opened import Opened

if TYPE_CHECKING:
    from palate.domain import RenderedPrompt
    from palate.retrieval.store import Trace
    from palate.workspace.slate import Slate
    from palate.workspace.telling import Telling, Told
    from palate.workspace.why import Why
    from palate.workspace.why_not import WhyNot


class Answering(Opened):
    """A workspace that recommends, and whose answers can be asked about."""

    def recommend(self, user: str | None = None, **wanted: Any) -> Slate:
        """Recommends. Takes what `request` takes.

        Raises:
            UnknownUser: The user is not known.
            PrerequisiteError: `fit` has not run.
        """
        return self.engine.recommend(self.request(user, **wanted))

    async def arecommend(self, user: str | None = None, **wanted: Any) -> Slate:
        """Does what `recommend` does, without blocking the event loop while a model thinks."""
        return await self.engine.arecommend(self.request(user, **wanted))

    def request(
        self,
        user: str | None = None,
        *,
        history: Sequence[str] | None = None,
        text: str | None = None,
        n: int = 10,
        constraints: str | Constraint | Sequence[str | Constraint] = (),
        scene: str | None = None,
        candidates: Sequence[str] | None = None,
        rank_by: RankBy | None = None,
        language: str | None = None,
        at: datetime | None = None,
        ranker: str | None = None,
        budget: Budget | None = None,
    ) -> Request:
        """Makes a request; constraints may be text such as ``"runtime <= 120"``.

        Raises:
            UnknownUser: The user is not known.
            UnknownItem: An item of the history or of the candidates is not known.
            CatalogueError: A constraint cannot be read, or a value is out of its range.
            SettingsError: The budget holds an amount that is none.
        """
        from palate.workspace import ask

        ask.check_ask(n, rank_by)
        ask.check_ranker(ranker)
        ask.check_budget(budget)
        return Request(
            ask.known_user(self.store, user),
            ask.known_items(self.store, history, "history"),
            ask.known_words(text),
            n,
            ask.read_constraints(constraints),
            ask.known_words(scene),
            ask.known_items(self.store, candidates, "candidates"),
            rank_by,
            language,
            ask.in_utc(at),
            ranker,
            budget,
        )

    def render(self, request: Request, template: str | None = None) -> RenderedPrompt:
        """Renders the prompt that a model would be sent for a request; no model is called."""
        return self.engine.render(request, template)

    def trace(self, recommendation: str) -> Trace:
        """Returns how a recommendation was made.

        Raises:
            PalateError: There is no such trace (any more).
        """
        self._settle()
        trace = self.store.trace(recommendation)
        if trace is None:
            raise PalateError(
                f"No trace {recommendation!r}: traces are kept "
                f"{self.settings.privacy.keep_traces} days (privacy.keep_traces)."
            )
        return trace

    def why(self, recommendation: str, item: str | None = None) -> Why:
        """Says how a slate was made or, of one of its items, why it stands where it does.

        About one item it also says which history items, taken away, would change its place by the
        prior, with the past as of then and the statistics as of now.

        Raises:
            PalateError: There is no such slate (any more), or the item is not in it.
        """
        from palate.workspace.why import Why
        from palate.workspace.why_not import would_change

        trace = self.trace(recommendation)
        why = Why.of(trace, item, self.store)
        return why if item is None else replace(why, without=would_change(self, trace, item))

    def areasons(
        self, recommendation: str, items: Sequence[str] = (), *, language: str | None = None
    ) -> Telling:
        """Has the model phrase the reasons of a slate, one by one, for ``async for``.

        Each is told as soon as it is written and checked; the evidence writes those that the
        model leaves out or gets wrong, and all of them where there is no model.

        Args:
            recommendation: Id of the slate.
            items: Ids of some of its items; all without them.
            language: BCP 47; ``None`` is the slate's own.

        Raises:
            PalateError: There is no such slate (any more), or an item is not in it.
        """
        from palate.workspace.telling import Telling

        return Telling(self, self.trace(recommendation), items, language)

    def reasons(
        self, recommendation: str, items: Sequence[str] = (), *, language: str | None = None
    ) -> tuple[Told, ...]:
        """Does what `areasons` does, and returns when all are there."""
        from palate.workspace.telling import tell

        return tell(self.areasons(recommendation, items, language=language))

    def why_not(
        self, asked: str | None, item: str, *, stored: bool = False, **wanted: Any
    ) -> WhyNot:
        """Says what keeps an item out of a slate, by the prior's exact shares.

        Args:
            asked: Id of a person (``None`` for a stranger) or, with ``stored``, of a slate.
            item: Its id.
            stored: Take the request from a slate's trace, with the past as of then.
            wanted: What `request` takes.

        Raises:
            PalateError: The person, the item or the slate is not known.
        """
        from palate.workspace.why_not import request_of, why_not

        if stored:
            return why_not(self, request_of(self.trace(asked or "")), item)
        return why_not(self, self.request(asked, **wanted), item)

    def _settle(self) -> None:
        """Waits for the traces of the answers given so far."""
        engine = self.__dict__.get("engine")
        if engine is not None:
            engine.traces.flush()
