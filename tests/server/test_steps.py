"""What is told while a model is asked: the steps that are really taken, and how long it took."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from serving import client, pointing, problem, scripted, served

CALLS = {
    "a short comedy": ("recommend", {}),
    "一部喜剧": ("recommend", {}),
    "what of Heat?": ("search_catalogue", {"text": "Heat <b>\n" + "x" * 200}),
}


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("steps") / "films")
    with scripted(CALLS, wait=0.1) as model, pytest.MonkeyPatch.context() as patch:
        pointing(patch, model)
        with served(folder) as server:
            yield server


def steps(shop, text):
    told, reply = [], None
    asked = {"text": text, "stream": True}
    with shop.admin.stream("POST", "/v1/chat", json=asked) as answer:
        for block in answer.read().decode().split("\n\n"):
            name, _, data = block.partition("\n")
            if name == "event: thinking":
                told.append(json.loads(data.removeprefix("data: "))["text"])
            if name == "event: finished":
                reply = json.loads(data.removeprefix("data: "))
    return told, reply


def test_the_steps_are_those_of_the_tools(shop):
    told, reply = steps(shop, "a short comedy")
    assert told == ["asking the model", "looking for what fits", "5 found", "checking the answer"]
    assert reply["made_by"] == "tool-caller"
    # Two calls of a tenth of a second each, and our own work beside them.
    assert 0.2 <= reply["usage"]["seconds"] < 2


def test_steps_are_told_in_the_language_of_the_turn(shop):
    told, _ = steps(shop, "一部喜剧")
    assert told[1:3] == ["正在寻找合适的作品", "找到5部"]


def test_what_a_model_searches_for_is_one_short_line(shop):
    told, _ = steps(shop, "what of Heat?")
    assert told[1].startswith("searching the catalogue: Heat <b>")
    assert len(told[1]) < 100
    assert "\n" not in told[1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat", {"text": "a short comedy"}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a short comedy"}]}),
    ],
)
def test_the_time_that_the_model_took_is_told_apart(shop, path, body):
    with client(shop.url, shop.token) as caller:
        answer = caller.post(path, json=body)
    assert answer.status_code == 200
    found = re.fullmatch(r"total;dur=([\d.]+), model;dur=([\d.]+)", answer.headers["server-timing"])
    total, model = map(float, found.groups())
    assert 200 <= model < total


def test_of_two_turns_at_once_one_is_kept_and_the_other_is_to_be_sent_again(shop):
    talk = shop.admin.post("/v1/chat", json={"text": "a short comedy"}).json()["conversation"]

    def turn(_):
        asked = {"text": "a short comedy", "conversation": talk}
        return shop.admin.post("/v1/chat", json=asked)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(turn, range(3)))
    fine = [one for one in answers if one.status_code == 200]
    assert len(fine) == 1
    for other in answers:
        if other not in fine:
            assert "again" in problem(other, 409, "conversation-moved-on")["detail"]
    assert turn(0).status_code == 200
