"""The examples of the OpenAPI: what was asked of a server of the example workspace, and answered.

`examples.json` holds them in an order in which they can all be asked, one after the other: a slate
before its trace, a person before they are erased. `tests/server/test_examples.py` asks them again,
and writes the file anew where it is told to.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

FILE = "examples.json"


def load() -> list[dict[str, Any]]:
    """Returns the examples: operation, parameters, request if there is one, response."""
    found: list[dict[str, Any]] = json.loads(
        (files("palate.server") / FILE).read_text(encoding="utf-8")
    )
    return found


def add_examples(schema: dict[str, Any]) -> None:
    """Puts the examples into an OpenAPI."""
    for one in load():
        method, path = one["operation"].split()
        operation = schema["paths"][path][method.lower()]
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in one["parameters"]:
                parameter["example"] = one["parameters"][parameter["name"]]
        if "request" in one:
            operation["requestBody"]["content"]["application/json"]["example"] = one["request"]
        told = operation["responses"]["200"]["content"]
        next(iter(told.values()))["example"] = one["response"]
