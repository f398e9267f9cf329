"""The chores that chat clients ask of a model: known by their words, and answered with no look-up.

`chores.json` holds, shortened, what Open WebUI, LibreChat, NextChat, Cherry Studio, LobeChat and
Chatbox say.
"""

import json
import time
from pathlib import Path

import pytest

from palate.server.titles import housekeeping

CHORES = {
    one["client"]: one
    for one in json.loads(Path(__file__).with_name("chores.json").read_text(encoding="utf-8"))
}
OPEN_WEBUI = CHORES["Open WebUI, title"]["messages"][0][1]


@pytest.mark.parametrize("client", CHORES)
def test_a_chore_is_known_and_answered(client):
    one = CHORES[client]
    answer = housekeeping([(role, text) for role, text in one["messages"]])
    assert answer is not None
    as_json = isinstance(one["answer"], dict)
    assert (json.loads(answer) if as_json else answer) == one["answer"]


@pytest.mark.parametrize("client", CHORES)
def test_a_chore_is_answered_over_http(films, client):
    messages = [{"role": role, "content": text} for role, text in CHORES[client]["messages"]]
    answer = films.admin.post("/v1/chat/completions", json={"messages": messages})
    assert answer.status_code == 200
    assert answer.json()["palate"] is None
    assert answer.json()["usage"]["total_tokens"] == 0


@pytest.mark.parametrize("filling", ["\n", " ", "\n user", "</", "\nUSER:", "chat "])
def test_a_long_text_is_read_quickly(filling):
    started = time.thread_time()
    housekeeping([("user", OPEN_WEBUI[:200] + filling * (20_000 // len(filling)))])
    assert time.thread_time() - started < 0.5


@pytest.mark.parametrize(
    "said",
    [
        "give me a film whose title is a name",
        "a film about a conversation that nobody was meant to hear, such as The Conversation",
        "suggest a film with the word chat in its title",
        "what is the title of the one with the dream thieves?",
        "I loved a film, its name escapes me; it was one long conversation on a train, with Julie "
        "Delpy. Something like that, please.",
        "请推荐一部关于谈话的电影",
        "summarise my taste",
    ],
)
def test_a_person_is_not_taken_for_a_client(said):
    assert housekeeping([("user", said)]) is None


def test_a_chore_looks_nothing_up(films, monkeypatch):
    monkeypatch.setattr(type(films.tenants[0].palate), "achat", None)
    body = {"messages": [{"role": "user", "content": OPEN_WEBUI}]}
    answer = films.admin.post("/v1/chat/completions", json=body)
    assert "Heat" in answer.json()["choices"][0]["message"]["content"]
    streamed = films.admin.post("/v1/chat/completions", json=body | {"stream": True})
    assert "Heat" in streamed.text and streamed.text.endswith("data: [DONE]\n\n")
