"""``palate doctor``: every setting with its origin, every part checked, and what to do."""

from __future__ import annotations

import asyncio
import difflib
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from palate.domain import Message, ModelCall
from palate.errors import PalateError
from palate.settings import setting_names
from palate.workspace.servers import known_of, look_at
from palate.workspace.veil import is_variable_name, secrets_of, veiled
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.agent.models.capabilities import Capabilities
    from palate.workspace.palate import Palate

State = Literal["ok", "note", "wrong"]
_PATIENCE = 5.0
#: Rankers that live on log-probabilities.
_BY_LOGPROBS = ("first-token", "pointwise", "pairwise", "setwise")
#: Read elsewhere: the folder of the workspace, and the data sets of the tests and benchmarks.
_OTHER_VARIABLES = {
    "PALATE_WORKSPACE", "PALATE_DATA", "PALATE_UPDATE_SNAPSHOTS", "PALATE_FUZZ",
    "PALATE_SCREENSHOTS",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it is, and what to do about it."""

    part: str
    state: State
    finding: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective setting and where it came from."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the doctor found."""

    checks: tuple[Check, ...]
    settings: tuple[Setting, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.state != "wrong" for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return asdict(self) | {"healthy": self.healthy}


def examine(palate: Palate, *, probe: bool = False) -> Report:
    """Looks at every part; a part that fails does not hide the others, and no key is shown.

    Args:
        palate: The workspace.
        probe: Look anew at what the model's server does, also where that is known.
    """
    parts: dict[str, Callable[[Palate], list[Check]]] = {
        "environment": _environment,
        "store": _store,
        "embedder": _embedder,
        "index": _index,
        "prior": _prior,
        "prompts": _prompts,
        "weight": _weight,
        "model": partial(_model, probe=probe),
    }
    checks: list[Check] = []
    for name, part in parts.items():
        try:
            checks += part(palate)
        except PalateError as error:
            checks.append(Check(name, "wrong", str(error)))
    secrets = secrets_of(palate.settings, os.environ)
    return Report(
        tuple(
            replace(c, finding=veiled(c.finding, secrets), advice=veiled(c.advice, secrets))
            for c in checks
        ),
        tuple(replace(s, value=veiled(s.value, secrets)) for s in _settings(palate)),
    )


def _settings(palate: Palate) -> list[Setting]:
    found = []
    for name in setting_names():
        section, key = name.split(".", 1)
        holder = getattr(palate.settings, section)
        value = holder[key] if section == "strengths" else getattr(holder, key)
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        found.append(Setting(name, text, palate.origins.get(name, "default")))
    return found


def _environment(palate: Palate) -> list[Check]:
    """Finds variables that look like settings and are none, and keys where names belong."""
    known = {"PALATE_" + name.replace(".", "_").upper() for name in setting_names()}
    checks = []
    for variable in sorted(os.environ):
        if variable.startswith("PALATE_") and variable not in known | _OTHER_VARIABLES:
            near = difflib.get_close_matches(variable, known, n=1)
            advice = f"did you mean {near[0]}?" if near else "unset it; see the names below"
            checks.append(Check("environment", "note", f"{variable} is no setting", advice))
    for section in (palate.settings.model, palate.settings.embedder):
        if not is_variable_name(section.api_key_env):
            name = "model" if section is palate.settings.model else "embedder"
            advice = "write the name of the variable there, and put the key into that variable"
            finding = f"{name}.api_key_env looks like a key"
            checks.append(Check("environment", "wrong", finding, advice))
    return checks


def _store(palate: Palate) -> list[Check]:
    store = palate.store
    counts = f"{store.item_count:,} items, {store.user_count:,} users, {store.event_count:,} events"
    if not store.item_count:
        return [Check("store", "wrong", counts, "`palate ingest items FILE` adds items.")]
    checks = [Check("store", "ok", counts)]
    loose = palate.folder.root.stat().st_mode & 0o077
    if loose:
        advice = f"chmod 700 {palate.folder.root}"
        checks.append(Check("privacy", "note", "others can enter the workspace folder", advice))
    return checks


def _embedder(palate: Palate) -> list[Check]:
    embedder = palate.embedder
    checks = [Check("embedder", "ok", f"{embedder.name}, {embedder.dimensions} dimensions")]
    if palate.settings.embedder.provider == "wordllama":
        checks.append(
            Check(
                "embedder",
                "note",
                "weak outside Latin scripts; there, BM25 carries the search",
                "set embedder.provider to openai (a server) or sentence-transformers",
            )
        )
    return checks


def _index(palate: Palate) -> list[Check]:
    index = palate.index
    finding = f"{len(index.items):,} items, {index.vectors.count():,} vectors"
    if index.behind:
        advice = "`palate fit` brings them in"
        return [Check("index", "note", f"{finding}; {index.behind} items changed since", advice)]
    return [Check("index", "ok", finding)]


def _prior(palate: Palate) -> list[Check]:
    from palate.retrieval.fit import fitted_events

    prior = palate.retriever.prior
    checks = []
    if prior.fitted:
        finding = f"weights from {prior.lists:,} lists, loss {prior.loss:.3f}"
        finding += f" ({prior.fixed_loss:.3f} with fixed weights)"
        checks.append(Check("prior", "ok", finding))
    else:
        checks.append(Check("prior", "note", "fixed weights", "more events, then `palate fit`"))
    if fitted_events(palate.folder.index) != palate.store.event_version:
        advice = "profiles know them already; `palate fit` teaches the prior"
        checks.append(Check("prior", "note", "events came since the last fit", advice))
    return checks


def _prompts(palate: Palate) -> list[Check]:
    from palate.agent.rankers import make_ranker, template_of
    from palate.prompts.tokens import make_counter
    from palate.workspace.check import check_prompts

    states = check_prompts(palate.folder.prompts)
    ranker = make_ranker(palate.settings.ranking.ranker)
    template_of(ranker, palate.settings, palate.library)
    make_counter(palate.settings.prompts.tokenizer)
    wrong = {name: state for name, state in states.items() if state != "ok"}
    if wrong:
        return [Check("prompts", "wrong", f"{name}: {state}") for name, state in wrong.items()]
    return [Check("prompts", "ok", f"{len(states)} templates: {', '.join(states)}")]


def _weight(palate: Palate) -> list[Check]:
    from palate.workspace.tuned import weight_in_force

    settings = palate.settings
    if not settings.model.name:
        return []
    about, learnt = weight_in_force(palate)
    if learnt is None:
        finding = f"untuned, {settings.ranking.weight:g}: {about}"
        return [Check("weight", "note", finding, "`palate tune` learns it on your own events")]
    finding = f"{learnt.sentence} ({about})"
    if learnt.stale:
        advice = "the prior was fitted again since: `palate tune` learns it anew"
        return [Check("weight", "note", finding, advice)]
    if not learnt.weight:
        advice = "try another prompt, ranker or model; until then the prior ranks"
        return [Check("weight", "note", finding, advice)]
    return [Check("weight", "ok", finding)]


def _model(palate: Palate, *, probe: bool) -> list[Check]:
    from palate.agent.rankers import make_ranker

    settings = palate.settings.model
    make_ranker(palate.settings.ranking.ranker)
    if not settings.name:
        finding = "none configured: ranked by the prior, reasons from the evidence"
        return [Check("model", "ok", finding, "set model.base_url and model.name to use one")]
    key = "set" if os.environ.get(settings.api_key_env) else "not set"
    about = f"{settings.name} at {settings.base_url or 'the default URL'}, key {key}"
    started, known = time.monotonic(), known_of(palate, settings)
    anew = probe or known is None or bool(known.contradicted)
    try:
        asyncio.run(greet(palate))
        found = asyncio.run(look_at(palate)) if anew else known
    except PalateError as error:
        return [Check("model", "wrong", f"{about}: {error}", "start the server or mend [model]")]
    took = f"answered in {time.monotonic() - started:.1f} s"
    checks = [Check("model", "ok", f"{about}: {took}")]
    return checks if found is None else [*checks, *_server(palate, found)]


def _server(palate: Palate, found: Capabilities) -> list[Check]:
    """What the server was seen to do, and what that means for the settings."""
    when = f"{found.sentence} (seen {found.at[:10]}; --probe looks again)"
    checks = [Check("server", "ok", when)]
    if found.thinking == "on":
        advice = "turn it off where the model is served, or name a model that does not think first"
        checks.append(Check("server", "note", "the model thinks before each answer", advice))
    ranker = palate.settings.ranking.ranker
    if ranker in _BY_LOGPROBS and not found.logprobs:
        finding = f"ranking.ranker is {ranker}, and no log-probabilities come"
        checks.append(Check("server", "note", finding, "labels or listwise say as much, for less"))
    budget = palate.settings.prompts.budget
    if found.context and budget > found.context:
        finding = f"prompts.budget is {budget:,}, and the model holds {found.context:,}"
        checks.append(Check("server", "note", finding, "prompts are cut to fit; lower the budget"))
    return checks


async def greet(palate: Palate) -> None:
    """Asks the model of the settings for one letter.

    Raises:
        ModelError: It does not answer in time, or not with a reply.
    """
    from palate.agent.models import make_model

    model = make_model(palate.settings.model, os.environ)
    assert model is not None
    try:
        call = ModelCall((Message("user", "Reply with the letter A."),), max_tokens=8)
        await model.complete(call, deadline=time.monotonic() + _PATIENCE)
    finally:
        await model.aclose()


def render(report: Report) -> RenderableType:
    """Returns the report for a terminal: findings first, then settings."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    marks = {"ok": "green", "note": "yellow", "wrong": "bold red"}
    found = Table(title="Findings", title_justify="left", box=None, pad_edge=False)
    for heading in ("part", "state", "finding"):
        found.add_column(heading, overflow="fold")
    for check in report.checks:
        text = Text(shown(check.finding))
        if check.advice:
            text.append(f"\n-> {shown(check.advice)}", style="cyan")
        found.add_row(check.part, Text(check.state, style=marks[check.state]), text)
    settings = Table(title="\nSettings", title_justify="left", box=None, pad_edge=False)
    for heading in ("setting", "value", "from"):
        settings.add_column(heading, overflow="fold")
    for one in report.settings:
        settings.add_row(one.name, Text(shown(one.value)), one.origin)
    return Group(found, settings)
