"""Fifty turns through a process of its own, over a socket, with a model that calls tools."""

import itertools
import json
import shutil

import pytest
from serving import scripted, spawned

from palate.prompts.tokens import make_counter

BUDGET = 3000
KINDS = ("drama", "war", "horror", "crime", "comedy")
SORTS = ("about love", "with a heist", "at sea", "in Paris", "with dogs")
ASIDE = "and all of us at the table went on about it for half the night without any end in sight"
FIRST = "Nothing longer than two hours, please."
TURNS = [
    f"Actually, a {kind} film from the {decade}s {sort}, {ASIDE}, {ASIDE}"
    for kind, (decade, sort) in zip(
        itertools.cycle(KINDS), itertools.product(range(1920, 2020, 10), SORTS), strict=False
    )
]
TURNS[0] = f"{FIRST} {TURNS[0]}"
#: Calls of the model in a turn: one that calls a tool, and one that says something.
CALLS = 2


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("long") / "films")
    calls = {turn: ("recommend", {"text": turn}) for turn in TURNS}
    with scripted(calls) as model:
        given = {
            "MODEL_NAME": "tool-caller", "MODEL_BASE_URL": model.url, "CHAT_AGENT": "tools",
            "CHAT_BUDGET": str(BUDGET), "RANKING_RANK_BY": "prior",
        }  # fmt: skip
        with spawned(folder, **{f"PALATE_{name}": value for name, value in given.items()}) as shop:
            shop.model = model
            yield shop


def by_chat(shop, turns):
    """Yields each reply of a talk that the service keeps."""
    talk = {}
    for turn in turns:
        answer = shop.admin.post("/v1/chat", json={"text": turn, "user": "ada", **talk})
        assert answer.status_code == 200, answer.text
        talk = {"conversation": answer.json()["conversation"]}
        yield answer.json()


def by_openai(shop, turns):
    """Yields what rides along beside each reply of a talk that the client keeps."""
    from openai import OpenAI

    said = []
    with OpenAI(base_url=f"{shop.url}/v1", api_key=shop.token, max_retries=0) as openai:
        for turn in turns:
            said.append({"role": "user", "content": turn})
            answer = openai.chat.completions.create(model="palate", messages=said, user="ben")
            said.append({"role": "assistant", "content": answer.choices[0].message.content})
            yield answer.palate


def tokens(asked, count):
    """Returns all tokens of a request: what is said, what was called, and what is on offer."""
    parts = [json.dumps(asked.get("tools") or [])]
    for one in asked["messages"]:
        parts += [str(one.get("content") or ""), json.dumps(one.get("tool_calls") or [])]
    return sum(count(part).tokens for part in parts)


@pytest.mark.parametrize("talk", [by_chat, by_openai])
def test_fifty_turns(shop, talk):
    assert len(TURNS) == 50
    shop.model.asked.clear()
    replies, calls = [], []
    for reply in talk(shop, TURNS):
        replies.append(reply)
        calls.append(len(shop.model.asked) - sum(calls))
        assert reply["made_by"] == "tool-caller"
    assert calls == [CALLS] * 50, "the last turn costs as many calls as the first"
    _within_the_budget(shop.model.asked)
    _still_in_force(shop, replies)


def _within_the_budget(asked):
    count = make_counter("")
    sizes = [tokens(one, count) for one in asked]
    assert BUDGET // 2 < max(sizes) <= BUDGET
    last = asked[-1]["messages"]
    assert any("Said earlier by the person, shortened:" in one["content"] for one in last[1:])
    assert TURNS[-2] in [one["content"] for one in last], "the newest are given whole"
    assert TURNS[0] not in json.dumps(last)


def _still_in_force(shop, replies):
    held = next(one for one in replies[0]["chips"] if "120 min" in one["text"])
    assert all(held in reply["chips"] for reply in replies)
    said = [one["content"] for one in shop.model.asked[-1]["messages"] if one["role"] == "user"]
    assert held["text"] in said[-1], "the model is told of it, too"
    assert sum(bool(reply["cards"]) for reply in replies) > 25
    items = shop.admin.get("/v1/items", params={"limit": 500}).json()["data"]
    short = {one["id"] for one in items if one["fields"].get("runtime", 999) <= 120}
    assert {card["item"] for reply in replies for card in reply["cards"]} <= short
    assert len(short) < len(items)
