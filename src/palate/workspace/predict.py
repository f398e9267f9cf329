"""Predictions of a workspace, and how they look."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from palate.domain import Action
from palate.errors import CatalogueError, NoModel, NotReady
from palate.workspace.engine import run
from palate.workspace.judging import Judge, Question
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.agent.predict import Prediction, Predictor
    from palate.retrieval.forecast.model import Target
    from palate.workspace.opened import Opened
    from palate.workspace.palate import Palate


@dataclass(frozen=True)
class Predictions:
    """Predictions, pair by pair, and what each action's stand on.

    Attributes:
        all: Every prediction, in the order asked for.
        standing: Action -> sentences about what taught it.
    """

    all: tuple[Prediction, ...]
    standing: Mapping[Action, str]

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.all)

    def __getitem__(self, place: int) -> Prediction:
        return self.all[place]

    def _pairs(self) -> dict[tuple[str | None, str], dict[Action, Prediction]]:
        pairs: dict[tuple[str | None, str], dict[Action, Prediction]] = {}
        for one in self.all:
            pairs.setdefault((one.user, one.item.id), {})[one.action] = one
        return pairs

    def __str__(self) -> str:
        lines = [
            f"{who or 'a stranger'}, {next(iter(row.values())).item.title}: "
            + ", ".join(f"{action} {_amount(one)}" for action, one in row.items())
            for (who, _), row in self._pairs().items()
        ]
        return "\n".join(shown(line) for line in [*lines, *self.standing.values()])

    def __rich__(self) -> RenderableType:
        """Returns a table, a line a pair, and below it what the numbers stand on."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        asked = {one.action for one in self.all if one.model is not None}
        table = Table(box=None, padding=(0, 1), pad_edge=False)
        table.add_column("Who", style="cyan", overflow="fold", max_width=16)
        table.add_column("What", style="bold", overflow="fold", max_width=34)
        for action in self.standing:
            table.add_column("rating" if action is Action.RATE else action, justify="right")
            if action in asked:
                table.add_column("model", justify="right", style="dim")
        for (who, _), row in self._pairs().items():
            title = Text(shown(next(iter(row.values())).item.title))
            amounts = [
                text
                for action in self.standing
                for text in (_amount(row[action]), _said(row[action]))[: 1 + (action in asked)]
            ]
            table.add_row(Text(shown(who or "a stranger")), title, *amounts)
        notes = [Text(shown(line), style="dim") for line in self.standing.values()]
        legend = Text("~ base rate of everybody, not of this pair; - not known", style="yellow")
        plain = all(one.basis in _FOUND for one in self.all)
        return Group(table, *notes, *([] if plain else [legend]))

    def to_dict(self) -> dict[str, Any]:
        """Returns the predictions as JSON-able values."""
        return {
            "predictions": [
                {
                    "user": one.user,
                    "item": one.item.id,
                    "title": one.item.title,
                    "action": one.action.value,
                    "value": one.value,
                    "basis": one.basis,
                    "taught": one.taught,
                    "history": one.history,
                    "model": one.model,
                }
                for one in self.all
            ],
            "standing": {action.value: line for action, line in self.standing.items()},
        }


#: Bases that know person and item.
_FOUND = ("calibrated", "with the model")


def _said(one: Prediction) -> str:
    return "-" if one.model is None else f"{100 * one.model:.0f} %"


def _amount(one: Prediction) -> str:
    if one.value is None:
        return "-"
    about = "" if one.basis in _FOUND else "~"
    if one.action is Action.RATE:
        return f"{about}{one.value:.1f}"
    return f"{about}{100 * one.value:.{1 if one.value < 0.1 else 0}f} %"


def make_predictor(palate: Opened) -> Predictor:
    """Loads what `fit` learnt to foretell.

    Raises:
        PrerequisiteError: It is missing, damaged, or of another version: `fit` makes it.
    """
    from palate.agent.predict import Predictor
    from palate.retrieval.forecast.stored import load_forecasts

    index = palate.retriever.index
    try:
        forecasts = load_forecasts(index.folder, len(index.items))
    except (OSError, ValueError, KeyError, TypeError):
        raise NotReady(
            "What predictions are made from is missing or damaged. Run `palate fit` to learn it."
        ) from None
    return Predictor(palate.retriever, forecasts)


