"""Plan, act, plan again: a model without tools, over a socket, that looks for something else."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from palate import Palate


@pytest.fixture(scope="module")
def folder(example_once, tmp_path_factory):
    return shutil.copytree(example_once, tmp_path_factory.mktemp("plans") / "films")


def planner(*plans):
    """Returns a scripted model that writes these plans in turn, the last one again and again."""
    path = Path(__file__).parents[2] / "servers" / "tool_caller.py"
    spec = importlib.util.spec_from_file_location("tool_caller", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Planner(module.ToolCaller):
        def _plan(self, asked):
            number = sum("response_format" in one for one in self.asked) - 1
            return json.dumps({"steps": plans[min(number, len(plans) - 1)]})

    return Planner(tools=False, words="These fit.")


def step(tool, text=""):
    return {"tool": tool, "text": text, "items": [], "constraints": []}


def talked(folder, server):
    flags = {"model__name": "tool-caller", "model__base_url": server.url}
    with Palate.open(folder, chat__agent="plan", ranking__rank_by="prior", **flags) as palate:
        return palate.chat("something about pranks")


def plans_of(server):
    return [one["messages"] for one in server.asked if "response_format" in one]


def test_what_found_nothing_is_planned_anew_with_the_results_at_hand(folder):
    vain = [step("search_catalogue", "xyzzyq")]
    with planner(vain, [step("search_catalogue", "pranks"), step("recommend")]) as server:
        reply = talked(folder, server)
        plans = plans_of(server)
    assert len(plans) == 2
    assert "nothing found" in json.dumps(plans[1])
    assert reply.made_by == "tool-caller"
    assert reply.cards


def test_what_found_something_is_planned_once(folder):
    with planner([step("recommend")]) as server:
        assert talked(folder, server).cards
        assert len(plans_of(server)) == 1


def test_a_plan_that_says_the_same_again_ends_the_search(folder):
    with planner([step("search_catalogue", "xyzzyq")]) as server:
        reply = talked(folder, server)
        assert len(plans_of(server)) == 2
    assert reply.made_by == "tool-caller"


def test_three_plans_are_the_most(folder):
    vain = [[step("search_catalogue", f"xyzzyq{n}")] for n in range(9)]
    with planner(*vain) as server:
        talked(folder, server)
        assert len(plans_of(server)) == 3
