"""What a server was seen to do: found by looking into its replies, kept in the workspace.

HTTP 200 proves nothing. A capability is there when a reply shows it, and is not when a reply that
should does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from palate.retrieval.files import replace_file

Thinking = Literal["none", "off", "on"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of one model at one base URL; ``None`` is not known.

    Attributes:
        preset: Name of the preset that the server was recognised as.
        logprobs: Log-probabilities that a token came with, at most; 0 where none came.
        schema: Whether a reply kept to a JSON schema that its prompt did not speak of.
        thinking: ``none`` (it does not), ``off`` (it did until it was told not to) or ``on``.
        context: Tokens that prompt and reply may have together.
        token_ids: Label -> ids of the tokens that write it, where the log-probabilities of tokens
            of one's own choice were seen to come back.
        rejected: Fields that the server refused.
        at: When, UTC, ISO 8601.
        contradicted: What later replies were seen to do otherwise; it is to be looked at anew.
    """

    preset: str = "generic"
    logprobs: int | None = None
    schema: bool | None = None
    thinking: Thinking | None = None
    context: int | None = None
    token_ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rejected: tuple[str, ...] = ()
    at: str = ""
    contradicted: str = ""

    @property
    def sentence(self) -> str:
        """What was found, for a reader."""
        logprobs = {None: "log-probabilities not known", 0: "no log-probabilities"}
        schema = {None: "schema not known", True: "schema obeyed", False: "schema not obeyed"}
        thinking = {
            None: "thinking not known", "none": "does not think",
            "off": "thinking turned off", "on": "thinks, and cannot be stopped",
        }  # fmt: skip
        parts = [
            self.preset,
            logprobs.get(self.logprobs, f"{self.logprobs} log-probabilities"),
            *(["any token's log-probability"] if self.token_ids else []),
            schema[self.schema],
            thinking[self.thinking],
            f"context {self.context:,}" if self.context else "context not told",
            *([f"refuses {', '.join(self.rejected)}"] if self.rejected else []),
        ]
        return "; ".join(parts)


def capabilities_of(model: object) -> Capabilities | None:
    """Returns what is known of a model's server; ``None`` where nothing is."""
    found = getattr(model, "capabilities", None)
    return found if isinstance(found, Capabilities) else None


def without_schema(model: object) -> bool:
    """Tells whether a model is known not to keep to schemas, or to refuse them."""
    known = capabilities_of(model)
    refused = "response_format" in (getattr(model, "rejected", None) or ())
    return refused or (known is not None and known.schema is False)


def slack_of(model: object) -> int:
    """Returns the tokens that a model's replies may have beyond ``max_tokens``."""
    found = getattr(model, "slack", 0)
    return found if isinstance(found, int) else 0


def key_of(url: str, model: str) -> str:
    """Returns the name under which the capabilities of a model at a URL are kept."""
    return f"{url} {model}"


def read_capabilities(path: Path) -> dict[str, Capabilities]:
    """Reads the file; nothing where it is missing or damaged: it can always be found out anew."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["servers"]
        return {key: _capabilities(row) for key, row in rows.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def keep_capabilities(path: Path, key: str, found: Capabilities) -> None:
    """Writes one entry into the file, private to its owner, in place of an older one."""
    rows = {k: asdict(one) for k, one in (read_capabilities(path) | {key: found}).items()}
    replace_file(path, json.dumps({"servers": rows}, ensure_ascii=False, indent=1).encode())


def _capabilities(row: Mapping[str, object]) -> Capabilities:
    found = Capabilities(**row)  # type: ignore[arg-type]
    ids = {str(label): tuple(map(int, one)) for label, one in found.token_ids.items()}
    return replace(found, token_ids=ids, rejected=tuple(map(str, found.rejected)))
