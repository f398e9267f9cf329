"""``palate recommend``, ``feedback`` and ``why``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from palate.cli.common import JSON, MODEL, console, open_palate, print_json, say, show
from palate.cli.remote import Remote, path, refuse, remote_of
from palate.cli.told import tell_slate, tell_why
from palate.domain import Budget

if TYPE_CHECKING:
    from palate.workspace.telling import Telling


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(recommend)
    app.command()(feedback)
    app.command()(why)


def recommend(
    context: typer.Context,
    text: str = typer.Argument("", help="A wish in words."),
    user: str | None = typer.Option(None, "-u", "--user", help="Id of a known person."),
    n: int = typer.Option(10, "-n", min=1, max=100, help="How many."),
    where: list[str] = typer.Option(
        [], "--where", help="A constraint: 'runtime <= 120', '-horror', 'unseen'. Repeatable."
    ),
    history: str | None = typer.Option(None, help="Item ids, oldest first, with commas."),
    scene: str | None = typer.Option(None, help="The context, in words."),
    rank_by: str | None = typer.Option(None, help="prior, model or fused."),
    ranker: str | None = typer.Option(
        None, help="How the model is asked: listwise, labels, first-token, setwise, ..."
    ),
    language: str | None = typer.Option(None, help="Language of the reasons, such as zh."),
    model: str | None = MODEL,
    record: str | None = typer.Option(None, help="Append every model call to this file."),
    replay: str | None = typer.Option(None, help="Answer model calls from this recording."),
    budget_tokens: int | None = typer.Option(None, min=1, help="Tokens for the model, at most."),
    budget_usd: float | None = typer.Option(None, min=0, help="Dollars for the model, at most."),
    budget_ms: float | None = typer.Option(None, min=0, help="Milliseconds until the prior ranks."),
    as_json: bool = JSON,
) -> None:
    """Recommend items, with reasons and the evidence behind them."""
    ids = [part.strip() for part in history.split(",") if part.strip()] if history else None
    if rank_by not in (None, "prior", "model", "fused"):
        raise typer.BadParameter("--rank-by is prior, model or fused.")
    budget = Budget(budget_tokens, budget_usd, budget_ms)
    if remote := remote_of(context):
        refuse(remote, {"--model": model, "--record": record, "--replay": replay})
        asked = {
            "user": user, "text": text or None, "n": n, "constraints": where, "history": ids,
            "scene": scene, "rank_by": rank_by, "language": language, "ranker": ranker,
            "budget": asdict(budget) if budget else None,
        }  # fmt: skip
        tell_slate(remote.call("POST", path("recommend"), asked), as_json)
        return
    with open_palate(context, model, model__record=record, model__replay=replay) as palate:
        slate = palate.recommend(
            user, text=text or None, n=n, constraints=where, history=ids, scene=scene,
            rank_by=rank_by, language=language, ranker=ranker, budget=budget or None,
        )  # fmt: skip
        show(slate, as_json)
        if not as_json:
            console().print(f"id {slate.id}", style="dim")


def feedback(
    context: typer.Context,
    user: str = typer.Argument(..., help="Who."),
    item: str = typer.Argument(..., help="Which item."),
    action: str = typer.Argument(..., help="like, dislike, dismiss, rate, purchase, ..."),
    value: float | None = typer.Option(None, help="The rating, for `rate`."),
    recommendation: str | None = typer.Option(None, help="Id of the slate that led to it."),
    key: str | None = typer.Option(None, help="Idempotency key."),
) -> None:
    """Record what a person did; the next recommendation knows it."""
    if remote := remote_of(context):
        event = {"user": user, "item": item, "action": action, "value": value,
                 "recommendation": recommendation, "key": key}  # fmt: skip
        remote.call("POST", path("feedback"), {"events": [event]})
        say(f"Recorded: {user} {action} {remote.call('GET', path('items', item))['title']}.")
        return
    with open_palate(context) as palate:
        palate.feedback(user, item, action, value=value, recommendation=recommendation, key=key)
        say(f"Recorded: {user} {action} {palate.store.item(item).title}.")


def why(
    context: typer.Context,
    recommendation: str = typer.Argument(..., help="Id of a slate."),
    item: str | None = typer.Argument(None, help="Id of one of its items; all without it."),
    ask: bool = typer.Option(False, "--ask", help="Have the model phrase the reasons now."),
    language: str | None = typer.Option(None, help="Language of what --ask writes, such as zh."),
    model: str | None = MODEL,
    as_json: bool = JSON,
) -> None:
    """Show how a recommendation was made: evidence, scores, model and repairs."""
    if remote := remote_of(context):
        refuse(remote, {"--model": model})
        if ask:
            _ask_there(remote, recommendation, item, language, as_json)
            return
        found_there = remote.call("GET", path("recommendations", recommendation, "why", item=item))
        tell_why(found_there, as_json)
        return
    with open_palate(context, model) as palate:
        if ask:
            telling = palate.areasons(recommendation, [item] if item else [], language=language)
            _ask(telling, as_json)
            return
        found = palate.why(recommendation, item)
    if as_json:
        print_json(found.to_dict())
    else:
        console().print(found)


def _ask_there(
    remote: Remote, recommendation: str, item: str | None, language: str | None, as_json: bool
) -> None:
    """Prints each reason as soon as the server tells it."""
    asked = {"items": [item] if item else [], "language": language, "stream": not as_json}
    there = path("recommendations", recommendation, "reasons")
    if as_json:
        print_json(remote.call("POST", there, asked))
        return
    from palate.workspace.telling import reason_view

    for name, told in remote.stream("POST", there, asked):
        if name == "reason":
            console().print(reason_view(told))
        else:
            _tell_cost(told["cause"], told["usage"])


def _ask(telling: Telling, as_json: bool) -> None:
    """Prints each reason as soon as it is there."""
    from palate.workspace.telling import tell

    told = tell(telling, (lambda _: None) if as_json else (lambda one: console().print(one)))
    if as_json:
        print_json({
            "reasons": [one.to_dict() for one in told],
            "cause": telling.cause, "usage": asdict(telling.usage),
        })  # fmt: skip
        return
    _tell_cost(telling.cause, asdict(telling.usage))


def _tell_cost(cause: str | None, usage: Mapping[str, Any]) -> None:
    if cause:
        say(f"Written from the evidence: {cause}")
    if usage["calls"]:
        tokens = f"{usage['prompt_tokens']:,} tokens in, {usage['completion_tokens']:,} out"
        console().print(tokens, style="dim")
