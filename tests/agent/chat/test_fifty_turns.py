"""A long conversation: what a model is sent stays within the budget, counted where it arrives."""

import importlib.util
import itertools
import json
import shutil
from pathlib import Path

import pytest

from palate import Palate

BUDGET = 3000
KINDS = ("comedy", "war", "horror", "crime", "family")
SORTS = ("about love", "with a heist", "at sea", "in Paris", "with dogs")
TALK = "and all of us at the table went on about it for half the night without any end in sight"
TURNS = [
    f"a {kind} film from the {decade}s {sort}, {TALK}, {TALK}, {TALK}"
    for kind, (decade, sort) in zip(
        itertools.cycle(KINDS), itertools.product(range(1920, 2020, 10), SORTS), strict=False
    )
]


@pytest.fixture(scope="module")
def tool_caller():
    path = Path(__file__).parents[2] / "servers" / "tool_caller.py"
    spec = importlib.util.spec_from_file_location("tool_caller", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(example_once, tmp_path):
    return shutil.copytree(example_once, tmp_path / "films")


def tokens(asked, count):
    """Returns all tokens of a request: what is said, what was called, and what is on offer."""
    parts = [json.dumps(asked.get("tools") or [])]
    for one in asked["messages"]:
        parts += [str(one.get("content") or ""), json.dumps(one.get("tool_calls") or [])]
    return sum(count(part).tokens for part in parts)


@pytest.mark.parametrize(("agent", "times"), [("tools", 2), ("plan", 1)])
def test_fifty_turns_stay_within_the_budget(tool_caller, folder, agent, times):
    assert len(TURNS) == 50
    calls = {turn: ("recommend", {"n": 20, "text": turn}) for turn in TURNS}
    with tool_caller.ToolCaller(calls, times=times) as server:
        flags = {"model__name": "tool-caller", "model__base_url": server.url}
        with Palate.open(
            folder, chat__agent=agent, chat__budget=BUDGET, ranking__rank_by="prior", **flags
        ) as palate:
            conversation = None
            for turn in TURNS:
                reply = palate.chat(turn, conversation=conversation)
                conversation = reply.conversation
                assert reply.made_by == "tool-caller" and reply.usage.calls
            sizes = [tokens(asked, palate.engine.count) for asked in server.asked]
        assert len(sizes) >= 100
        assert max(sizes) <= BUDGET
        assert max(sizes) > BUDGET // 2, "the budget is used"
        last = server.asked[-1]["messages"]
        assert any("Said earlier by the person, shortened:" in one["content"] for one in last[1:])
        assert TURNS[-2] in [one["content"] for one in last], "the newest are given whole"
        assert TURNS[0] not in json.dumps(last)


def test_a_turn_ends_where_the_budget_does(tool_caller, folder):
    """A model that asks again and again is stopped, and what it found is shown."""
    with tool_caller.ToolCaller({"a comedy": ("recommend", {"n": 20})}, times=99) as server:
        flags = {"model__name": "tool-caller", "model__base_url": server.url, "chat__calls": 20}
        with Palate.open(
            folder, chat__agent="tools", chat__budget=BUDGET, ranking__rank_by="prior", **flags
        ) as palate:
            reply = palate.chat("a comedy")
            assert max(tokens(asked, palate.engine.count) for asked in server.asked) <= BUDGET
    assert 1 < len(server.asked) < 20
    assert len(reply.cards) == 20 and server.words not in reply.text


@pytest.mark.parametrize("agent", ["tools", "plan"])
@pytest.mark.parametrize("turn", ["\n".join(["\N{GRINNING FACE}" * 400] * 3), "一部喜剧。" * 240])
def test_however_much_is_in_force_and_said_a_request_fits(tool_caller, folder, agent, turn):
    held = ("recommend", {"constraints": [f"year != {number}" for number in range(300)]})
    with tool_caller.ToolCaller({"a comedy": held}) as server:
        flags = {"model__name": "tool-caller", "model__base_url": server.url}
        with Palate.open(
            folder, chat__agent=agent, chat__budget=BUDGET, ranking__rank_by="prior", **flags
        ) as palate:
            talk = palate.chat("a comedy").conversation
            server.asked.clear()
            reply = palate.chat(turn, conversation=talk)
            sizes = [tokens(asked, palate.engine.count) for asked in server.asked]
    assert len(reply.chips) > 300
    assert sizes, "the model is asked"
    assert max(sizes) <= BUDGET
    told = str(server.asked[-1]["messages"])
    assert "older conditions, which code keeps" in told
    assert "- year != 299" in told, "the newest are told"
    assert turn[:40] in told
