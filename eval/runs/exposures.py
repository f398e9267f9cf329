"""What the means of a line hide, by name: order leaks, leaked truths, failures, easy cases."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from palate.eval.runs.summary import Exposure
from palate.eval.runs.values import Column, Questions
from palate.eval.runs.variants import Variant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Shares from which on a line is exposed.
_KEEPS_ORDER, _HISTORY, _SILENT, _SELECTIVE = 0.9, 0.05, 0.5, 0.02
#: Two-sided: one honest line in a million is this far from chance.
_SURE = 4.9


@dataclass(frozen=True)
class Scene:
    """What exposures are found in.

    Attributes:
        variants: Name of a column -> its variant; controls have none.
    """

    columns: Sequence[Column]
    asked: Questions
    variants: Mapping[str, Variant] = field(default_factory=dict)

    def named(self, name: str) -> Column | None:
        """Returns a column by name."""
        return next((one for one in self.columns if one.name == name), None)


def find_exposures(scene: Scene) -> list[Exposure]:
    """Returns everything that a reader must be told before the means."""
    found: list[Exposure] = list(_order_leak(scene))
    for column in scene.columns:
        if column.own is not None:
            found += _model(column, scene)
        if column.name not in ("identity", "oracle"):
            found += _line(column, scene)
    return [*found, *_twins(scene)]


def _twins(scene: Scene) -> Iterator[Exposure]:
    """Tells of variants that differ in name alone, such as two rankers given one prompt."""
    models = [one for one in scene.columns if one.name in scene.variants]
    for place, column in enumerate(models):
        for other in models[:place]:
            one, two = scene.variants[column.name], scene.variants[other.name]
            if replace(one, name="", ranker="", prompt="") == replace(
                two, name="", ranker="", prompt=""
            ) and _same(column, other):
                yield Exposure(
                    column.name, "twin",
                    f"It asked as much as {other.name}, and got the same in every case: the two "
                    "lines are one. A prompt that is named decides how the model replies, "
                    "whichever ranker that reads such replies is named beside it.",
                )  # fmt: skip
                break


def _same(one: Column, other: Column) -> bool:
    mine, theirs = one.health, other.health
    assert one.own is not None
    assert other.own is not None
    return (
        mine.counts["answered"] > 0
        and (mine.calls, mine.prompt_tokens, mine.completion_tokens)
        == (theirs.calls, theirs.prompt_tokens, theirs.completion_tokens)
        and one.own.tolist() == other.own.tolist()
        and one.product.tolist() == other.product.tolist()
    )


def _order_leak(scene: Scene) -> Iterator[Exposure]:
    identity, random = scene.named("identity"), scene.named("random")
    if identity is None or random is None:
        return
    z = _z(identity.product[:, 0] - random.product[:, 0])
    if abs(z) > _SURE:
        side = "front" if z > 0 else "end"
        yield Exposure(
            "identity", "order leak",
            "The order in which the candidates stand in the cases gives the truth away: it stands "
            f"near the {side} more often than chance. Shuffle the candidates of the cases.",
        )  # fmt: skip


def _line(column: Column, scene: Scene) -> Iterator[Exposure]:
    cases = len(scene.asked.cases)
    listing = sum(case.candidates is not None for case in scene.asked.cases)
    if listing and column.kept_order / listing > _KEEPS_ORDER:
        yield Exposure(
            column.name, "identity order",
            f"It returned the candidates as they came in {column.kept_order} of {listing} cases.",
        )  # fmt: skip
    share = _from_history(column)
    random = scene.named("random")
    # Whoever draws at random meets a long history, too: twice as often, or half of what is left.
    chance = 0.0 if random is None else _from_history(random)
    if share > max(_HISTORY, min(2 * chance, (1 + chance) / 2)):
        yield Exposure(
            column.name, "repeats the history",
            f"{share:.0%} of its first ten items stand in the person's own history.",
        )  # fmt: skip
    if column.missing / cases > _SELECTIVE:
        yield from _selective(column, scene)
    yield from _leaked_truth(column, scene)


def _from_history(column: Column) -> float:
    """Returns the share of the first ten items that stand in the person's own history."""
    return column.from_history / column.listed if column.listed else 0.0


