"""Answers as JSON, made once, without a second look at values that are typed already."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from starlette.responses import Response


def _other(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def sent(data: Any, status: int = 200) -> Response:
    """Returns an answer of JSON."""
    text = json.dumps(
        data, ensure_ascii=False, separators=(",", ":"), default=_other, allow_nan=False
    )
    return Response(text, status, media_type="application/json")
