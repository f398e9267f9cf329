"""Written dialogues: the policy, and a scripted model over a socket, must both keep to them."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
import yaml

from palate import Palate
from palate.agent.chat.reading import read
from palate.agent.chat.state import State
from palate.retrieval.constraints import Checker, parse_constraint

HERE = Path(__file__).parent
DIALOGUES = [
    one for file in sorted((HERE / "dialogues").glob("*.yaml"))
    for one in yaml.safe_load(file.read_text(encoding="utf-8"))
]  # fmt: skip
#: What a turn may hold: what is said, what the scripted model calls, and what must hold then.
KEYS = set(
    "say call chips has lacks meets cards not fresh bounded named linked first second assumed"
    " events wishes known text question".split()
)
#: What the policy alone answers: erasing, orders, abuse, starting over.
OURS = {"forget_me", "no", "order", "hostile", "reset", "profile"}


def _module(name):
    path = HERE.parents[1] / "servers" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ruled(example_once, tmp_path_factory):
    """The example, answered by rules."""
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("ruled") / "films")
    with Palate.open(folder) as palate:
        yield palate


@pytest.fixture(scope="module")
def caller():
    """A scripted model that calls the tools of the dialogues."""
    module = _module("tool_caller")
    calls = {}
    for dialogue in DIALOGUES:
        for turn in dialogue["turns"]:
            call = turn.get("call", ("recommend", {}))
            calls[turn["say"]] = call if isinstance(call, str) else tuple(call)
    with module.ToolCaller(calls) as server:
        yield server


@pytest.fixture(scope="module", params=["tools", "plan"])
def modelled(request, example_once, tmp_path_factory, caller):
    """The example, answered by the scripted model; it chooses tools, the prior ranks."""
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("modelled") / "films")
    flags = {"model__name": "tool-caller", "model__base_url": caller.url}
    flags |= {"chat__agent": request.param, "ranking__rank_by": "prior"}
    with Palate.open(folder, **flags) as palate:
        yield palate


def test_there_are_forty():
    assert len(DIALOGUES) >= 40
    assert len({one["name"] for one in DIALOGUES}) == len(DIALOGUES)


def test_every_expectation_is_read():
    """A misspelt one would hold whatever is said."""
    for dialogue in DIALOGUES:
        assert set(dialogue) <= {"name", "user", "turns", "policy_only"}
        for turn in dialogue["turns"]:
            assert set(turn) <= KEYS, turn
            assert set(turn) & (KEYS - {"say", "call"}), turn


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda one: one["name"])
def test_the_policy_keeps_to_it(ruled, dialogue):
    for turn, reply, before in _played(ruled, dialogue):
        _check(ruled, dialogue, turn, reply, before)
        assert reply.made_by == "policy"
        if "text" in turn:
            assert re.search(turn["text"], reply.text, re.DOTALL), reply.text
        if "question" in turn:
            assert bool(reply.question) == bool(turn["question"]), reply.text


@pytest.mark.parametrize(
    "dialogue", [d for d in DIALOGUES if not d.get("policy_only")], ids=lambda one: one["name"]
)
def test_a_model_that_calls_tools_keeps_to_it(modelled, caller, dialogue):
    for turn, reply, before in _played(modelled, dialogue):
        _check(modelled, dialogue, turn, reply, before)
        assert "did not answer" not in reply.text, "rules never stand in for the model"
        if reply.made_by == "policy":
            said = read(turn["say"], State("t"), modelled.catalogue, modelled.store.items)
            assert said.intent in OURS or dialogue["name"] == "erasing oneself takes a yes"
            assert not reply.usage.calls
        else:
            assert reply.made_by == "tool-caller" and reply.usage.calls
            assert not _stumbled(caller), "every tool took what it was called with"


def _stumbled(caller):
    """Returns what tools said of calls that they could not read, in the last request."""
    told = [str(one["content"]) for one in caller.asked[-1]["messages"]]
    return [one for one in told if "Error invoking tool" in one or "cannot be done" in one]


def _played(palate, dialogue):
    conversation, before = None, None
    for turn in dialogue["turns"]:
        reply = palate.chat(turn["say"], conversation=conversation, user=dialogue.get("user"))
        conversation = reply.conversation
        yield turn, reply, before
        before = reply if reply.cards else before


def _check(palate, dialogue, turn, reply, before):
    cards = [card.item for card in reply.cards]
    _check_chips(turn, reply)
    _check_items(palate, turn, cards, before)
    if turn.get("known") is not False:
        _check_state(palate, turn, reply, before)
    if "user" in dialogue:
        _check_person(palate, turn, dialogue["user"])
    assert all(card.title in reply.text for card in reply.cards)


def _check_chips(turn, reply):
    texts = [chip.text for chip in reply.chips]
    if "chips" in turn:
        assert sorted(texts) == sorted(turn["chips"])
    assert set(turn.get("has", ())) <= set(texts), texts
    assert not set(turn.get("lacks", ())) & set(texts), texts


def _check_items(palate, turn, cards, before):
    items = palate.store.items(cards)
    assert list(items) == cards, "every item exists"
    wanted = turn.get("cards", bool(turn.get("meets")) or "any")
    if wanted != "any":
        assert (
            (len(cards) == wanted)
            if isinstance(wanted, int) and not isinstance(wanted, bool)
            else bool(cards) == wanted
        )
    checker = Checker(tuple(parse_constraint(one) for one in turn.get("meets", ())))
    assert all(checker.holds(item) for item in items.values())
    assert not set(turn.get("not", ())) & set(cards)
    if turn.get("fresh"):
        assert before and not {card.item for card in before.cards} & set(cards)
    if "bounded" in turn:
        _check_bounded(palate, turn["bounded"], items, before)


def _check_bounded(palate, bounded, items, before):
    field, side = bounded
    old = palate.store.items([card.item for card in before.cards]).values()
    values = sorted(item.fields[field] for item in old)
    middle = values[len(values) // 2]
    fresh = [item.fields[field] for item in items.values()]
    assert fresh
    assert all(one < middle if side == "less" else one > values[0] for one in fresh)


def _check_state(palate, turn, reply, before):
    state = palate.chat_state(reply.conversation).state
    named = {one.item: one.feeling for one in state.named}
    assert turn.get("named", {}).items() <= named.items(), named
    if "linked" in turn:
        assert [one.item for one in reply.titles] == turn["linked"]
    for place, word in enumerate(("first", "second")):
        if word in turn:
            assert named[before.cards[place].item] == turn[word]
    if turn.get("assumed"):
        assert reply.assumed
        assert all(one in reply.text for one in reply.assumed)


def _check_person(palate, turn, user):
    if "events" in turn:
        assert [str(event.action) for event in palate.store.user_events(user)] == turn["events"]
    if "wishes" in turn:
        assert [wish.text for wish in palate.store.wishes(user)] == turn["wishes"]
    if "known" in turn:
        assert (palate.store.user(user) is not None) == turn["known"]
