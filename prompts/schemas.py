"""JSON schemas of the reply forms: one form, one schema, the same for every user.

A schema that changed with each request would make servers compile a new grammar each time.
"""

from __future__ import annotations

from collections.abc import Mapping

_REASONS: Mapping[str, object] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"label": {"type": "string"}, "reason": {"type": "string"}},
        "required": ["label", "reason"],
        "additionalProperties": False,
    },
}


def _object(**properties: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_SCHEMAS = {
    "listwise": _object(order={"type": "string"}, reasons=_REASONS),
    "reasons": _object(reasons=_REASONS),
}


def schema_of(reply: str) -> Mapping[str, object] | None:
    """Returns the schema of a reply form, ``None`` for free text."""
    return _SCHEMAS.get(reply)
