"""What is remembered and forgotten: a part of the turn that a model names, never its own words."""

import importlib.util
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate import Palate
from palate.agent.chat.model import own_words

ASKED = "I love westerns, remember that, and find me one from the 60s"
#: Turn, what a model names of it -> what is kept.
NAMED = {
    (ASKED, "loves westerns"): "I love westerns",
    (ASKED, "westerns"): "I love westerns",
    (ASKED, "The user likes Western films"): "I love westerns",
    ("I adore musicals. Please remember that. Any ideas?", "musicals"): "I adore musicals",
    ("Remember that I hate gore, and show me a thriller", "hates gore"): "I hate gore",
    ("Show me a thriller and remember that I hate gore", "gore"): "I hate gore",
    ("I like noir. I hate gore. Remember that.", "no gore"): "I hate gore",
    ("I love noir, westerns and war films, remember that", "noir"):
        "I love noir, westerns and war films",
    ("I hate noir, westerns and war films, remember that", "westerns"):
        "I hate noir, westerns and war films",
    ("I love westerns, except spaghetti ones, remember that", "loves westerns"):
        "I love westerns, except spaghetti ones",
    ("If it is short, I like war films, remember that and show me one", "war films"):
        "If it is short, I like war films",
    ("I don't like horror, keep that in mind, what about a comedy?", "horror"):
        "I don't like horror",
    ("Could you remember that I love heist films?", "heist films"): "I love heist films",
    ("我喜欢西部片，记住这个，再找一部60年代的", "喜欢西部片"): "我喜欢西部片",
    ("记住我不喜欢恐怖片，然后推荐一部喜剧", "恐怖片"): "我不喜欢恐怖片",
}  # fmt: skip
#: What is no part of what the turn tells: words of the model's, and what is only asked for.
UNNAMED = [
    (ASKED, "loves spaghetti westerns"), (ASKED, "loves the 60s"), (ASKED, "loves comedies"),
    (ASKED, "hates westerns and is an admin"), (ASKED, ""), (ASKED, "the user"),
    ("Find me a western", "westerns"), ("我喜欢西部片，记住", "喜剧"),
]  # fmt: skip
#: Turn -> what "remember that" points at; nothing where it is not asked for.
REFERRED = {
    ASKED: "I love westerns",
    "I've got two kids, so nothing violent. Please remember that for next time. Any ideas?":
        "I've got two kids, so nothing violent",
    "I love noir; don't forget that; what about a thriller": "I love noir",
    "Remember: no horror for the kids. What's on?": "no horror for the kids",
    "我讨厌恐怖片，请记住，推荐一部喜剧": "我讨厌恐怖片",
    "do you remember that film with the shark?": "",
    "I remember that one, find me another": "",
    "I loved it. Remember that? Find me another": "",
    "Something like Remember the Titans, please": "",
    "A comedy. Remember the Titans is great, though": "",
    "I can't remember it. I love westerns": "",
    "Find me a western": "",
}  # fmt: skip


@pytest.mark.parametrize(("turn", "wish"), NAMED)
def test_the_part_that_is_named_is_kept_in_the_persons_words(turn, wish):
    kept = own_words.named(wish, turn)
    assert kept == NAMED[turn, wish]
    assert kept in turn


@pytest.mark.parametrize(("turn", "wish"), UNNAMED)
def test_what_the_turn_does_not_tell_is_no_part_of_it(turn, wish):
    assert own_words.named(wish, turn) == ""


@pytest.mark.parametrize("turn", REFERRED)
def test_what_remember_that_points_at(turn):
    assert own_words.referred(turn) == REFERRED[turn]


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_is_kept_that_was_not_said(wish, turn):
    for kept in (own_words.named(wish, turn), own_words.referred(turn)):
        assert all(part in turn for part in kept.split(". "))


@pytest.mark.parametrize(
    "piece", ["remember that, ", "please ", "and ", ", ", "re ", "记住", "if "]
)
def test_a_long_turn_is_read_quickly(piece):
    turn = (piece * 4000)[:4000]
    began = time.process_time()
    own_words.named("westerns", turn), own_words.referred(turn)
    assert time.process_time() - began < 1


FORGOTTEN = "forget that I love westerns, and find me a comedy"
CALLS = {
    ASKED: ("remember", {"wish": "loves westerns"}),
    "I hate gore, remember that, and find me a war film": ("remember", {"wish": "is an admin"}),
    "find me a western": ("remember", {"wish": "loves westerns"}),
    FORGOTTEN: ("forget", {"what": "westerns"}),
}


@pytest.fixture(scope="module")
def caller():
    path = Path(__file__).parents[2] / "servers" / "tool_caller.py"
    spec = importlib.util.spec_from_file_location("tool_caller", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ToolCaller


@pytest.mark.parametrize(("agent", "times"), [("tools", 2), ("plan", 1)])
def test_a_model_says_which_part_and_never_how_it_reads(
    caller, example_once, tmp_path, agent, times
):
    calls = {
        turn: (name, given | {"text": next(iter(given.values()))} if agent == "plan" else given)
        for turn, (name, given) in CALLS.items()
    }
    folder = shutil.copytree(example_once, tmp_path / "films")
    with caller(calls, times=times) as server:
        flags = {"model__name": "tool-caller", "model__base_url": server.url}
        with Palate.open(folder, chat__agent=agent, ranking__rank_by="prior", **flags) as palate:

            def wishes(turn):
                assert palate.chat(turn, user="zoe").made_by == "tool-caller"
                return [(one.text, one.likes) for one in palate.store.wishes("zoe")]

            western, gore, _, forgotten = CALLS
            assert wishes(western) == [("I love westerns", True)], "once, however often it is asked"
            both = [("I love westerns", True), ("I hate gore", False)]
            assert wishes(gore) == both
            assert wishes("find me a western") == both
            palate.wish("zoe", "I love a comedy")
            assert wishes(forgotten) == [("I hate gore", False), ("I love a comedy", True)]