def _selective(column: Column, scene: Scene) -> Iterator[Exposure]:
    missing = column.missing
    sentence = f"It gave no order in {missing} of {len(scene.asked.cases)} cases; they score 0."
    reference = scene.named("popularity") or scene.named("prior")
    empty = (column.rank == 0) & (column.product.sum(axis=1) == 0)
    if reference is not None and 0 < empty.sum() < len(empty):
        easy = reference.product[~empty, 0].mean()
        hard = reference.product[empty, 0].mean()
        sentence += (
            f" {reference.name} scores {easy:.3f} on the cases that it answered or hit, and "
            f"{hard:.3f} on the others."
        )
    yield Exposure(column.name, "answers only some", sentence)


def _leaked_truth(column: Column, scene: Scene) -> Iterator[Exposure]:
    """Finds a line that is a control, but for the truth standing a little higher.

    Whoever counts the truth itself among the events follows popularity, and where the two differ
    it is the truth that was lifted. An honest line that is close to a control differs either way.
    """
    for name in ("popularity", "item-kNN", "prior"):
        control = scene.named(name)
        if control is None or control is column or column.own is not None:
            continue
        both = (column.rank > 0) & (control.rank > 0)
        moved = control.rank[both] - column.rank[both]
        up, down = int((moved > 0).sum()), int((moved < 0).sum())
        near = float(abs(moved).mean()) if len(moved) else math.inf
        if up + down >= 20 and near <= 2.5 and up > 0.9 * (up + down) and _sign_z(up, down) > _SURE:
            yield Exposure(
                column.name, "leaked truth",
                f"It follows {name}, but where the two differ the truth stands higher in {up} of "
                f"{up + down} cases: what it learnt from holds the truths.",
            )  # fmt: skip
            return


def _model(column: Column, scene: Scene) -> Iterator[Exposure]:
    cases = len(scene.asked.cases)
    counts = column.health.counts
    silent = 1 - counts["answered"] / cases
    if silent > _SILENT:
        told = ", ".join(f"{counts[kind]} {words}" for kind, (words, _) in _KINDS.items()
                         if counts[kind])  # fmt: skip
        name = _KINDS[max(_KINDS, key=lambda kind: counts[kind])][1]
        yield Exposure(
            column.name, name,
            f"The model gave no order that can be read in {silent:.0%} of {cases} cases ({told}). "
            "Its product column is the prior's work, not the model's.",
        )  # fmt: skip
    elif silent > 0.02:
        yield Exposure(
            column.name, "unanswered cases",
            f"The model gave no order in {cases - counts['answered']} of {cases} cases; they "
            "score 0 in its own column and are the prior's in the product.",
        )  # fmt: skip
    yield from _chance(column, scene)


def _chance(column: Column, scene: Scene) -> Iterator[Exposure]:
    """Tells where a model that does answer ranks no better than chance."""
    random, prior = scene.named("random"), scene.named("prior")
    if random is None or column.own is None or column.answered is None:
        return
    if column.answered.mean() <= 1 - _SILENT or len(scene.asked.cases) < 50:
        return
    listed = all(case.candidates is not None for case in scene.asked.cases)
    if listed and _z(column.own[:, 0] - random.product[:, 0]) < 1.64:
        helped = "" if prior is None else (
            f" The product scores {column.product[:, 0].mean():.3f}, the prior alone "
            f"{prior.product[:, 0].mean():.3f}."
        )  # fmt: skip
        yield Exposure(
            column.name, "no better than chance",
            "The model's own order is not above the random control's: what the product shows is "
            f"the prior's.{helped}",
        )  # fmt: skip


#: Outcome of a case -> how it is counted, and what a model is called that it is true of mostly.
_KINDS: Mapping[str, tuple[str, str]] = {
    "failed": ("failed calls", "failing model"), "refused": ("refusals", "refusing model"),
    "truncated": ("cut replies", "truncated model"), "silent": ("empty replies", "silent model"),
    "unread": ("replies without a readable order", "garbage model"),
}  # fmt: skip


def _z(differences: NDArray[np.float64]) -> float:
    """Returns the mean over its standard error; 0 where nothing differs."""
    n = len(differences)
    spread = float(differences.std(ddof=1)) if n > 1 else 0.0
    return float(differences.mean()) / (spread / math.sqrt(n)) if spread > 0 else 0.0


def _sign_z(up: int, down: int) -> float:
    return (up - down) / math.sqrt(up + down)
