"""From the bytes of an answer to a completion: every reply is checked to be one.

HTTP 200 proves nothing: servers and proxies answer 200 with HTML, half a JSON object, an error
object, or no choices at all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from palate.domain import Completion, Usage
from palate.errors import ModelError, RefusedError, ReplyError, SilentError
from palate.prompts.clean import one_line

#: Longer texts are cut; the parser cuts further, and counts that as a repair.
MAX_TEXT = 65_536
FINISHES = {"stop", "length"}


#: Parts of a message in which servers put the thinking.
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")


def read_completion(body: bytes, model: str) -> Completion:
    """Reads the body of a chat completion.

    Raises:
        ReplyError: It is not one; retryable where another try may help.
    """
    data = read_object(body)
    usage = read_usage(data.get("usage"))
    try:
        text, finish = _said(data)
        choice = data["choices"][0]
        logprobs = read_logprobs(choice.get("logprobs"))
    except ReplyError as error:
        # Tokens were spent all the same.
        error.usage = usage
        raise
    thought = any(choice["message"].get(name) for name in _THOUGHTS) or "<think>" in text[:200]
    return Completion(text[:MAX_TEXT], model, finish, usage, logprobs, thought)


def cost_of(error: ModelError) -> Usage:
    """Returns what a failed call cost."""
    return error.usage if isinstance(error.usage, Usage) else Usage()


def _said(data: Mapping[str, Any]) -> tuple[str, str]:
    """Returns text and finish reason of a reply that is one."""
    if data.get("error"):
        raise ReplyError(f"The server reported: {told(data['error'])}", retryable=True)
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
        raise ReplyError("The reply holds no choice.", retryable=True)
    finish = choice.get("finish_reason")
    if message.get("refusal"):
        raise RefusedError("The model refused to answer.")
    if finish == "content_filter":
        raise RefusedError("The server's content filter cut the reply.")
    if finish not in FINISHES:
        raise ReplyError(f"The reply ended without being finished ({finish}).", retryable=True)
    text = message.get("content")
    if not text and read_logprobs(choice.get("logprobs")):
        # One token was asked for its log-probabilities, and the likeliest one shows as nothing.
        return "", str(finish)
    if not text and finish == "length":
        # The same tokens would be spent again: no reason for another try.
        raise ReplyError(
            "The reply was cut before its text began: the model spent its tokens on thinking. Turn "
            "that off where it is served, or name a model that does not think first."
        )
    if not isinstance(text, str) or not text.strip():
        raise SilentError("The reply is empty.", retryable=True)
    return text, str(finish)


def read_object(body: bytes, what: str = "The reply") -> dict[str, Any]:
    """Reads a JSON object; ``what`` names it in errors.

    Raises:
        ReplyError: It is none.
    """
    try:
        data = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise ReplyError(f"{what} is not valid UTF-8.", retryable=True) from None
    except (ValueError, RecursionError):
        start = one_line(body[:60].decode("utf-8", "replace"))
        raise ReplyError(f"{what} is not JSON; it starts {start!r}.", retryable=True) from None
    if not isinstance(data, dict):
        raise ReplyError(f"{what} is not a JSON object.", retryable=True)
    return data


def told(error: object) -> str:
    """Returns what an error object says, in one line."""
    message = error.get("message") if isinstance(error, Mapping) else error
    return one_line(str(message), 200)


def read_logprobs(logprobs: object) -> tuple[Mapping[str, float], ...]:
    """Reads token -> log-probability for each decoded token.

    What is missing or malformed is left out; the token itself counts among its likeliest. OpenAI
    writes -9999 for what is all but impossible: nothing here is below that.
    """
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    if not isinstance(content, list):
        return ()
    return tuple(_token(one) for one in content if isinstance(one, Mapping))


def _token(one: Mapping[str, Any]) -> dict[str, float]:
    listed = one.get("top_logprobs")
    found: dict[str, float] = {}
    for entry in (one, *(listed if isinstance(listed, list) else ())):
        if not isinstance(entry, Mapping):
            continue
        token, value = entry.get("token"), entry.get("logprob")
        if isinstance(token, str) and isinstance(value, int | float) and math.isfinite(value):
            found[token] = max(min(float(value), 0.0), -9999.0)
    return found


def read_usage(usage: object) -> Usage:
    """Reads the token counts of a reply; what is missing or absurd counts as 0."""
    if not isinstance(usage, Mapping):
        return Usage(1)
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"), cached)
    return Usage(1, *(count if isinstance(count, int) and count > 0 else 0 for count in counts))
