"""Histories that callers keep: each turn reads what is new in them, and nothing is mixed up."""

from dataclasses import replace

import pytest

from palate import Item, Palate
from palate.agent.chat.policy import replay
from palate.agent.chat.state import State
from palate.errors import CatalogueError
from palate.workspace.chat_desk import WorkspaceDesk
from palate.workspace.chat_replays import Replays

TALK = [
    ("user", "a heist film under two hours"), ("assistant", "1. Heat (1995)\n2. Fargo (1996)"),
    ("user", "the second one was great"), ("assistant", "1. Rififi (1955)"),
    ("user", "no horror please"), ("assistant", "Nothing."),
]  # fmt: skip


@pytest.fixture
def films(example):
    with Palate.open(example) as palate:
        yield palate


@pytest.fixture
def read(monkeypatch):
    """What is read of histories, in order."""
    found, true = [], replay.read

    def noting(text, *others):
        found.append(text)
        return true(text, *others)

    monkeypatch.setattr(replay, "read", noting)
    return found


def test_fifty_turns_read_each_turn_once(films, read):
    said = []
    for number in range(50):
        text = f"a film from {1930 + number}"
        reply = films.chat(text, history=said)
        assert reply.chips[-1].text.endswith(str(1930 + number))
        said += [("user", text), ("assistant", reply.text)]
    turns = [text for role, text in said if role == "user"]
    assert read == turns[:-1]


def test_the_state_is_that_of_a_whole_reading(films):
    desk, kept = WorkspaceDesk(films), Replays()
    for end in range(len(TALK) + 1):
        start = State(f"t{end}")
        assert kept.after(TALK[:end], start, desk) == replay.replayed(TALK[:end], start, desk)
    again = kept.after(TALK, State("again", "ada"), desk)
    assert again == replay.replayed(TALK, State("again", "ada"), desk)


@pytest.mark.parametrize(
    ("changed", "anew"),
    [
        (TALK, []),
        ([*TALK, ("user", "in colour")], ["in colour"]),
        ([*TALK[:4], ("user", "no war")], ["no war"]),
        ([TALK[0], ("assistant", "1. Fargo (1996)\n2. Heat (1995)"), *TALK[2:]],
         [TALK[2][1], TALK[4][1]]),
        ([("user", "a comedy"), *TALK[1:]], ["a comedy", TALK[2][1], TALK[4][1]]),
        ([("assistant", TALK[0][1]), *TALK[1:]], [TALK[2][1], TALK[4][1]]),
    ],
)  # fmt: skip
def test_what_was_changed_is_read_anew(films, read, changed, anew):
    desk, kept = WorkspaceDesk(films), Replays()
    for end in range(len(TALK) + 1):
        kept.after(TALK[:end], State("x"), desk)
    read.clear()
    state = kept.after(changed, State("x"), desk)
    assert read == anew
    assert state == replay.replayed(changed, State("x"), desk)


def test_one_persons_history_is_not_found_by_another(films, read):
    desk, kept = WorkspaceDesk(films), Replays()
    for user in ("ada", "ben", None):
        kept.after(TALK[:2], State("x", user), desk)
    assert read == [TALK[0][1]] * 3
    kept.after(TALK[:2], replace(State("x", "ada"), language="zh"), desk)
    assert len(read) == 4, "another beginning is another history"


def test_few_are_kept(films, read):
    desk, kept = WorkspaceDesk(films), Replays(most=2)
    for text in ("a comedy", "a western", "a musical", "a western", "a comedy"):
        kept.after([("user", text)], State("x"), desk)
    assert read == ["a comedy", "a western", "a musical", "a comedy"]


def test_new_items_are_read_for(films, read):
    said = [("user", "I loved Zanzibar Nights"), ("assistant", "ok")]
    assert not films.chat("more", history=said).titles
    before = films.replays
    films.put_items([Item("z", "Zanzibar Nights", "a film")])
    assert films.replays is not before
    desk = WorkspaceDesk(films)
    assert [one.item for one in films.replays.after(said, State("x"), desk).named] == ["z"]


def test_nothing_is_left_of_who_is_erased(films, read):
    said = [("user", "a comedy"), ("assistant", "ok")]
    films.chat("more", history=said, user="ada")
    films.forget("ada")
    read.clear()
    films.chat("more", history=said, user="ada")
    assert read == ["a comedy"]


def test_who_is_erased_meanwhile_leaves_nothing(films, monkeypatch, read):
    desk, kept, true = WorkspaceDesk(films), Replays(), replay.hear

    def erasing(*given):
        kept.clear()
        return true(*given)

    monkeypatch.setattr(replay, "hear", erasing)
    kept.after([("user", "a comedy")], State("x", "ada"), desk)
    monkeypatch.setattr(replay, "hear", true)
    kept.after([("user", "a comedy")], State("x", "ada"), desk)
    assert read == ["a comedy"] * 2


def test_what_was_too_long_to_be_answered_is_not_read_later(films, read):
    long = "no horror " * 401
    said = [("user", long), ("assistant", "x" * 9000), ("user", "a comedy"), ("assistant", "ok")]
    assert [chip.text for chip in films.chat("more", history=said).chips] == ["comedy"]
    assert read == ["a comedy"]


def test_more_than_can_be_read_for_one_answer_is_refused(films, read):
    said = [("user", "a comedy " * 400), ("assistant", "ok")] * 28
    with pytest.raises(CatalogueError, match=r"100,000 are read: begin a new conversation\."):
        films.chat("more", history=said)
    assert not read


def test_of_a_long_talk_only_the_newest_turns_are_read(films, monkeypatch):
    talk, read, true = films.chat("a comedy").conversation, [], films.store.turns

    def noting(*given):
        read.append(true(*given))
        return read[-1]

    monkeypatch.setattr(films.store, "turns", noting)
    for number in range(65):
        films.chat(f"from {1930 + number}", conversation=talk)
    assert max(map(len, read)) == 60
    assert [one["said"] for one in read[-1]] == [f"from {1930 + n}" for n in range(4, 64)]
    assert len(films.chat_state(talk).turns) == 66
