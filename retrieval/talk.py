"""Pools for talk: what to offer somebody of whom only a conversation is known.

The prior is learnt from long pasts; a conversation names a few items and says a few words. Here the
pool is scored by what people like that had (`palate.retrieval.crowd`), by tags, texts, people and
era. The weights are those of a conditional logit learnt on conversations (ReDial, CC BY 4.0), of
which `python -m benchmarks.conversations` learns others from the half that it does not score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.crowd import Crowd, Heard
from palate.retrieval.features import NAMES, Context, Rows, Values, feature_matrix
from palate.retrieval.interactions import build_interactions
from palate.retrieval.pool import Retriever, Scored
from palate.retrieval.prior import log_softmax
from palate.retrieval.top import best_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from palate.domain import Profile, Request
    from palate.retrieval.items import ItemTable

#: What a tag that was asked for counts, beside one that a liked item has.
ASKED_TAG = 1.5
#: An item that no like person had is not impossible.
_LEAST_SHARE = 1e-5
_CROWD_FLOOR = 0.0004
#: A field with a name for fewer than every so many items tells kinds, and not people.
_SHARED = 20
#: Where a share of the score stands among the prior's features, so that evidence is found for it.
_PLACES = {"crowd": "neighbours", "tags": "tags", "similar": "similar", "people": "similar",
           "era": "era"}  # fmt: skip
_STATED = {"request": 6.0, "wish": 3.0}


@dataclass(frozen=True, slots=True)
class TalkWeights:
    """What each view of a candidate counts, in log-odds."""

    crowd: float = 1.05
    tags: float = 1.6
    similar: float = 2.2
    people: float = 0.55
    era: float = 0.3

    def vector(self) -> NDArray[np.float64]:
        """Returns them in the order of `views`."""
        return np.array(list(asdict(self).values()))


VIEWS = tuple(_PLACES)


@dataclass(frozen=True)
class Talk:
    """What a conversation adds to a request.

    Attributes:
        text: All that the person said, for finding people who said alike.
        tags: Tags that were asked for.
    """

    text: str = ""
    tags: tuple[str, ...] = ()


class TalkRetriever(Retriever):
    """Makes pools for a conversation; use `heard_by`."""

    crowd: Crowd
    talk: Talk = Talk()
    weights: TalkWeights = TalkWeights()
    _people: csr_array

    @classmethod
    def over(cls, retriever: Retriever) -> Self:
        """Returns one over the indexes and the store of another."""
        made = cls(
            retriever.store, retriever.index, retriever.behaviour, retriever.prior,
            retriever.settings,
        )  # fmt: skip
        events = retriever.store.event_arrays()
        table = retriever.index.items
        log = build_interactions(events, table.position, retriever.settings.strengths)
        made.crowd = Crowd(log, table, retriever.store.event_texts())
        made._people = people_of(table)
        return made

    def hearing(self, talk: Talk, weights: TalkWeights | None = None) -> Self:
        """Returns the same for one conversation."""
        made = self.__class__.__new__(self.__class__)
        made.__dict__.update(self.__dict__)
        made.talk = talk
        made.weights = weights or self.weights
        return made

    def scored(
        self,
        request: Request,
        profile: Profile,
        context: Context | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Scored:
        """Scores the catalogue for a conversation, and keeps the best as the pool.

        Args:
            request: What is asked; given candidates are scored alone.
            profile: Of the person who asks.
            context: Of both, if it is there already.
            allowed: Shape (n,): rows to choose from.
        """
        context = context or self.context(request, profile)
        views = self.views(context, profile.user)
        stated = self._stated(context)
        total = views @ self.weights.vector() + sum(stated.values())
        if request.candidates is not None:
            rows = self._given(request.candidates)
        else:
            mask = self._allowed(request, profile) if allowed is None else allowed
            rows = np.flatnonzero(mask)
            size = max(self.settings.retrieval.pool, request.n)
            rows = rows[best_rows(total[rows].astype(np.float32), size)]
        return self._as_scored(context, rows, total, views, stated)

    def views(self, context: Context, user: str | None) -> NDArray[np.float64]:
        """Returns how every item looks from each side, shape (n_items, len(VIEWS))."""
        table, kind = context.table, context.history[context.strength > 0]
        tags = wanted_tags(table, kind, self.talk.tags)
        shares = self.crowd.shares(Heard(kind, tags, self.talk.text, user)).astype(np.float64)
        floor = self.crowd.people / max(float(self.crowd.people.mean()), 1e-9) * _CROWD_FLOOR
        return np.stack(
            [
                np.log(shares + floor + _LEAST_SHARE),
                _tag_match(table, tags),
                _alike(table, kind),
                np.minimum(_shared(self._people, kind), 3),
                _era(table, kind),
            ],
            axis=1,
        )

    def _stated(self, context: Context) -> Mapping[str, NDArray[np.float64]]:
        """What the words ask for, by the feature that it is evidence of."""
        found = {}
        for name, given in (("request", context.asked), ("wish", context.wished)):
            values = np.zeros(len(context.table))
            for row, score in given.items():
                values[row] = score
            found[name] = values * _STATED[name]
        return found

    def _as_scored(
        self,
        context: Context,
        rows: Rows,
        total: NDArray[np.float64],
        views: NDArray[np.float64],
        stated: Mapping[str, NDArray[np.float64]],
    ) -> Scored:
        order = rows[np.lexsort((rows, -total[rows]))]
        shares = np.zeros((len(order), len(NAMES)))
        if not len(order):
            return Scored(order, np.zeros((0, len(NAMES)), np.float32), np.zeros(0), shares, {})
        parts = (views[order] - views[order].mean(axis=0)) * self.weights.vector()
        # Where nothing was named, what like people had is what most people had.
        places = _PLACES if len(context.history) else _PLACES | {"crowd": "popularity"}
        for column, view in enumerate(VIEWS):
            shares[:, NAMES.index(places[view])] += parts[:, column]
        for name, values in stated.items():
            shares[:, NAMES.index(name)] += values[order]
        matrix = feature_matrix(context, order)
        sources: dict[int, Sequence[str]] = {row: ["talk"] for row in order.tolist()}
        return Scored(order, matrix, log_softmax(total[order]), shares, sources)


def wanted_tags(table: ItemTable, rows: Rows, asked: Sequence[str]) -> Values:
    """Returns how much each tag is wanted: by the items named, and by name, shape (n_tags,)."""
    wanted = np.asarray(table.tags[rows].sum(axis=0)).ravel() if len(rows) else None
    tags = np.zeros(len(table.tag_names)) if wanted is None else wanted.astype(np.float64)
    column = table.facets["tags"].index
    for tag in asked:
        if tag.casefold() in column:
            tags[column[tag.casefold()]] += ASKED_TAG
    return np.asarray(tags, np.float32)


def people_of(table: ItemTable) -> csr_array:
    """Returns who and what the items share beside tags, shape (n_items, n_names)."""
    from scipy.sparse import csr_array, hstack

    names = [name for name, f in table.facets.items() if len(f.names) > len(table) // _SHARED]
    parts: list[Any] = [table.facets[name].matrix for name in names if name != "tags"]
    empty: Any = csr_array((len(table), 0), dtype=np.float32)
    joined: Any = hstack([empty, *parts], format="csr")
    return csr_array(joined)


def _tag_match(table: ItemTable, wanted: Values) -> NDArray[np.float64]:
    own = np.maximum(np.sqrt(np.asarray(table.tags.sum(axis=1)).ravel()), 1)
    length = max(float(np.linalg.norm(wanted)), 1e-9)
    return np.asarray(table.tags @ (wanted / length) / own, np.float64)


def _alike(table: ItemTable, rows: Rows) -> NDArray[np.float64]:
    """Mean cosine with the three most similar of the items named."""
    if not len(rows):
        return np.zeros(len(table))
    alike = table.vectors @ table.vectors[rows].T
    best = min(3, len(rows))
    return np.asarray(np.partition(alike, -best, axis=1)[:, -best:].mean(axis=1), np.float64)


def _shared(people: csr_array, rows: Rows) -> NDArray[np.float64]:
    if not len(rows) or not people.shape[1]:
        return np.zeros(people.shape[0])
    return np.asarray((people @ people[rows].T).sum(axis=1), np.float64).ravel()


def _era(table: ItemTable, rows: Rows) -> NDArray[np.float64]:
    """Minus the logarithm of 1 + the years to the mean year of the items named."""
    known = table.year[rows][np.isfinite(table.year[rows])] if len(rows) else np.zeros(0)
    if not len(known):
        return np.zeros(len(table))
    apart = -np.log1p(np.abs(table.year - known.mean()))
    return np.asarray(np.nan_to_num(apart, nan=-2.5))


def learn_talk_weights(
    lists: Sequence[tuple[NDArray[np.float64], Sequence[int]]], ridge: float = 2.0
) -> TalkWeights:
    """Learns the weights from conversations, as a conditional logit.

    Args:
        lists: For each turn the views of its candidates, shape (m, len(VIEWS)), and which of
            them were taken.
        ridge: Keeps weights small, on standardised views.

    Returns:
        The defaults where there are no lists.
    """
    from scipy.optimize import minimize

    if not lists:
        return TalkWeights()
    together = np.concatenate([views for views, _ in lists])
    mean, spread = together.mean(axis=0), together.std(axis=0) + 1e-9
    scaled = [((views - mean) / spread, list(taken)) for views, taken in lists]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = ridge * float(weights @ weights) / 2, ridge * weights
        for views, taken in scaled:
            logp = log_softmax(views @ weights)
            total -= float(logp[taken].sum())
            slope = slope - views[taken].sum(axis=0) + len(taken) * (np.exp(logp) @ views)
        return total, slope

    found = minimize(loss, np.zeros(len(VIEWS)), jac=True, method="L-BFGS-B")
    return replace(TalkWeights(), **dict(zip(VIEWS, (found.x / spread).tolist(), strict=True)))
