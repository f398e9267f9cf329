"""Real clients over a socket: the openai SDK, LangChain, curl; and the chores of chat clients."""

import json
import shutil
import subprocess

import pytest
from serving import problem

ASK = [{"role": "user", "content": "a heist film"}]


@pytest.fixture
def openai(films):
    from openai import OpenAI

    with OpenAI(base_url=f"{films.url}/v1", api_key=films.token, max_retries=0) as found:
        yield found


def test_the_openai_sdk(openai):
    assert [one.id for one in openai.models.list()] == ["palate"]
    assert openai.models.retrieve("palate").owned_by == "palate"
    answer = openai.chat.completions.create(model="palate", messages=ASK, user="ada", temperature=0)
    assert answer.choices[0].finish_reason == "stop"
    cards = answer.palate["cards"]
    assert cards
    assert all(card["title"] in answer.choices[0].message.content for card in cards)
    assert answer.usage.total_tokens == 0, "no model was asked"


def test_the_openai_sdk_streaming(openai):
    stream = openai.chat.completions.create(
        model="palate", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(one.choices[0].delta.content or "" for one in chunks if one.choices)
    whole = openai.chat.completions.create(model="palate", messages=ASK)
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].palate["cards"] == whole.palate["cards"]
    assert chunks[-1].choices == []
    assert all(one.usage is None for one in chunks[:-1])
    assert chunks[-1].usage.total_tokens == 0
    assert len({one.id for one in chunks}) == 1


def test_the_openai_sdk_is_told_what_is_wrong(openai):
    from openai import NotFoundError, UnprocessableEntityError

    with pytest.raises(NotFoundError, match="one model here"):
        openai.chat.completions.create(model="gpt-9", messages=ASK)
    with pytest.raises(UnprocessableEntityError, match="role user"):
        openai.chat.completions.create(
            model="palate", messages=[{"role": "assistant", "content": "hm"}]
        )


