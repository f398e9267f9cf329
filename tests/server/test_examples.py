"""The examples of the OpenAPI: true to their own schemas, taken and given by a real server.

``PALATE_UPDATE_SNAPSHOTS=1`` writes what the server answers into `examples.json`: read the diff.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from serving import served

import palate.server
from palate.server.examples import FILE, load

JSON, PLAIN = "application/json", "text/plain"
#: Objects whose names are those of a catalogue, of signals, of people.
OPEN = {"fields", "shares", "standing", "item", "document", "how", "usage"}


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("examples") / "films")
    with served(folder) as server:
        server.schema = server.admin.get("/openapi.json").json()
        yield server


def _operations(shop):
    for path, operations in shop.schema["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation


def _fits(shop, shape, value):
    whole = {**shape, "components": shop.schema["components"]}
    faults = [one.message for one in Draft202012Validator(whole).iter_errors(value)]
    assert not faults, faults


def test_every_operation_has_examples_that_fit_its_schema(shop):
    seen = 0
    for name, operation in _operations(shop):
        for given in operation.get("parameters", ()):
            if given["required"]:
                assert "example" in given, (name, given["name"])
            if "example" in given:
                _fits(shop, given["schema"], given["example"])
        if "requestBody" in operation:
            body = operation["requestBody"]["content"][JSON]
            _fits(shop, body["schema"], body["example"])
        for kind, told in operation["responses"]["200"]["content"].items():
            assert "example" in told, (name, kind)
            _fits(shop, told["schema"], told["example"])
            seen += 1
    assert seen >= 40


def test_examples_of_shapes_fit_them(shop):
    shapes = shop.schema["components"]["schemas"]
    seen = [(name, one) for name, shape in shapes.items() for one in shape.get("examples", ())]
    assert len(seen) >= 12
    for name, one in seen:
        _fits(shop, {"$ref": f"#/components/schemas/{name}"}, one)


class Asked:
    """Asks for the examples in their order; ids of the file stand for those of this server."""

    def __init__(self, shop):
        self.shop, self.real = shop, {}

    def ask(self, one):
        method, path = one["operation"].split()
        given = {k: self.real.get(str(v), v) for k, v in one["parameters"].items()}
        for name in [name for name in given if f"{{{name}}}" in path]:
            path = path.replace(f"{{{name}}}", str(given.pop(name)))
        heads = {k: given.pop(k) for k in list(given) if k == "Idempotency-Key"}
        text = json.dumps(one["request"]) if "request" in one else None
        for known, real in self.real.items():
            text = text and text.replace(f'"{known}"', f'"{real}"')
        heads |= {"Content-Type": JSON} if text else {}
        answer = self.shop.admin.request(method, path, params=given, content=text, headers=heads)
        assert answer.status_code == 200, (one["operation"], answer.text)
        told = answer.json() if answer.headers["content-type"] == JSON else answer.text
        if isinstance(told, dict) and isinstance(one.get("response"), dict):
            self.learn(one["response"], told)
        return told

    def learn(self, known, told):
        for name in ("id", "conversation", "recommendation"):
            if isinstance(known.get(name), str) and isinstance(told.get(name), str):
                self.real[known[name]] = told[name]


def _shape(value, name=""):
    """Returns the names of an answer, down to where they are a catalogue's own."""
    if isinstance(value, dict):
        return {} if name in OPEN else {k: _shape(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_shape(value[0])] if value and isinstance(value[0], dict) else []
    return None


def test_a_real_server_takes_every_example_and_answers_as_it_says(shop):
    asked = Asked(shop)
    for one in load():
        told = asked.ask(one)
        assert _shape(told) == _shape(one["response"]), one["operation"]


def test_every_shape_of_a_request_is_taken_as_its_examples_say(shop):
    for name, operation in _operations(shop):
        method, path = name.split()
        if "requestBody" not in operation:
            continue
        shape = operation["requestBody"]["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
        examples = shop.schema["components"]["schemas"][shape]["examples"]
        for body in examples:
            answer = shop.admin.request(method, path.replace("{user}", "ada"), json=body)
            refused = answer.json() if answer.status_code >= 400 else {}
            assert "invalid" not in refused.get("type", ""), (name, body, refused)
            assert answer.status_code in (200, 404), (name, body, refused)


def _masked(told):
    text = json.dumps(told)
    return json.loads(
        re.sub(r"http://127\.0\.0\.1:\d+/signin\?code=[\w-]+",
               "http://127.0.0.1:8765/signin?code=...", text)
    )  # fmt: skip


def _renamed(one, real):
    """Returns an example that names what the server has made."""
    text = json.dumps(one)
    for known, made in real.items():
        text = text.replace(f'"{known}"', f'"{made}"')
    return json.loads(text)


UPDATE = "PALATE_UPDATE_SNAPSHOTS" in os.environ


@pytest.mark.skipif(not UPDATE, reason="nothing is to be written")
def test_examples_are_written_anew(example):
    with served(example) as shop:
        asked, rows = Asked(shop), []
        for one in load():
            told = _masked(asked.ask(one))
            if isinstance(told, str):
                told = "\n".join(told.splitlines()[:3]) + "\n"
            rows.append({**_renamed(one, asked.real), "response": told})
    file = Path(palate.server.__file__).parent / FILE
    file.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
