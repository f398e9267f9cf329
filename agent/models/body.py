"""From a call to the fields of a request, as a server's preset and its refusals have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from palate.agent.models.capabilities import Capabilities
from palate.agent.models.presets import Preset
from palate.agent.models.refusals import RENAMED
from palate.domain import ModelCall

#: Tokens of thinking where it cannot be stopped.
THINKING = 2000
#: Token ids that a call may name (vLLM's own bound).
_MOST_IDS = 128
#: Fields that the SDK does not know and that go into its ``extra_body``.
_EXTRA = ("chat_template_kwargs", "logprob_token_ids", "think")


def request_body(
    name: str,
    call: ModelCall,
    preset: Preset,
    rejected: Collection[str] = (),
    known: Capabilities | None = None,
) -> dict[str, Any]:
    """Returns the parameters of the SDK's ``create``.

    Args:
        name: The server's name of the model.
        call: What is asked.
        preset: What the server takes.
        rejected: Fields that it refused before.
        known: What its replies were seen to hold.
    """
    size = RENAMED if RENAMED in rejected else preset.size
    body: dict[str, Any] = {
        "model": name,
        "messages": [{"role": m.role, "content": m.content} for m in call.messages],
        size: call.max_tokens + slack(preset, known),
        **({"temperature": 0} if preset.temperature else {}),
        **preset.quiet,
    }
    if call.seed is not None and preset.seed:
        body["seed"] = call.seed
    if call.top_logprobs:
        body |= _logprobs(call, preset, known)
    if call.schema is not None and (known.schema is not False if known else preset.schema):
        schema = {"name": "reply", "strict": True, "schema": call.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    kept = {k: v for k, v in body.items() if k not in set(rejected) - {RENAMED}}
    extra = {k: kept.pop(k) for k in _EXTRA if k in kept}
    return kept | ({"extra_body": extra} if extra else {})


def slack(preset: Preset, known: Capabilities | None) -> int:
    """Returns the tokens that a reply needs beyond its text, where thinking cannot be stopped."""
    return preset.thinking or (THINKING if known and known.thinking == "on" else 0)


def _logprobs(call: ModelCall, preset: Preset, known: Capabilities | None) -> Mapping[str, object]:
    most = preset.logprobs if known is None or known.logprobs is None else known.logprobs
    if not most:
        return {}
    ids = _label_ids(call, known)
    if ids:
        return {"logprobs": True, "top_logprobs": min(len(ids), most), "logprob_token_ids": ids}
    return {"logprobs": True, "top_logprobs": min(call.top_logprobs, most)}


def _label_ids(call: ModelCall, known: Capabilities | None) -> list[int]:
    """Returns the tokens of the labels, where the server lists those that are named.

    What is named is told however unlikely it is: no label is missing then, and none is guessed.
    """
    if known is None or not all(known.token_ids.get(label) for label in call.labels):
        return []
    ids = [i for label in call.labels for i in known.token_ids[label]]
    return ids if len(ids) <= _MOST_IDS else []