def test_langchain(films):
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model="palate", base_url=f"{films.url}/v1", api_key=films.token)
    answer = chat.invoke([("user", "a heist film")])
    streamed = "".join(piece.text for piece in chat.stream([("user", "a heist film")]))
    assert answer.text
    assert answer.text == streamed


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl(films):
    def curl(path, body):
        done = subprocess.run(
            ["curl", "-sN", "--max-time", "20", "-H", f"Authorization: Bearer {films.token}",
             "-H", "Content-Type: application/json", "-d", json.dumps(body), films.url + path],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    assert json.loads(curl("/v1/recommend", {"user": "ada", "n": 2}))["recommendations"]
    lines = curl("/v1/chat/completions", {"messages": ASK, "stream": True}).splitlines()
    assert lines[-2] == "data: [DONE]"
    assert all(json.loads(line[6:]) for line in lines[:-2] if line)


def test_parts_of_a_message_are_read(films):
    image = {"type": "image_url", "image_url": {"url": "x"}}
    parts = [{"role": "user", "content": [{"type": "text", "text": "a heist film"}, image]}]
    ask = films.admin.post
    plain = ask("/v1/chat/completions", json={"messages": ASK}).json()
    given = ask("/v1/chat/completions", json={"messages": parts}).json()
    assert given["choices"] == plain["choices"]


# ------------------------------------------------------------------ the service's own chat


def events_of(answer):
    blocks = [block.splitlines() for block in answer.text.split("\n\n") if block]
    return [(head[7:], json.loads(data[6:])) for head, data in blocks]


def test_a_conversation_is_kept_shown_and_erased(films):
    ask = films.admin
    first = ask.post("/v1/chat", json={"text": "a heist film", "user": "kai"}).json()
    talk = first["conversation"]
    second = ask.post(
        "/v1/chat", json={"text": "shorter", "user": "kai", "conversation": talk}
    ).json()
    assert second["conversation"] == talk
    kept = ask.get(f"/v1/conversations/{talk}").json()
    assert [one["said"] for one in kept["turns"]] == ["a heist film", "shorter"]
    listed = ask.get("/v1/conversations", params={"user": "kai"}).json()["data"]
    assert [(one["id"], one["turns"]) for one in listed] == [(talk, 2)]
    chip = kept["chips"][0]["id"]
    after = ask.delete(f"/v1/conversations/{talk}/chips/{chip}").json()
    assert chip not in {one["id"] for one in after["chips"]}
    assert ask.delete(f"/v1/conversations/{talk}").json() == {"deleted": 1}
    problem(ask.get(f"/v1/conversations/{talk}"), 404, "unknown-conversation")


def test_a_turn_is_streamed(films):
    answer = films.admin.post("/v1/chat", json={"text": "a heist film", "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer)
    names = [name for name, _ in events]
    assert names[0] == "thinking"
    assert names[-1] == "finished"
    assert "cards" in names
    pieces = "".join(data["text"] for name, data in events if name == "piece")
    assert pieces == events[-1][1]["text"]


def test_a_stream_that_cannot_begin_is_an_error(films):
    ask = {"text": "x", "conversation": "nope"}
    for stream in (False, True):
        answer = films.admin.post("/v1/chat", json=ask | {"stream": stream})
        problem(answer, 404, "unknown-conversation")


def test_who_may_talk_and_read_talks(films, key):
    talk = films.admin.post("/v1/chat", json={"text": "hello", "user": "ada"}).json()[
        "conversation"
    ]
    ben = key("user", user="ben")
    problem(ben.get(f"/v1/conversations/{talk}"), 404, "unknown-conversation")
    problem(ben.delete(f"/v1/conversations/{talk}"), 404, "unknown-conversation")
    problem(ben.post("/v1/chat", json={"text": "x", "user": "ada"}), 403, "another-person")
    problem(ben.get("/v1/conversations?user=ada"), 403, "another-person")
    for scope in ("read", "feedback"):
        problem(key(scope).post("/v1/chat", json={"text": "x"}), 403, "forbidden")
    assert key("read", "feedback").post("/v1/chat", json={"text": "x"}).status_code == 200


def _say(openai, said, text):
    said.append({"role": "user", "content": text})
    answer = openai.chat.completions.create(model="palate", messages=said, user="zoe")
    said.append({"role": "assistant", "content": answer.choices[0].message.content})
    return answer


def _chips(answer):
    return [chip["text"] for chip in answer.palate["chips"]]


@pytest.mark.parametrize(
    ("wish", "yes"),
    [
        ("a western from the 1930s shorter than 90 minutes", "yes"),
        ("90分钟以内的1930年代西部片", "好"),
    ],
)  # fmt: skip
def test_a_yes_answers_what_was_asked_back_where_the_client_keeps_the_talk(openai, wish, yes):
    said = []
    first = _say(openai, said, wish)
    assert not first.palate["cards"] and first.palate["question"]
    then = _say(openai, said, yes)
    assert then.palate["cards"], said[-1]["content"]
    left = set(_chips(first)) - set(_chips(then))
    assert left and all(one in first.palate["question"] for one in left)
    # The turn after that does not bring it back.
    assert set(_chips(_say(openai, said, "some others" if yes == "yes" else "换一批"))) == set(
        _chips(then)
    )


def test_forgetting_takes_a_yes_there_too(openai, films):
    films.admin.post("/v1/users", json={"users": [{"id": "zoe", "name": "Zoe"}]})
    said = []
    _say(openai, said, "a comedy")
    assert "yes" in _say(openai, said, "forget me").choices[0].message.content
    assert films.tenants[0].palate.store.user("zoe") is not None
    assert "erased" in _say(openai, said, "yes").choices[0].message.content
    assert films.tenants[0].palate.store.user("zoe") is None
    assert _chips(_say(openai, said, "a western")) == ["western"], "nothing of before is in force"
