"""Why an item is not in a slate, and which item of a past holds another in its place.

Both are worked out by the prior alone, from its exact shares, with what is in the store now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from palate.domain import Item, Profile, Request
from palate.retrieval.constraints import Checker, parse_constraint
from palate.retrieval.features import NAMES
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.retrieval.pool import Retriever
    from palate.retrieval.store import Trace
    from palate.workspace.answering import Answering

#: Newest history items that are taken away in turn.
TRIED = 50
_LEAST = 0.01


@dataclass(frozen=True)
class WhyNot:
    """What keeps an item out.

    Attributes:
        causes: What rules it out, in sentences; empty where only its place does.
        place: By the prior, from 1, among its pool (with it, where the sources did not bring it).
        pool: Size of that pool.
        n: How many were asked for.
        in_pool: Whether the sources brought it.
        last: The last item that the prior would show.
        shares: Signal -> the item's share less that of ``last``, in log-odds, the lowest first;
            they sum to the difference of the two scores.
        dismissed: Whether the person dismissed the item.
        known: Whether it is left out because the person knows it.
    """

    item: Item
    causes: tuple[str, ...]
    place: int
    pool: int
    n: int
    in_pool: bool
    last: Item | None
    shares: Mapping[str, float]
    dismissed: bool = False
    known: bool = False

    def lines(self) -> list[str]:
        """Returns it in sentences."""
        lines = list(self.causes)
        if not self.in_pool:
            lines.append("No source brought it into the pool; were it there:")
        lines.append(f"Place {self.place} of {self.pool} by the prior; {self.n} were asked for.")
        if self.place <= self.n and not self.causes and self.in_pool:
            lines.append("The prior would show it: what is shown was decided otherwise.")
        if self.last is not None:
            parts = [f"{name} {amount:+.2f}" for name, amount in self.shares.items()]
            held = "; ".join(parts) or "no signal differs"
            lines.append(f"Against {self.last.title}, the last one shown: {held}.")
        return [shown(line) for line in lines]

    def __rich__(self) -> RenderableType:
        """Returns a line a cause."""
        from rich.console import Group
        from rich.text import Text

        head = Text(f"Why not {shown(self.item.title)}?", style="bold")
        return Group(head, *(Text(line) for line in self.lines()))

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        plain = {k: v for k, v in asdict(self).items() if k not in ("item", "last")}
        last = self.last.id if self.last else None
        return {"item": self.item.id, "last": last, **plain, "lines": self.lines()}


def request_of(trace: Trace) -> Request:
    """Returns the request behind a trace, as far as the trace keeps it."""
    payload = trace.payload
    history = payload.get("history")
    return Request(
        trace.user,
        None if history is None else tuple(history),
        text=payload.get("text"),
        n=max(len(payload["recommendations"]), 1),
        constraints=tuple(parse_constraint(one) for one in payload["constraints"]),
        scene=payload.get("scene"),
        language=payload.get("language"),
        at=trace.at,
    )


def why_not(
    palate: Answering,
    request: Request,
    item: str,
    profile: Profile | None = None,
    retriever: Retriever | None = None,
) -> WhyNot:
    """Says what keeps an item out of the answer to a request.

    Args:
        palate: The workspace.
        request: What was asked.
        item: Its id.
        profile: Goes before what is stored.
        retriever: That made the pool, where it is not the workspace's own.

    Raises:
        UnknownItem: The item is not known.
    """
    retriever, found = retriever or palate.retriever, palate.store.item(item)
    profile = profile or palate.engine.profile(request)
    context = retriever.context(request, profile)
    scored = retriever.scored(request, profile, context)
    ids = retriever.index.items.ids
    inside = [ids[row] for row in scored.rows]
    together = tuple(dict.fromkeys([*inside, item]))
    ranked = retriever.scored(replace(request, candidates=together), profile, context)
    order = [ids[row] for row in ranked.rows]
    place = order.index(item)
    others = [spot for spot, one in enumerate(order) if one != item][: request.n]
    last = others[-1] if others else None
    shares = {} if last is None else _held(ranked.shares[place] - ranked.shares[last])
    dismissed, known = item in profile.hidden, _left_out(palate, request, profile, item)
    return WhyNot(
        found,
        _causes(request, profile, found, dismissed=dismissed, known=known),
        place + 1,
        len(order),
        request.n,
        item in inside,
        None if last is None else palate.store.item(order[last]),
        shares,
        dismissed,
        known,
    )


def _held(difference: Any) -> dict[str, float]:
    pairs = sorted(zip(NAMES, difference.tolist(), strict=True), key=lambda pair: pair[1])
    return {name: amount for name, amount in pairs if abs(amount) >= _LEAST}


def _left_out(palate: Answering, request: Request, profile: Profile, item: str) -> bool:
    """Tells whether an item is left out because the person knows it."""
    asks = any(constraint.field == "seen" for constraint in request.constraints)
    shown_again = asks or palate.settings.retrieval.seen
    return item in profile.seen and item not in profile.hidden and not shown_again


def _causes(
    request: Request, profile: Profile, item: Item, *, dismissed: bool, known: bool
) -> tuple[str, ...]:
    broken = Checker(request.constraints).broken(item, profile.seen)
    causes = [f"It does not meet '{constraint}'." for constraint in broken]
    if dismissed:
        causes.append("It was dismissed.")
    if known:
        causes.append("It is known already (retrieval.seen = true would show it again).")
    return tuple(causes)


@dataclass(frozen=True, slots=True)
class Without:
    """What taking one item out of the past would do to another's place in the same pool."""

    item: Item
    place: int
    before: int


def counterfactual(palate: Answering, request: Request, item: str) -> tuple[Without, ...]:
    """Finds the history items whose removal would change an item's place by the prior.

    The pool stays as it is, and so do the strengths of the other history items. At most the
    newest ``TRIED`` are taken away, one at a time; the prior is worked out anew each time.

    Returns:
        Those that change it, the largest change first.

    Raises:
        UnknownItem: The item is not known.
    """
    retriever = palate.retriever
    palate.store.item(item)
    profile = palate.engine.profile(request)
    ids = retriever.index.items.ids
    pool = [ids[row] for row in retriever.scored(request, profile).rows]
    given = replace(request, candidates=tuple(dict.fromkeys([*pool, item])))

    def place(known: Profile) -> int:
        return [ids[row] for row in retriever.scored(given, known).rows].index(item) + 1

    before, changes = place(profile), []
    for entry in profile.history[-TRIED:]:
        left = tuple(one for one in profile.history if one is not entry)
        after = place(replace(profile, history=left))
        if after != before:
            changes.append(Without(palate.store.item(entry.item), after, before))
    return tuple(sorted(changes, key=lambda one: -abs(one.place - one.before)))


#: History items that are named at most.
_NAMED = 3


def would_change(palate: Answering, trace: Trace, item: str) -> tuple[str, ...]:
    """Returns what taking away single items of the past would do to a place, in sentences.

    Nothing is said where the person, or the item, is no longer there.
    """
    if item not in palate.store.items([item]) or (
        trace.user is not None and palate.store.user(trace.user) is None
    ):
        return ()
    changes = counterfactual(palate, request_of(trace), item)[:_NAMED]
    return tuple(
        f"without {one.item.title}: place {one.place} instead of {one.before} by the prior"
        for one in changes
    )
