"""What a call to a model is called, and how its reply is written down.

One form for the log of an evaluation and for recordings: a call has one name everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from palate.domain import Completion, ModelCall, Usage
from palate.errors import ModelError, ModelTimeout, RefusedError, ReplyError, SilentError

_KINDS = {kind.__name__: kind for kind in (ModelTimeout, ReplyError, RefusedError, SilentError)}


def call_key(call: ModelCall, model: str) -> str:
    """Names a call: template with version, model, parameters, and the hash of its prompt.

    Returns:
        20 hexadecimal digits of a SHA-256.
    """
    parameters = [call.max_tokens, call.schema, call.top_logprobs, call.seed, call.labels]
    return _hash([call.template, model, parameters, prompt_hash(call)])


def prompt_hash(call: ModelCall) -> str:
    """Names the messages of a call."""
    return _hash([(message.role, message.content) for message in call.messages])


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]


def reply_record(completion: Completion) -> dict[str, Any]:
    """Returns a reply as JSON-able values."""
    record: dict[str, Any] = {"r": completion.text, "f": completion.finish}
    if completion.top_logprobs:
        record["lp"] = [dict(one) for one in completion.top_logprobs]
    return record | {"u": _usage(completion.usage)}


def failure_record(error: ModelError) -> dict[str, Any]:
    """Returns a failure as JSON-able values."""
    usage = error.usage if isinstance(error.usage, Usage) else Usage(calls=1)
    record = {"error": str(error), "kind": type(error).__name__, "u": _usage(usage)}
    return record | ({} if error.status is None else {"status": error.status})


def completion_of(record: Mapping[str, Any], model: str) -> Completion:
    """Returns the completion of a record.

    Raises:
        ModelError: The record is of a failure.
    """
    usage = Usage(*record["u"])
    if "error" in record:
        failure = _KINDS.get(record["kind"], ModelError)(
            record["error"], retryable=False, status=record.get("status")
        )
        failure.usage = usage
        raise failure
    logprobs = tuple(record.get("lp", ()))
    return Completion(record["r"], model, record["f"], usage, logprobs)


def _usage(usage: Usage) -> list[float]:
    return [usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens,
            usage.retries, round(usage.seconds, 6)]  # fmt: skip
