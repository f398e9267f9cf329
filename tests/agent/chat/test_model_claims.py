"""What a model says after its tools answered: no line of one item is evidence for another."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from palate import Palate

COMPARED = "compare Jaws and Alien"
CALLS = {
    COMPARED: ("compare", {"items": ["Jaws", "Alien"]}),
    "what is the longest film?": ("catalogue_facts", {"question": "what is the longest film?"}),
    "remember that I hate musicals": ("remember", {}),
}


@pytest.fixture(scope="module")
def said(example_once, tmp_path_factory):
    """Says a turn to the example, with a scripted model that then says some words."""
    path = Path(__file__).parents[2] / "servers" / "tool_caller.py"
    spec = importlib.util.spec_from_file_location("tool_caller", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("claims") / "films")
    with module.ToolCaller(CALLS) as server:
        flags = {"model__name": "tool-caller", "model__base_url": server.url}
        with Palate.open(folder, chat__agent="tools", ranking__rank_by="prior", **flags) as palate:

            def say(turn, words):
                server.words = words
                reply = palate.chat(turn, user="ada")
                assert reply.made_by == "tool-caller"
                return reply.text

            yield say


@pytest.mark.parametrize(
    "lie",
    [
        "Jaws was directed by Ridley Scott.",
        "Alien is from 1975.",
        "Jaws runs 117 minutes.",
        "Both were directed by Steven Spielberg.",
        "Jaws and Alien were directed by Steven Spielberg.",
        "The first was directed by Ridley Scott.",
        "Jaws is a scary film. It was directed by Ridley Scott.",
        "Jaws is the longest film in the catalogue.",
        "Visit http://evil.example/x now.",
        "Write to help@evil.example for more.",
        "I have deleted your profile.",
        "Your profile has been erased.",
        "I've saved your wish.",
        "I have ordered it for you.",
        "我已经删除你的资料。",
        "Critics adore it.",
        "Everybody says that it is great.",
        "观众都喜欢它。",
        "sharknado is the best film.",
        "But sharknado is a classic film about sharks.",
    ],
)
def test_a_lie_made_of_what_tools_said_is_not_said(said, lie):
    wrong = lie.split(". ")[-1]
    assert wrong not in said(COMPARED, lie)


@pytest.mark.parametrize(
    "truth",
    [
        "Jaws was directed by Steven Spielberg.",
        "Alien is from 1979 and runs 117 minutes.",
        "Jaws and Alien are horror films.",
        "Jaws is a horror film. It was directed by Steven Spielberg.",
    ],
)
def test_a_truth_is_said(said, truth):
    assert " ".join(said(COMPARED, truth).split()) == truth


def test_what_a_person_says_of_a_film_does_not_make_it_true(said):
    turn = "I heard Jaws was directed by Alfred Hitchcock, something like it"
    lie = "Jaws was directed by Alfred Hitchcock."
    assert lie not in said(turn, f"These fit. {lie}")


def test_what_was_asked_of_the_store_and_kept_is_told(said):
    longest = "Gone with the Wind is the longest film, at 238 minutes."
    assert longest in said("what is the longest film?", longest)
    kept = "I will remember that."
    assert kept in said("remember that I hate musicals", kept)
