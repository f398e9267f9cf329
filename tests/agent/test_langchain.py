"""The adapters in an agent of somebody else's, with a scripted model over a real socket."""

import importlib.util
from pathlib import Path

import pytest

from palate import Palate, PalateRetriever, PalateTool

CALLER = Path(__file__).parents[1] / "servers" / "tool_caller.py"


@pytest.fixture
def films(example):
    with Palate.open(example) as palate:
        yield palate


def caller(calls):
    spec = importlib.util.spec_from_file_location("tool_caller", CALLER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ToolCaller(calls)


def asked(server, tool, said):
    """Runs an agent with one tool; returns the messages of the talk."""
    from langchain.agents import create_agent
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="tool-caller", base_url=server.url, api_key="none", max_retries=0)
    agent = create_agent(model, tools=[tool])
    return agent.invoke({"messages": [("user", said)]})["messages"]


def test_documents_say_what_is_recommended_and_why(films):
    retriever = PalateRetriever(palate=films, user="ada", k=4, constraints=("year >= 1980",))
    found = retriever.invoke("a heist")
    slate = films.recommend("ada", text="a heist", n=4, constraints=["year >= 1980"])
    assert [one.id for one in found] == [one.item.id for one in slate]
    first = found[0]
    assert first.page_content == f"{slate[0].item.title}: {slate[0].reason.text}"
    assert first.metadata["fields"]["year"] >= 1980 and first.metadata["rank"] == 1
    assert films.why(first.metadata["recommendation"])


def test_an_agent_calls_the_tool_over_a_socket(films):
    given = {"text": "a western", "constraints": ["year < 1970"], "n": 3}
    with caller({"A western, please": ("recommend", given)}) as server:
        said = asked(server, PalateTool(palate=films), "A western, please")
        schema = server.asked[0]["tools"][0]["function"]
    assert schema["name"] == "recommend" and set(schema["parameters"]["properties"]) == set(given)
    [told] = [one for one in said if one.type == "tool"]
    titles = [one["item"]["title"] for one in told.artifact["recommendations"]]
    assert len(titles) == 3 and all(title in told.content for title in titles)
    shown = films.store.items([one["item"]["id"] for one in told.artifact["recommendations"]])
    assert all(item.fields["year"] < 1970 for item in shown.values())
    assert said[-1].content == "These fit what you asked for."


def test_a_model_cannot_speak_for_somebody_else(films):
    with caller({"For ada": ("recommend", {"user": "ada", "n": 2})}) as server:
        said = asked(server, PalateTool(palate=films), "For ada")
    [told] = [one for one in said if one.type == "tool"]
    assert films.trace(told.artifact["id"]).user is None


@pytest.mark.parametrize("given, words", [
    ({"constraints": ["yeer > 3"]}, "yeer"),
    ({"constraints": ["year < 1800"]}, "Drop 'year < 1800'"),
    ({"n": 999}, "20"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_told(films, given, words):
    with caller({"Go": ("recommend", given)}) as server:
        said = asked(server, PalateTool(palate=films), "Go")
    [told] = [one for one in said if one.type == "tool"]
    assert words in told.content


def test_nobody_pays_for_langchain_who_does_not_use_it():
    import subprocess
    import sys

    code = "import sys, palate; palate.Palate; print('langchain_core' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
