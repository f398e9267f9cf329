"""``eval.yaml``: what a run compares, on which cases, and what must hold.

`palate.eval.runs.config_file` reads one; ``palate eval schema`` prints the JSON schema.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from palate.errors import EvalError
from palate.eval.metrics import Metric, parse_metric

Order = Literal["retrieved", "shuffled", "reversed"]
Probe = Literal[
    "none", "history-shuffled", "history-removed", "history-swapped", "titles-anonymous"
]
Level = Literal["global", "own-truth"]
ControlName = Literal["random", "identity", "popularity", "bm25", "item-knn", "prior", "oracle"]
CONTROLS: tuple[ControlName, ...] = (
    "random", "identity", "popularity", "bm25", "item-knn", "prior", "oracle",
)  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Part):
    """Which cases: a file, or none for those that ``split`` makes of the workspace."""

    cases: Path | None = Field(None, description="case file, relative to this file")


class Split(_Part):
    """How cases are made, and what nothing may learn from."""

    kind: Literal["last", "global", "per-user"] = Field("last", description="which events are held")
    guard: Level | None = Field(
        None, description="leakage guard; default global for a global split, else own-truth"
    )
    at: datetime | None = Field(None, description="cut-off of a global split or of the guard")
    share: float = Field(0.1, gt=0, lt=1, description="newest share of events that is held")
    users: int | None = Field(None, ge=1, description="people at most, drawn with the seed")
    seed: int = Field(0, description="of the draw of people and candidates")
    cohort: Literal["all", "warm", "cold"] = Field("all", description="people with what past")
    cold: int = Field(5, ge=1, description="fewer events than this before the case: cold")
    candidates: int = Field(
        0, ge=0, le=1000, description="items a case lists, truth included; 0 retrieves"
    )

    @property
    def level(self) -> Level:
        """The guard in force."""
        return self.guard or ("global" if self.kind == "global" else "own-truth")


class Retrieval(_Part):
    """What the recommender is asked for."""

    n: int = Field(20, ge=1, le=1000, description="items returned where a case lists none")
    shown: int = Field(20, ge=2, le=200, description="candidates that a model is shown")


class ModelSpec(_Part):
    """A model: ``simulated:skill=0.6,bias=0.3,seed=1``, ``scripted:FILE``, or a served one."""

    name: str = Field(min_length=1, description="the server's name of it, or simulated:... ")
    id: str = Field("", description="what tables call it; default its name")
    base_url: str = Field("", description="OpenAI-compatible base URL")
    api_key_env: str = Field("OPENAI_API_KEY", description="variable that holds the key")
    timeout: float = Field(60.0, gt=0, description="seconds a call, retries included")
    retries: int = Field(2, ge=0, le=10, description="tries after the first")
    price_in: float = Field(0.0, ge=0, description="US dollars a million prompt tokens")
    price_out: float = Field(0.0, ge=0, description="US dollars a million completion tokens")
    knows_until: int | None = Field(
        None, description="last year of its training data: a cohort on either side"
    )

    @property
    def label(self) -> str:
        """What tables call it."""
        return self.id or self.name


class Axes(_Part):
    """What is varied besides prompts, rankers and models."""

    order: tuple[Order, ...] = Field(("shuffled",), min_length=1, description="of candidates")
    history: tuple[int, ...] = Field((), description="history items shown; empty: the setting")
    seed: tuple[int, ...] = Field((0,), min_length=1, description="of the label shuffle")
    probe: tuple[Probe, ...] = Field(("none",), min_length=1, description="what is taken away")


class Statistics(_Part):
    """How differences are judged."""

    baseline: str = Field("prior", description="what everything is compared with")
    samples: int = Field(10_000, ge=100, description="bootstrap samples")
    level: float = Field(0.95, gt=0.5, lt=1, description="of the intervals")
    margin: float = Field(0.01, ge=0, description="differences below this are none")
    seed: int = Field(0, description="of the bootstrap")


class Gate(_Part):
    """A condition on the first metric that is not met by chance: exit code 100 where it fails."""

    variant: str = Field("*", description="which lines, by name; * and ? stand for anything")
    metric: str = Field("", description="default: the first of metrics")
    column: Literal["product", "model", "answered"] = Field("product", description="which column")
    min: float | None = Field(None, description="mean at least")
    max: float | None = Field(None, description="mean at most")
    against: str | None = Field(None, description="line to compare with")
    at_least: float | None = Field(
        None, description="lower end of the paired interval against it, at least"
    )
    failed: float | None = Field(None, ge=0, le=1, description="share of failed calls at most")
    usd: float | None = Field(None, ge=0, description="cost a thousand cases at most")

    @model_validator(mode="after")
    def _says_something(self) -> Gate:
        bounds = (self.min, self.max, self.at_least, self.failed, self.usd)
        if all(bound is None for bound in bounds):
            raise ValueError("a gate needs min, max, at_least, failed or usd")
        if (self.against is None) != (self.at_least is None):
            raise ValueError("against and at_least come together")
        return self


class JudgeSpec(_Part):
    """A model that judges reasons by a rubric, apart from the models that are compared."""

    model: ModelSpec = Field(description="the judge; simulated-judge:noise=0.2 tries it out")
    rubric: str = Field("judge/reason", description="template of the rubric")
    cases: int = Field(100, ge=0, description="cases whose reasons are judged, drawn; 0: all")
    reasons: int = Field(1, ge=1, le=3, description="reasons of an answer, from the top")
    pairs: str = Field(
        "", description="also compare with: evidence, or a variant's name; asked in both orders"
    )
    pair_rubric: str = Field("judge/pair", description="template of the comparison")
    seed: int = Field(0, description="of the draw of cases")

    @field_validator("model", mode="before")
    @classmethod
    def _short_model(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("model")
    @classmethod
    def _judges(cls, value: ModelSpec) -> ModelSpec:
        if value.name.startswith("simulated:"):
            raise ValueError("simulated: ranks, and cannot judge. Write simulated-judge:noise=0.2")
        return value


class Removal(_Part):
    """Asks again without the history items that reasons cite: do the ranks move?"""

    cases: int = Field(100, ge=0, description="cases that are asked again, drawn; 0: all")
    seed: int = Field(0, description="of the draws of cases and of the control's items")


class Limits(_Part):
    """What a run may take."""

    cases: int | None = Field(None, ge=1, description="cases at most")
    usd: float | None = Field(None, ge=0, description="money at most; the run stops before it")
    rpm: float | None = Field(None, gt=0, description="calls a minute at most")
    concurrency: int = Field(8, ge=1, le=512, description="calls at once at most")


class EvalConfig(_Part):
    """A whole ``eval.yaml``."""

    name: str = Field("run", pattern=r"^[A-Za-z0-9._-]{1,60}$", description="of the run")
    data: Data = Data()
    split: Split = Split()
    retrieval: Retrieval = Retrieval()
    prompts: tuple[str, ...] = Field((), description="templates, such as rank/listwise@1")
    models: tuple[ModelSpec, ...] = Field((), description="served, scripted or simulated")
    rankers: tuple[str, ...] = Field(("listwise",), description="how the model is asked")
    axes: Axes = Axes()
    controls: tuple[ControlName, ...] = Field(CONTROLS, description="lines without a model")
    cohorts: tuple[str, ...] = Field(
        (), description="fields of users to tell results apart by, beside history and truth"
    )
    recommenders: tuple[str, ...] = Field(
        (), description="of one's own: FILE.py:FUNCTION beside this file, or module:function"
    )
    metrics: tuple[str, ...] = Field(
        ("NDCG@10", "Recall@10", "MRR@10", "HitRate@1"), min_length=1, description="as typed"
    )
    statistics: Statistics = Statistics()
    judge: JudgeSpec | None = Field(None, description="who judges the reasons; default nobody")
    evidence_removed: Removal | None = Field(
        None, description="ask again without what reasons cite; default no"
    )
    gates: tuple[Gate, ...] = Field((), description="what must hold")
    limits: Limits = Limits()

    @field_validator("models", mode="before")
    @classmethod
    def _short_models(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return [{"name": one} if isinstance(one, str) else one for one in value]

    @field_validator("recommenders")
    @classmethod
    def _named_places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [one for one in value if not all(one.rpartition(":")[::2])]
        if wrong:
            raise ValueError(f"{wrong[0]!r} names no function. Write FILE.py:FUNCTION")
        return value

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = [_metric(name) for name in value]
        if not found[0].accuracy:
            raise ValueError(f"{found[0]} does not ask what was right: begin with a metric such as "
                             "NDCG@10")  # fmt: skip
        return value

    @model_validator(mode="after")
    def _distinct(self) -> EvalConfig:
        labels = [model.label for model in self.models]
        for names in (labels, self.prompts, self.rankers, self.cohorts):
            if len(set(names)) < len(names):
                raise ValueError(f"{sorted(n for n in names if list(names).count(n) > 1)[0]!r} "
                                 "stands twice")  # fmt: skip
        taken = {"history", "truth", "released"} & set(self.cohorts)
        if taken:
            raise ValueError(f"the cohort {min(taken)!r} is there by itself: leave it out")
        if "prior" not in self.controls or "random" not in self.controls:
            raise ValueError("every run has the controls random and prior")
        return self


def _metric(name: str) -> Metric:
    try:
        return parse_metric(name)
    except EvalError as error:
        raise ValueError(str(error)) from None
