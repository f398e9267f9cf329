"""Looks at what a server does: a handful of small calls whose replies are inspected.

Nothing is believed by its status: log-probabilities are there when a reply holds them, a schema is
obeyed when a reply keeps to one that its prompt did not speak of, and thinking is off when no reply
shows any.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from string import ascii_uppercase
from typing import Any

from palate.agent.models.capabilities import Capabilities, Thinking
from palate.agent.models.openai import OpenAIModel
from palate.agent.models.presets import Preset, preset_of
from palate.domain import Completion, Message, ModelCall
from palate.errors import ModelError, ReplyError

#: As many as the portable servers list.
_TOP = 20
_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"palate": {"type": "string", "enum": ["lemon"]}},
    "required": ["palate"],
    "additionalProperties": False,
}
_LETTER = (Message("user", "Answer with one letter, A or B, and nothing else:"),)
_HELLO = (Message("user", "Say hello."),)
#: Labels whose tokens are asked for: the letters, and what yes-or-no prompts answer.
_LABELS = (*ascii_uppercase, "Yes", "No")
_ASKED_AT_ONCE = 8


async def probe(model: OpenAIModel, *, deadline: float) -> Capabilities:
    """Finds out what a model's server does.

    The model itself knows it afterwards.

    Args:
        model: As it will be asked.
        deadline: ``time.monotonic()`` value for everything.

    Raises:
        ModelError: The server does not answer a plain question, or not in time.
    """
    listed = await _listed(model, deadline)
    owner = str(listed.get("owned_by") or "")
    preset = preset_of(model.url, model.name, model.named, owner)
    # Everything is tried, also what the preset has no hope for: it may be wrong.
    eager = replace(preset, logprobs=preset.logprobs or _TOP, schema=True)
    model.knows(Capabilities(preset.name), eager)
    thinking = await _thinks(model, preset, deadline)
    # What thinks all the same is granted the tokens for it from here on.
    model.knows(Capabilities(preset.name, thinking=thinking), eager)
    letter = await model.complete(ModelCall(_LETTER, 1, top_logprobs=_TOP), deadline=deadline)
    logprobs = len(letter.top_logprobs[0]) if letter.top_logprobs else 0
    schema = await _obeys(model, deadline)
    ids = await _token_ids(model, deadline) if logprobs else {}
    found = Capabilities(
        preset.name,
        min(logprobs, _TOP),
        schema,
        thinking,
        _context(listed),
        ids,
        model.rejected,
        f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    model.knows(found, preset)
    return found


async def _listed(model: OpenAIModel, deadline: float) -> Mapping[str, Any]:
    """Returns the server's own entry of the model; nothing where it lists none."""
    try:
        data = await model.fetch("models", deadline=deadline)
    except ReplyError:
        return {}
    except ModelError as error:
        if error.status is None:
            raise
        return {}
    rows = data.get("data")
    rows = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return next((row for row in rows if row.get("id") == model.name), rows[0] if rows else {})


def _context(listed: Mapping[str, Any]) -> int | None:
    meta = listed.get("meta")
    told = (
        listed.get("max_model_len"), listed.get("context_length"), listed.get("max_context_length"),
        *((meta.get("n_ctx"), meta.get("n_ctx_train")) if isinstance(meta, Mapping) else ()),
    )  # fmt: skip
    return next((one for one in told if isinstance(one, int) and one > 0), None)


async def _obeys(model: OpenAIModel, deadline: float) -> bool:
    """Asks for a greeting under a schema that knows none."""
    call = ModelCall(_HELLO, 40, schema=_SCHEMA)
    try:
        reply = await model.complete(call, deadline=deadline)
        return bool(json.loads(reply.text) == {"palate": "lemon"})
    except (ReplyError, ValueError):
        return False


async def _thinks(model: OpenAIModel, preset: Preset, deadline: float) -> Thinking:
    """Asks as it will be asked and, where that shows none, without the fields against it."""
    call = ModelCall(_LETTER, 64)
    if await _thought(model, call, deadline):
        return "on"
    if not preset.quiet:
        return "none"
    loud = model.variant(replace(preset, quiet={}))
    try:
        return "off" if await _thought(loud, call, deadline) else "none"
    finally:
        await loud.aclose()


async def _thought(model: OpenAIModel, call: ModelCall, deadline: float) -> bool:
    try:
        reply: Completion = await model.complete(call, deadline=deadline)
    except ReplyError as error:
        return "thinking" in str(error)  # it spent all of its tokens on that
    return reply.thought


async def _token_ids(model: OpenAIModel, deadline: float) -> dict[str, tuple[int, ...]]:
    """Returns the tokens of the labels, where their log-probabilities really come when named."""
    turn = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def one(text: str) -> int | None:
        async with turn:
            return await _token(model, text, deadline)

    first = await one("A")
    if first is None:
        return {}
    forms = [form for label in _LABELS for form in (label, f" {label}")]
    tokens = await asyncio.gather(*map(one, forms))
    by_form = {form: token for form, token in zip(forms, tokens, strict=True) if token is not None}
    found = {
        label: tuple(by_form[form] for form in (label, f" {label}") if form in by_form)
        for label in _LABELS
    }
    ids = {label: one for label, one in found.items() if one}
    return ids if await _named(model, ids, deadline) else {}


async def _token(model: OpenAIModel, text: str, deadline: float) -> int | None:
    """Returns the one token that writes a text; ``None`` where there is none, or no telling."""
    body = {"model": model.name, "prompt": text, "add_special_tokens": False}
    try:
        data = await model.fetch("/tokenize", body, deadline=deadline)
    except ModelError:
        return None
    tokens = data.get("tokens")
    if not isinstance(tokens, list) or len(tokens) != 1 or not isinstance(tokens[0], int):
        return None
    return tokens[0]


async def _named(model: OpenAIModel, ids: Mapping[str, Sequence[int]], deadline: float) -> bool:
    """Tells whether log-probabilities come for exactly the tokens that are named."""
    rare = tuple(ids)[-6:-2]
    thinking = model.capabilities.thinking if model.capabilities else None
    named = {one: tuple(ids[one]) for one in rare}
    model.knows(Capabilities(thinking=thinking, token_ids=named), model.preset)
    call = ModelCall(_LETTER, 1, top_logprobs=1, labels=rare)
    try:
        reply = await model.complete(call, deadline=deadline)
    except ReplyError:
        return False
    seen = {token.strip() for token in (reply.top_logprobs[0] if reply.top_logprobs else {})}
    return bool(rare) and set(rare) <= seen and "logprob_token_ids" not in model.rejected