def predict_pairs(
    palate: Palate,
    pairs: Sequence[tuple[str | None, str]],
    actions: Sequence[Action | str] | None,
    *,
    history: Sequence[str] | None = None,
    ask: bool = False,
) -> Predictions:
    """Foretells for (user, item) pairs; a user's pairs are worked out together.

    Args:
        palate: The workspace.
        pairs: In any order; ``None`` as the user is a stranger.
        actions: Which; ``None`` takes those that the log holds.
        history: Item ids that go after each person's own past.
        ask: Have the model judge each pair, too.

    Raises:
        PrerequisiteError: The model is to be asked, and there is none.
        UnknownUser: A user is not known.
        UnknownItem: An item is not known.
        CatalogueError: An action cannot be foretold.
    """
    predictor = palate.predictor
    wanted = known_actions(predictor, actions)
    judge = _judge(palate) if ask else None
    found: dict[tuple[str | None, str, Action], Prediction] = {}
    by_user: dict[str | None, list[str]] = {}
    for user, item in pairs:
        by_user.setdefault(user, []).append(item)
    for user, items in by_user.items():
        request = palate.request(user, history=history)
        profile = palate.engine.profile(request)
        once = list(dict.fromkeys(items))
        foretold = predictor.predict(request, profile, once, wanted)
        if judge is not None:
            question = Question(request, profile, once)
            foretold = run(judge.beside(question, foretold), palate.engine.model)
        found |= {(user, one.item.id, one.action): one for one in foretold}
    targets = predictor.forecasts.targets
    pasts = {one.history > 0 for one in found.values()}
    stands = {action: standing(action, targets[action], pasts) for action in wanted}
    if judge is not None:
        stands = {action: f"{line} {judge.notes[action]}" for action, line in stands.items()}
    return Predictions(
        tuple(found[user, item, action] for user, item in pairs for action in wanted), stands
    )


def _judge(palate: Palate) -> Judge:
    if palate.engine.model is None:
        raise NoModel(
            "The model is to be asked, and none is configured. Set model.base_url and model.name, "
            "or name one with --model."
        )
    return Judge(palate, palate.engine.model)


def known_actions(predictor: Predictor, given: Sequence[Action | str] | None) -> tuple[Action, ...]:
    """Returns the actions that names mean; without names, those that the log holds.

    Raises:
        CatalogueError: One of them cannot be foretold.
    """
    if given is None:
        return predictor.actions()
    known = predictor.forecasts.targets
    for action in given:
        if action not in list(known):
            raise CatalogueError(f"{action!r} cannot be foretold. Use one of: {', '.join(known)}.")
    return tuple(dict.fromkeys(Action(action) for action in given))


def standing(action: Action, target: Target, pasts: Collection[bool]) -> str:
    """Returns what the predictions of an action stand on, in a sentence or two.

    Args:
        action: Which one.
        target: What is known of it.
        pasts: Whether the people have a past: ``True``, ``False``, or both.
    """
    told = [_learnt(action, target, past=past) for past in sorted(pasts, reverse=True)]
    return " ".join(dict.fromkeys(told))


def _learnt(action: Action, target: Target, *, past: bool) -> str:
    head = target.past if past else target.alone
    who = "" if past else " for strangers"
    if head is None:
        if not target.positives:
            return f"{action}: {target.cause} No number is given."
        rate = f"{target.rate:.2f}" if action is Action.RATE else f"{100 * target.rate:.2g} %"
        return f"{action}: base rate {rate} of everybody{who}. {target.cause}"
    kind = "least squares" if head.calibration is None else head.calibration.kind
    return (
        f"{action}{who}: learnt from {head.cases:,} held-out meetings ({kind}); squared error "
        f"{head.loss:.3f} on people left out, {head.base_loss:.3f} for the base rate."
    )
