"""``palate chat``: piped, through a server, in a terminal; and how its text flows."""

import contextlib
import io
import os
import re
import select
import shutil
import signal
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from serving import served

from palate import Palate
from palate.cli.chat.commands import HELP
from palate.cli.chat.flow import Flow


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
        again = talk(
            example, flags=["-c", re.search(r"conversation (\w+)$", said)[1], "-u", "olga"]
        )
        assert "> a musical" in again


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a pseudo-terminal")
def test_in_a_terminal(films):
    import pty

    words = ["-c", "from palate.cli import main; main()", "-w", str(films), "chat"]
    pid, line = pty.fork()
    if pid == 0:
        os.environ |= {"COLUMNS": "80", "TERM": "xterm"}
        os.execv(sys.executable, [sys.executable, *words])
    try:
        heard(line, b"> ")
        os.write(line, "短一点的喜剧\n".encode())
        assert "喜剧".encode() in heard(line, "当前条件.*\n> ".encode())
        os.write(line, b"\x04")
        assert b"conversation t" in heard(line, None)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    finally:
        os.close(line)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def heard(line, end):
    """Reads a terminal until it says something, or to its end; returns it without its colours."""
    seen, deadline = b"", time.monotonic() + 60
    while end is None or not re.search(end, bare(seen), re.DOTALL):
        assert select.select([line], [], [], deadline - time.monotonic())[0], seen
        try:
            part = os.read(line, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    return bare(seen)


def bare(seen):
    return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", seen)


def test_a_person_who_was_erased_talks_on(talk, example):
    lines = ("a western", "forget me", "yes", "a comedy")
    said = talk(example, *lines, flags=("-u", "lee"))
    assert "is erased" in said and "in force: 1 comedy" in said.split("is erased")[1]
    with served(example):
        said = talk(example, *lines, flags=("-u", "lee"))
    assert "is erased" in said and "in force: 1 comedy" in said.split("is erased")[1]
