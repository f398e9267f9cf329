"""The model's yes or no about single items, asked beside the prior's predictions."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from palate.agent.blend import Blends
from palate.agent.rankers import RankTask, make_ranker, template_of
from palate.agent.rankers.pointwise import Judged, judge
from palate.domain import Action, Candidate, Model, Profile, Request, Usage
from palate.retrieval.forecast.stored import FILE

if TYPE_CHECKING:
    from palate.agent.predict import Prediction
    from palate.prompts.library import Template
    from palate.workspace.opened import Opened

#: Items asked about at once.
_AT_ONCE = 16


def blends_file(palate: Opened) -> Path:
    """Returns where a workspace keeps what models' answers were found worth."""
    return palate.folder.data / "blends.json"


def forecasts_digest(palate: Opened) -> str:
    """Returns the fingerprint of the predictions in force."""
    learnt = (palate.folder.index / FILE).read_bytes()
    return hashlib.sha256(learnt).hexdigest()[:16]


def read_blends(palate: Opened) -> Blends:
    """Reads what was learnt; what was learnt beside other predictions is marked stale.

    Raises:
        PrerequisiteError: The file is damaged.
    """
    return Blends.read(blends_file(palate), forecasts_digest(palate))


def judging_template(palate: Opened) -> Template:
    """Returns the template that asks yes or no: the settings' one where they rank pointwise."""
    settings = palate.settings
    if settings.ranking.ranker != "pointwise":
        prompts = settings.prompts.model_copy(update={"rank": ""})
        settings = settings.model_copy(update={"prompts": prompts})
    return template_of(make_ranker("pointwise"), settings, palate.library)


@dataclass(frozen=True, slots=True)
class Question:
    """One person, whom the model is told about, and the items that it is asked about."""

    request: Request
    profile: Profile
    items: Sequence[str]


async def ask_about(
    palate: Opened, model: Model, question: Question, action: Action, *, deadline: float
) -> Judged:
    """Asks for each item whether the person would do something with it."""
    retriever, engine = palate.retriever, palate.engine
    past = question.profile.history[-palate.settings.prompts.history :]
    known = retriever.items(sorted({*question.items, *(entry.item for entry in past)}))
    task = RankTask(
        candidates=[Candidate(known[item], 0.0) for item in question.items],
        profile=question.profile, request=question.request, rank_by="model", items=known,
        settings=palate.settings, template=judging_template(palate), count=engine.count,
        library=palate.library,
    )  # fmt: skip
    odds, usage, cause = dict[str, float](), Usage(), None
    for start in range(0, len(task.candidates), _AT_ONCE):
        part = replace(task, candidates=task.candidates[start : start + _AT_ONCE])
        judged = await judge(part, model, action, deadline=deadline)
        odds |= judged.odds
        usage, cause = usage + judged.usage, cause or judged.cause
    return Judged(odds, usage, cause)


class Judge:
    """Puts a model's answers beside predictions, and lets them count where they were shown to help.

    Attributes:
        usage: What asking cost so far.
        notes: Action -> what a reader should know of the model's part.

    Args:
        palate: The workspace.
        model: To be asked.
    """

    def __init__(self, palate: Opened, model: Model) -> None:
        self.usage = Usage()
        self.notes: dict[Action, str] = {}
        self._palate, self._model = palate, model
        self._blends = read_blends(palate)
        self._template = judging_template(palate)

    async def beside(self, question: Question, found: Sequence[Prediction]) -> list[Prediction]:
        """Returns one person's predictions with the model's answers beside them."""
        actions = list(dict.fromkeys(one.action for one in found))
        deadline = time.monotonic() + self._palate.settings.model.timeout
        heard = await asyncio.gather(*(
            ask_about(self._palate, self._model, question, action, deadline=deadline)
            for action in actions
        ))  # fmt: skip
        said = dict(zip(actions, heard, strict=True))
        for action, judged in said.items():
            self.usage += judged.usage
            self._note(action, judged, len(question.items))
        return [self._with(one, said[one.action].odds) for one in found]

    def _with(self, one: Prediction, odds: Mapping[str, float]) -> Prediction:
        if one.item.id not in odds:
            return one
        said = odds[one.item.id]
        chance = 1 / (1 + math.exp(-max(min(said, 700), -700)))
        blend = self._blends.find(self._template.sha256, self._model.name, one.action)
        # Learnt beside a base rate, it counts beside one: its weight of the prior is 0 then.
        fits = blend is not None and (one.basis == "calibrated" or not blend.of_prior)
        if blend is None or not fits or not blend.helps or one.value is None:
            return replace(one, model=chance)
        value = blend.value(one.action, one.value, said)
        if one.action is Action.RATE:
            scale = self._palate.predictor.forecasts.scale
            value = min(max(value, scale.low), scale.high)
        return replace(one, value=value, model=chance, basis="with the model")

    def _note(self, action: Action, judged: Judged, asked: int) -> None:
        blend = self._blends.find(self._template.sha256, self._model.name, action)
        name = self._model.name
        if blend is None:
            note = (
                f"{action}, {name}: untuned, so its answer stands beside and counts nothing. "
                f"`palate tune --action {action}` learns what it is worth."
            )
        else:
            old = " The predictions were fitted again since: tune anew." if blend.stale else ""
            note = f"{action}, {name}: {blend.sentence}{old}"
        if len(judged.odds) < asked:
            note += f" {asked - len(judged.odds)} of {asked} without an answer: {judged.cause}"
        self.notes[action] = note
