"""Learns what a model's yes or no is worth beside the predictions of an action: needs both wings.

The log is cut in time as for judging predictions: everything is learnt anew from before the cut,
in memory, and the model is asked about later first meetings, each with the person's past as it was
just before. Every answer is written down, so that a tune that was cut off pays for nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.agent.blend import Blend, BlendKey, learn_blend
from palate.domain import Action, Model, Request, Usage
from palate.errors import EvalError, NoModel
from palate.eval.runs.folder import digest
from palate.retrieval.files import private_folder
from palate.workspace.copies import alone_in_runs
from palate.workspace.engine import run
from palate.workspace.foretelling import HeldBack, held_back
from palate.workspace.judging import (
    Question,
    ask_about,
    blends_file,
    forecasts_digest,
    judging_template,
    read_blends,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.workspace.palate import Palate

Steps = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A held-back meeting: who met what when, what came of it, and what the prior foretold."""

    user: str
    item: str
    at: float
    answer: float
    prior: float

    @property
    def key(self) -> str:
        """Names it in the log of the answers."""
        return f"{self.user}\n{self.item}\n{self.at}"


@dataclass(frozen=True, slots=True)
class ActionReport:
    """What a tune learnt of one action.

    Attributes:
        asked: Meetings that the model was asked about; ``blend.cases`` it answered.
    """

    key: BlendKey
    blend: Blend
    asked: int
    usage: Usage

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return {
            **asdict(self.key), **asdict(self.blend), "asked": self.asked,
            "usage": asdict(self.usage), "sentence": self.blend.sentence,
        }  # fmt: skip

    def __rich__(self) -> RenderableType:
        """Returns a few lines for a terminal."""
        from rich.console import Group
        from rich.text import Text

        from palate.workspace.words import shown

        key, used = self.key, self.usage
        cost = (
            f"{self.blend.cases} of {self.asked} meetings answered, {used.calls:,} calls, "
            f"{used.prompt_tokens:,} tokens in, {used.completion_tokens:,} out"
        )
        colour = "green" if self.blend.helps else "yellow"
        return Group(
            Text(shown(f"{key.model}, {key.action}, {key.template}"), style="bold"),
            Text(shown(self.blend.sentence), style=colour), Text(cost, style="dim"),
        )  # fmt: skip


def tune_action(
    palate: Palate, action: Action, *, limit: int, seed: int, concurrency: int, steps: Steps
) -> ActionReport:
    """Learns it, and keeps it for `predict`.

    Args:
        palate: The workspace.
        action: Which.
        limit: Meetings at most that the model is asked about.
        seed: Of the choice of meetings and of the parts.
        concurrency: Calls at once at most.
        steps: Told the name of each step.

    Raises:
        PrerequisiteError: There is no model.
        EvalError: The log has no times, too few meetings, or no prediction of the action.
        WorkspaceInUse: An evaluation or another tune of the workspace is under way.
    """
    model = palate.engine.model
    if model is None:
        raise NoModel(
            "Tuning asks a model, and none is configured. Set model.base_url and model.name, or "
            "name one with --model."
        )
    with alone_in_runs(palate):
        meetings = _meetings(held_back(palate, seed=seed, progress=steps), action, limit)
        asked = (action, seed, concurrency)
        return _tune(palate, model, meetings, asked, steps)


def _tune(
    palate: Palate, model: Model, meetings: Sequence[Meeting], asked: tuple[Action, int, int],
    steps: Steps,
) -> ActionReport:  # fmt: skip
    action, seed, concurrency = asked
    template = judging_template(palate)
    state = digest(template.sha256, model.name, action.value, [one.key for one in meetings],
                   palate.settings.model_dump_json())  # fmt: skip
    log = private_folder(private_folder(palate.folder.runs) / f"judge-{state}") / "answers.jsonl"
    asking = _Asking(palate, model, action, log, steps)
    odds = run(asking.all(meetings, concurrency), model)
    heard = [one for one in meetings if one.key in odds]
    if not heard:
        raise EvalError(
            f"{model.name} answered none of {len(meetings)} questions: {asking.cause} "
            "`palate doctor` tells how the model is."
        )
    blend = learn_blend(
        action, [one.prior for one in heard], [odds[one.key] for one in heard],
        [one.answer for one in heard], [one.user for one in heard], seed=seed,
    )  # fmt: skip
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    blend = replace(blend, basis=forecasts_digest(palate), at=now)
    key = BlendKey(f"{template.name}@{template.version}", template.sha256, model.name, action.value)
    read_blends(palate).with_one(key, blend).write(blends_file(palate))
    log.unlink()
    with suppress(OSError):
        log.parent.rmdir()
    return ActionReport(key, blend, len(meetings), asking.usage)


def _meetings(held: HeldBack, action: Action, limit: int) -> list[Meeting]:
    """Returns the later meetings with an answer, as the prior foretold them."""
    import numpy as np

    target, answers = held.learnt.forecasts.targets[action], held.answers[action]
    if not target.positives:
        raise EvalError(f"{action} cannot be tuned: nothing foretells it here. {target.cause}")
    given = held.places[np.isfinite(answers[held.places])]
    chosen = np.sort(np.random.default_rng(held.seed).permutation(given)[:limit])
    ids = held.learnt.table.ids
    return [
        Meeting(
            held.log.users[held.log.user_of(place)], ids[held.log.items[place]],
            float(held.log.at[place]), float(answers[place]),
            held.learnt.foretell(action, held.log, answers, place)[0],
        )
        for place in chosen.tolist()
    ]  # fmt: skip


class _Asking:
    """Asks about meetings, a few at once, and writes every answer down."""

    def __init__(
        self, palate: Palate, model: Model, action: Action, log: Path, steps: Steps
    ) -> None:
        self.usage, self.cause = Usage(), ""
        self._palate, self._model, self._action = palate, model, action
        self._log, self._steps = log, steps

    async def all(self, meetings: Sequence[Meeting], concurrency: int) -> Mapping[str, float]:
        """Returns the log-odds by key, those of an earlier start included."""
        odds = self._earlier()
        left = [one for one in meetings if one.key not in odds]
        turn, done = asyncio.Semaphore(concurrency), len(meetings) - len(left)

        async def once(one: Meeting) -> None:
            nonlocal done
            async with turn:
                said = await self._ask(one)
            done += 1
            self._steps(f"{done:,} of {len(meetings):,} meetings, {self.usage.calls:,} calls")
            if said is not None:
                odds[one.key] = said

        async with asyncio.TaskGroup() as group:
            for one in left:
                group.create_task(once(one))
        return odds

    async def _ask(self, one: Meeting) -> float | None:
        request = Request(one.user, at=datetime.fromtimestamp(one.at, UTC))
        profile = await asyncio.to_thread(self._palate.engine.profile, request)
        question = Question(request, profile, [one.item])
        deadline = time.monotonic() + self._palate.settings.model.timeout
        judged = await ask_about(
            self._palate, self._model, question, self._action, deadline=deadline
        )
        self.usage += judged.usage
        self.cause = judged.cause or self.cause
        if one.item not in judged.odds:
            return None
        said = judged.odds[one.item]
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps([one.key, said, asdict(judged.usage)]) + "\n")
        return said

    def _earlier(self) -> dict[str, float]:
        found: dict[str, float] = {}
        if not self._log.exists():
            return found
        for line in self._log.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):  # the line at which a kill cut the file
                key, said, usage = json.loads(line)
                found[key] = said
                self.usage += Usage(**usage)
        return found
