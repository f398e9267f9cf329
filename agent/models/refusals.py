"""What a refusal means: which field a server does not know, whether to try again, what to say."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from palate.agent.models.wire import Refused
from palate.errors import ModelError
from palate.prompts.clean import one_line

#: The name that OpenAI's reasoning models have for ``max_tokens``.
RENAMED = "max_completion_tokens"
#: Fields that a server may reject and Palate can do without, in the order they are given up.
OPTIONAL = (
    "chat_template_kwargs", "reasoning_effort", "stream_options", "response_format",
    "logprob_token_ids", "top_logprobs", "logprobs", "seed", "temperature",
)  # fmt: skip
_TOO_LONG = re.compile(
    r"context[ _](?:length|window|size)|too large|too long|reduce the length", re.IGNORECASE
)
#: Servers that cannot hold a reply to a schema name their own part for it.
_NO_SCHEMA = re.compile(
    r"json[ _]schema|\bgrammar|guided[ _]|structured[ _]output|xgrammar", re.IGNORECASE
)
_HINTS = {
    401: "The key was not accepted: set the variable that model.api_key_env names.",
    403: "The key was not accepted: set the variable that model.api_key_env names.",
    404: "Check model.name, and that model.base_url ends as the server wants it, mostly in /v1.",
}


def rejected_field(error: Refused, sent: Collection[str]) -> str | None:
    """Returns the sent field that a server does not take; `RENAMED` for the size of the reply.

    Args:
        error: The refusal.
        sent: Names of the fields that were sent.
    """
    text = _message(error)
    if error.status not in (400, 422) or _TOO_LONG.search(text):
        return None
    if RENAMED in text and "max_tokens" in sent:
        return RENAMED
    if "response_format" in sent and _NO_SCHEMA.search(text):
        return "response_format"
    told = f"{_param(error)} {text}"
    return next((f for f in OPTIONAL if f in sent and re.search(rf"\b{f}\b", told)), None)


def together(field: str) -> set[str]:
    """Returns a field with those that mean nothing without it."""
    pair = {"logprobs", "top_logprobs"}
    return pair if field in pair else {field}


def refusal(error: Refused, url: str) -> ModelError:
    """Makes the error that a refusal ends as.

    Args:
        error: The refusal.
        url: The server's, as it may be shown.
    """
    status, text = error.status, _message(error)
    hint = _HINTS.get(status, "")
    if _TOO_LONG.search(text) and status in (400, 413, 422):
        hint = "The prompt does not fit the model: lower prompts.budget."
    wait = _seconds(error.headers)
    if wait >= 1:
        hint = f"It asks to wait {wait:.0f} s."
    said = "" if status in (401, 403) else ": " + one_line(text, 200)
    failure = ModelError(
        f"{url} answered {status}{said}{'' if said.endswith('.') else '.'} {hint}".rstrip(),
        retryable=_retryable(error),
        status=status,
    )
    failure.wait = wait
    return failure


def shown_url(url: str) -> str:
    """Returns a URL without what may be secret in it: user, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _retryable(error: Refused) -> bool:
    told = error.headers.get("x-should-retry")
    if told in ("true", "false"):
        return told == "true"
    return error.status in (408, 409, 429) or error.status >= 500


def _message(error: Refused) -> str:
    told = error.told
    if isinstance(told, Mapping):
        told = told.get("message") or told.get("detail") or told
    return str(told or "")[:2000]


def _param(error: Refused) -> str:
    return str(error.told.get("param") or "") if isinstance(error.told, Mapping) else ""


def _seconds(headers: Mapping[str, str]) -> float:
    """Reads how long a server asks to wait: milliseconds, seconds, or a date; 0 if it does not."""
    told, milliseconds = headers.get("retry-after", ""), headers.get("retry-after-ms", "")
    try:
        return max(0.0, float(milliseconds) / 1000 if milliseconds else float(told or 0))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(told)
        return max(0.0, (until - datetime.now(until.tzinfo or UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
