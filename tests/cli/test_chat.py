"""``palate chat``: piped, through a server, in a terminal; and how its text flows."""

import io
import re
import shutil
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from serving import served

from palate import Palate
from palate.agent.chat.events import Card
from palate.cli.chat.commands import HELP
from palate.cli.chat.flow import Flow
from palate.cli.chat.said import Said


def flowed(text, width, size=3):
    said = []
    flow = Flow(lambda text, _: said.append(text), width)
    for start in range(0, len(text), size):
        flow.feed(text[start : start + size])
    flow.close()
    return "".join(said)


@pytest.fixture
def talk(palate, monkeypatch):
    """Pipes lines into a talk; returns what it printed."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(folder, *lines, flags=()):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return palate("chat", *flags, workspace=folder).out.rstrip("\n")

    return run


@pytest.fixture(scope="module")
def films(example_once, tmp_path_factory):
    return shutil.copytree(example_once, tmp_path_factory.mktemp("talk") / "films")


class TestFlow:
    def test_a_numbered_line_goes_on_under_its_words(self):
        assert flowed("1. one two three four five", 24) == "1. one two three four\n   five\n"

    def test_blanks_at_the_start_are_kept(self):
        assert flowed("  a word and another one", 22) == "  a word and another\n  one\n"

    def test_wide_characters_may_be_parted_and_marks_begin_no_line(self):
        lines = flowed("九十年代的喜剧片，不要歌舞片，短一点。", 20).splitlines()
        assert len(lines) > 1 and all(cell_len(line) <= 20 for line in lines)
        assert not any(line.startswith(("，", "。")) for line in lines)

    def test_what_steers_a_terminal_is_left_out(self):
        assert flowed("a\x1b[31mb\x07c\u202e", 40) == "a[31mbc\n"

    def test_a_word_before_a_closing_mark_is_not_parted(self):
        assert flowed("人们《Ace Detectives II》", 20) == "人们《Ace Detectives\nII》\n"
        assert flowed("人们《Aces Detectives》", 20) == "人们《Aces\nDetectives》\n"

    def test_a_number_stays_with_its_chip(self):
        assert flowed("in force: 1\u00a0a comedy · 2\u00a0western", 26) == (
            "in force: 1 a comedy ·\n2 western\n"
        )

    @given(st.text(alphabet="ab 年，\n1.", max_size=120), st.integers(1, 9), st.integers(22, 60))
    def test_nothing_is_lost_whatever_the_pieces(self, text, size, width):
        shown = flowed(text, width, size)
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
        assert shown == flowed(text, width, len(text) + 1)

    @given(st.text(alphabet="ab 年\n", max_size=120).filter(lambda t: "ab" * 11 not in t))
    def test_no_line_is_too_long(self, text):
        words = max((cell_len(w) for w in re.split(r"[\s年]", text)), default=0)
        assert all(cell_len(line) <= max(30, words) for line in flowed(text, 30).splitlines())


def test_a_talk_keeps_what_is_in_force_and_takes_it_out(films, talk):
    said = talk(films, "a short comedy from the 90s", "/why 1", "/like 2", "/drop 1", "/chips",
                "/quit")  # fmt: skip
    assert "in force: 1 at most 100 min · 2 comedy · 3 from the 1990s" in said
    assert "evidence:" in said and "place 1 by the prior" in said
    assert 'No longer in force: "at most 100 min".' in said
    assert said.count("in force: 1 comedy · 2 from the 1990s") == 2
    assert all(cell_len(line) <= 80 for line in said.splitlines())


def test_commands_speak_the_language_of_the_talk(films, talk):
    said = talk(films, "90年代的喜剧", "/like 2", "/drop 1", "/chips", "/drop 1", "/chips", "/new",
                "a western", "/drop 1", flags=["-u", "mei"])  # fmt: skip
    assert re.search("已记下：喜欢《.+》。", said)
    assert "不再有效：“1990年代”。" in said
    assert said.count("当前条件：1 喜剧") == 2 and "没有生效的条件。" in said
    assert "新的对话。" in said
    assert "in force: 1 western" in said and 'No longer in force: "western".' in said


def test_a_conversation_is_taken_up_again(films, talk):
    first = talk(films, "a western before 1970")
    name = re.search(r"conversation (\w+)$", first)[1]
    again = talk(films, "shorter than two hours", flags=["-c", name])
    assert "> a western before 1970" in again
    assert "western" in again.rsplit("in force:", 1)[1] and "under 120 min" in again


def test_one_turn_and_no_more(films, talk):
    said = talk(films, flags=["how many films are there from the 1930s?"])
    assert "There are 7 films" in said


def test_opinions_of_a_known_person_are_kept_and_shown(films, talk):
    said = talk(films, "an adventure film", "/like 1", "/dislike 2", "/seen 3", "/profile",
                flags=["-u", "nora"])  # fmt: skip
    with Palate.open(films) as palate:
        actions = [str(event.action) for event in palate.store.user_events("nora")]
    assert actions == ["like", "dislike", "view"]
    assert "liked lately" in said


def test_mistakes_are_told_and_the_talk_goes_on(films, talk):
    said = talk(films, "/like 1", "/drop 1", "/why-not", "/nope", "a comedy", "/why 9", "/profile",
                "", "/new", "/forget", "/help")  # fmt: skip
    for part in (
        "Nothing was shown yet", "Nothing is in force", "Say which title", "no /nope",
        "a number from 1 to 5", "Nobody is named", "A new conversation", "erased",
    ):  # fmt: skip
        assert part in said
    assert all(name in said for name, _ in HELP)


def test_an_unknown_conversation_is_an_error(films, told):
    assert "t0" in told("chat", "-c", "t0", code=5, workspace=films)


def test_earlier_talks_are_listed_and_taken_up(films, talk):
    talk(films, "a western before 1970", flags=["-u", "finn"])
    said = talk(films, "/open 1", "/talks", "/open 1", "/chips", flags=["-u", "finn"])
    assert "List your talks first" in said
    assert "1 a western before 1970 (" in said and "1 turn)" in said
    assert said.count("western") >= 3 and "in force: 1 western" in said
    assert "not listed" in talk(films, "/talks")


def test_the_help_stands_in_columns(films, talk):
    lines = talk(films, "/help").splitlines()
    starts = {line.index(told) for name, told in HELP for line in lines if line.startswith(name)
              if told in line}  # fmt: skip
    assert len(starts) == 1


CARDS = (
    Card("a", "Heat", (("year", "1995"), ("director", "Jane Doe")), "It fits.", rank=1),
    Card("b", "Heat 2 (2003) - The Return", (), "", rank=2),
)


class TestSaid:
    @pytest.mark.parametrize("size", [1, 3, 100])
    def test_lines_of_the_list_are_printed_from_the_cards(self, size):
        text = "Here:\n\n1. Heat (1995) - It fits.\n2. Heat 2 (2003) - The Return\n3. Three"
        shown = self.said(text, CARDS, size)
        assert shown == (
            "Here:\n\n1. Heat (1995, Jane Doe)\n   It fits.\n"
            "2. Heat 2 (2003) - The Return\n3. Three\n"
        )

    def test_a_line_that_says_more_than_its_card_is_kept(self):
        text = "1. Heat (1995) - It fits, and more.\n"
        assert self.said(text, CARDS, 4) == text

    @given(st.text(alphabet="12. aHeat-\n", max_size=60), st.integers(1, 9))
    def test_nothing_is_lost(self, text, size):
        bare = re.sub(r"\s", "", text)
        assert re.sub(r"\s", "", self.said(text, CARDS[1:], size)) == bare

    @staticmethod
    def said(text, cards, size):
        printed = []
        said = Said(Flow(lambda part, _: printed.append(part), 60))
        said.know(cards)
        for start in range(0, len(text) // 2, size):
            said.feed(text[start : min(start + size, len(text) // 2)])
        said.close(text)
        return "".join(printed)


def test_forgetting_erases_the_conversation(films, talk):
    said = talk(films, "a film noir about zebras", "/forget", flags=["-u", "zoe"])
    assert "erased" in said
    with Palate.open(films) as palate:
        assert palate.conversations("zoe") == []


def test_through_the_server_that_owns_the_workspace(example, talk):
    with served(example) as server:
        said = talk(example, "a musical", "/why 1", "/like 1", "/drop 1", "/profile",
                    flags=["-u", "olga"])  # fmt: skip
        assert "in force: 1 musical" in said and "evidence:" in said
        assert "Recorded: like" in said and "No longer in force" in said
        assert [str(e.action) for e in server.tenants[0].palate.store.user_events("olga")] == [
            "like"
        ]
        profile = said[said.index("person") :].splitlines()
        assert profile[0].index("olga") == profile[1].index("warm"), "columns"
        again = talk(
            example, flags=["-c", re.search(r"conversation (\w+)$", said)[1], "-u", "olga"]
        )
        assert "> a musical" in again


def test_a_person_who_was_erased_talks_on(talk, example):
    lines = ("a western", "forget me", "yes", "a comedy")
    said = talk(example, *lines, flags=("-u", "lee"))
    assert "is erased" in said and "in force: 1 comedy" in said.split("is erased")[1]
    with served(example):
        said = talk(example, *lines, flags=("-u", "lee"))
    assert "is erased" in said and "in force: 1 comedy" in said.split("is erased")[1]
