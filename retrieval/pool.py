"""The pool: sources merged, constraints applied, scored by the prior, with evidence.

Scoring works on rows of the item table; items are read from the store only for the candidates that
somebody will look at. Constraints are applied to the arrays first and checked again on each item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palate.domain import Candidate, Constraint, Item, Pool, Profile, Relaxation, Request
from palate.errors import ModelError, NotReady, UnknownItem
from palate.retrieval.behaviour import Behaviour, load_behaviour
from palate.retrieval.constraints import UNSEEN, Checker, best_relaxation
from palate.retrieval.evidence import Witness
from palate.retrieval.features import NAMES, Context, Rows, Values, feature_matrix
from palate.retrieval.filler import stated
from palate.retrieval.fit import fitted_events
from palate.retrieval.index import Index
from palate.retrieval.lean import Lean, leant
from palate.retrieval.masks import Decided, allowed_rows
from palate.retrieval.prior import Prior, load_prior, log_softmax
from palate.retrieval.shelf import Shelf
from palate.retrieval.sources import gather
from palate.retrieval.store import Store
from palate.retrieval.textual import search
from palate.settings import Settings

#: Items that the text search is asked for.
FOUND = 200
#: Items looked at to find the constraint to relax.
_RELAXED = 5000
#: For people without a past: the learnt weights are those of people who have one.
_COLD = Prior()
#: What only events can tell. About an item that nobody has met they tell nothing.
_TOLD = "neighbours regression factors sequence disliked popularity late liked"
_FROM_EVENTS = [NAMES.index(name) for name in _TOLD.split()]


@dataclass(frozen=True)
class Scored:
    """Rows of a pool with their features.

    Attributes:
        rows: Shape (m,), best prior first.
        matrix: Raw features, shape (m, len(NAMES)).
        logp: log P(i | pool), shape (m,), descending.
        shares: Exact share of each feature in each score, shape (m, len(NAMES)).
        sources: Row -> names of the sources that brought it.
    """

    rows: Rows
    matrix: Values
    logp: NDArray[np.float64]
    shares: NDArray[np.float64]
    sources: Mapping[int, Sequence[str]]


class Retriever:
    """Makes pools from an index, its behaviour statistics and a prior."""

    leans: tuple[Lean, ...] = ()

    def __init__(
        self, store: Store, index: Index, behaviour: Behaviour, prior: Prior, settings: Settings
    ) -> None:
        self.store, self.index, self.settings = store, index, settings
        self.behaviour, self.prior = behaviour, prior
        self._decided, self._shelf = Decided(index.items), Shelf(store)
        self.refresh()

    @classmethod
    def open(cls, store: Store, index: Index, settings: Settings) -> Retriever:
        """Loads what ``fit`` saved beside the index.

        Raises:
            NotReady: ``fit`` has not run, or for another version of the catalogue.
        """
        if not store.item_count:
            raise NotReady(
                "The catalogue is empty: ingest items first, with `palate ingest items FILE`."
            )
        try:
            behaviour, prior = load_behaviour(index.folder), load_prior(index.folder)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            raise NotReady(
                "The prior is missing or damaged. Run `palate fit` to build it from the store."
            ) from None
        if (
            len(behaviour.popularity.people) != len(index.items)
            or fitted_events(index.folder) is None
        ):
            raise NotReady(
                "The prior was built for another version of the catalogue. Run `palate fit`."
            )
        return cls(store, index, behaviour, prior, settings)

    def context(self, request: Request, profile: Profile) -> Context:
        """Gathers what the features of a request look at."""
        table = self.index.items
        known = [e for e in profile.history if e.item in table.position]
        notes: list[str] = []
        return Context(
            table,
            self.behaviour,
            np.array([table.position[e.item] for e in known], np.intp),
            np.array([e.strength for e in known], np.float32),
            self._answers(request.text, notes),
            self._wishes(profile, notes),
            tuple(dict.fromkeys(notes)),
        )

    def _answers(self, text: str | None, notes: list[str]) -> dict[int, float]:
        """Row -> how well it answers a text, the best answer 1; trouble goes into the notes."""
        if not text or not text.strip():
            return {}
        try:
            found = search(self.index, text, FOUND)
        except ModelError as error:
            # A remote embedder that is down costs precision, not the answer.
            found = self.index.lexical.search(text, FOUND)
            notes.append(f"Searched by words alone: the embedder failed ({error}).")
        best = max((score for _, score in found), default=0.0)
        position = self.index.items.position
        return {
            position[item]: score / best for item, score in found if best > 0 and item in position
        }

    def _wishes(self, profile: Profile, notes: list[str]) -> dict[int, float]:
        total: dict[int, float] = {}
        for wish in profile.wishes[-5:]:
            for row, score in self._answers(stated(wish.text), notes).items():
                total[row] = total.get(row, 0.0) + (score if wish.likes else -score)
        return leant(total, self.index, self.leans)

    def scored(
        self,
        request: Request,
        profile: Profile,
        context: Context | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Scored:
        """Scores the request's candidates, or those that the sources find.

        Args:
            request: What is asked.
            profile: Of the person who asks.
            context: Of both, if it is there already.
            allowed: Shape (n,): rows to choose from; default those that the arrays let pass.

        Raises:
            UnknownItem: A given candidate is not in the catalogue.
        """
        context = context or self.context(request, profile)
        if request.candidates is not None:
            rows = self._given(request.candidates)
            sources: dict[int, list[str]] = {row: ["given"] for row in rows.tolist()}
        else:
            mask = self._allowed(request, profile) if allowed is None else allowed
            sources = gather(context, mask, max(self.settings.retrieval.pool, request.n))
            rows = np.fromiter(sources, np.intp, len(sources))
        return self._ordered(context, rows, sources)

    def _ordered(
        self, context: Context, rows: Rows, sources: Mapping[int, Sequence[str]]
    ) -> Scored:
        if not len(rows):
            empty = np.zeros((0, len(NAMES)), np.float32)
            return Scored(rows, empty, np.zeros(0), np.zeros((0, len(NAMES))), {})
        matrix = feature_matrix(context, rows)
        shares = self._weights(context).contributions(matrix)
        # An item that nobody has met stands at the mean of the list, not far below it.
        unmet = self.behaviour.popularity.people[rows] == 0
        shares[np.ix_(unmet, _FROM_EVENTS)] = 0
        logp = log_softmax(shares.sum(axis=1))
        # Ties go by row, never by the order in which candidates were given.
        order = np.lexsort((rows, -logp))
        return Scored(rows[order], matrix[order], logp[order], shares[order], sources)

    def _weights(self, context: Context) -> Prior:
        return self.prior if len(context.history) else _COLD

    def _given(self, candidates: Sequence[str]) -> Rows:
        position = self.index.items.position
        unknown = [item for item in candidates if item not in position]
        if unknown:
            raise UnknownItem(unknown[0])
        return np.array([position[item] for item in dict.fromkeys(candidates)], np.intp)

    def _allowed(self, request: Request, profile: Profile) -> NDArray[np.bool_]:
        table = self.index.items
        mask = allowed_rows(table, request.constraints, profile.seen, self._decided)
        hidden = list(profile.hidden)
        if not self.settings.retrieval.seen and not _asks_for_seen(request.constraints):
            hidden += profile.seen
        mask[table.rows(hidden)] = False
        return mask

    def pool(self, request: Request, profile: Profile, shown: int) -> Pool:
        """Makes the pool of a request.

        Args:
            request: What is asked.
            profile: Of the person who asks.
            shown: How many candidates are wanted with item and evidence; given candidates
                all come.

        Returns:
            The best ``shown`` candidates that meet every constraint; where there is none,
            ``relax`` names the constraint whose removal helps most.
        """
        context = self.context(request, profile)
        scored = self.scored(request, profile, context)
        if request.candidates is not None:
            shown = len(scored.rows)
        candidates = self._candidates(context, scored, request, profile, shown)
        if len(candidates) < min(shown, len(scored.rows)):
            # Some that the arrays let pass do not hold: choose among those that do.
            exact = self._holding(request, profile)
            scored = self.scored(request, profile, context, exact)
            candidates = self._candidates(context, scored, request, profile, shown)
        relax = None if candidates else self._relaxation(request, profile)
        return Pool(tuple(candidates), self._weights(context).fitted, relax, self._notes(context))

    def _holding(self, request: Request, profile: Profile) -> NDArray[np.bool_]:
        """Returns which rows meet every constraint: checks every item that the arrays let pass."""
        mask = self._allowed(request, profile)
        checker, ids = Checker(request.constraints), self.index.items.ids
        rows = np.flatnonzero(mask).tolist()
        items = self.items([ids[row] for row in rows])
        for row in rows:
            item = items.get(ids[row])
            mask[row] = item is not None and checker.holds(item, profile.seen)
        return mask

    def _candidates(
        self,
        context: Context,
        scored: Scored,
        request: Request,
        profile: Profile,
        shown: int,
    ) -> list[Candidate]:
        checker = Checker(request.constraints if request.candidates is None else ())
        chosen: dict[int, Item] = {}
        for start in range(0, len(scored.rows), max(shown, 20)):
            places = range(start, min(start + max(shown, 20), len(scored.rows)))
            for place, item in self._hydrated(scored, places).items():
                if len(chosen) < shown and checker.holds(item, profile.seen):
                    chosen[place] = item
            if len(chosen) == shown:
                break
        witness = Witness(
            context, request, scored.rows[list(chosen)], profile.wishes, self._shelf.words
        )
        return [self._candidate(item, scored, i, witness) for i, item in chosen.items()]

    def _hydrated(self, scored: Scored, places: range) -> dict[int, Item]:
        """Place -> item, for those places whose items are still in the store."""
        ids = self.index.items.ids
        items = self.items([ids[scored.rows[place]] for place in places])
        return {p: items[ids[scored.rows[p]]] for p in places if ids[scored.rows[p]] in items}

    def _candidate(self, item: Item, scored: Scored, place: int, witness: Witness) -> Candidate:
        row = int(scored.rows[place])
        features = dict(zip(NAMES, scored.matrix[place].tolist(), strict=True))
        evidence = witness.evidence(row, item, scored.shares[place])
        sources = tuple(scored.sources.get(row, ()))
        return Candidate(item, float(scored.logp[place]), features, evidence, sources)

    def _relaxation(self, request: Request, profile: Profile) -> Relaxation | None:
        constraints = list(request.constraints)
        if not self.settings.retrieval.seen and UNSEEN not in constraints:
            constraints.append(UNSEEN)
        popular = np.argsort(-self.behaviour.popularity.people, kind="stable")[:_RELAXED]
        items = self.items([self.index.items.ids[row] for row in popular])
        visible = (item for item in items.values() if item.id not in profile.hidden)
        return best_relaxation(constraints, visible, profile.seen)

    def refresh(self) -> None:
        """Forgets the items it has read; call it after items were written."""
        self._behind = self.index.behind
        self._shelf.clear()

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """Returns items by id, in the order asked for; read from the store once."""
        return self._shelf.items(ids)

    def _notes(self, context: Context) -> tuple[str, ...]:
        if not self._behind:
            return context.notes
        return (*context.notes, f"{self._behind} items changed since the last `palate fit`.")


def _asks_for_seen(constraints: Sequence[Constraint]) -> bool:
    return any(constraint.field == "seen" for constraint in constraints)
