"""Conversations through the SDK: kept, shown, gone on with, and erased."""

import asyncio

import pytest

from palate.agent.chat.events import Cards, Finished, Piece
from palate.errors import CatalogueError, UnknownConversation


def test_a_plain_wish_has_cards_that_exist(films):
    reply = films.chat("a tense heist film", user="newcomer")
    assert 1 <= len(reply.cards) <= 5
    assert films.store.items([card.item for card in reply.cards]).keys() == {
        card.item for card in reply.cards
    }
    assert all(card.title in reply.text for card in reply.cards)
    assert films.trace(reply.recommendation).payload["text"]


def test_events_end_in_the_reply_and_its_text_is_the_pieces(films):
    async def heard():
        return [event async for event in films.achat("something funny for children")]

    events = asyncio.run(heard())
    assert isinstance(events[-1], Finished)
    reply = events[-1].reply
    assert "".join(one.text for one in events if isinstance(one, Piece)) == reply.text
    assert [one.cards for one in events if isinstance(one, Cards)] == [reply.cards]


def test_a_conversation_is_kept_and_its_chips_can_be_dropped(films):
    first = films.chat("a quiet western", user="ann-o")
    films.chat("something with trains", conversation=first.conversation, user="ann-o")
    kept = films.chat_state(first.conversation)
    assert [turn.said for turn in kept.turns] == ["a quiet western", "something with trains"]
    assert kept.turns[0].reply == first
    chip = kept.chips[0]
    assert chip not in films.drop_chip(first.conversation, chip.id).chips
    with pytest.raises(CatalogueError, match="not in force"):
        films.drop_chip(first.conversation, chip.id)


def test_nobody_goes_on_with_somebody_elses_conversation(films):
    reply = films.chat("a quiet western", user="ann-p")
    for other in ("bob-p", None):
        with pytest.raises(UnknownConversation):
            films.chat("more", conversation=reply.conversation, user=other)
    with pytest.raises(UnknownConversation):
        films.chat_state(reply.conversation, user="bob-p")


def test_forgetting_a_conversation_leaves_no_word_of_it(shop, bytes_of):
    reply = shop.chat("zwiebelfisch and kaleidoscopes", user="ann-q")
    assert [one.id for one in shop.conversations("ann-q")] == [reply.conversation]
    shop.forget_conversation(reply.conversation)
    assert shop.conversations("ann-q") == []
    assert bytes_of(shop.folder.data, "zwiebelfisch") == []


def test_forgetting_a_person_reaches_their_conversations(shop, bytes_of):
    shop.chat("zwiebelfisch and kaleidoscopes", user="ann-r-secret")
    shop.folder.typed.write_text("zwiebelfisch and kaleidoscopes\n")
    assert shop.forget("ann-r-secret").conversations == 1
    assert bytes_of(shop.folder.data, "zwiebelfisch", "ann-r-secret") == []


@pytest.mark.parametrize("begun", [False, True])
def test_a_turn_under_way_is_not_kept_of_somebody_who_is_erased(shop, bytes_of, begun):
    first = shop.chat("a comedy", user="ann-r-secret").conversation if begun else None

    async def talk():
        said = shop.achat("zwiebelfisch thriller", conversation=first, user="ann-r-secret")
        async for event in said:
            if isinstance(event, Cards):
                await asyncio.to_thread(shop.forget, "ann-r-secret")

    with pytest.raises(CatalogueError, match="erased meanwhile"):
        asyncio.run(talk())
    assert bytes_of(shop.folder.data, "zwiebelfisch", "ann-r-secret") == []


def test_liking_none_of_what_was_shown_is_no_like(films):
    first = films.chat("a comedy", user="noone")
    films.chat("I liked none of these", conversation=first.conversation, user="noone")
    assert films.store.user_events("noone") == []
    state = films.chat_state(first.conversation).state
    assert state.felt("disliked") == tuple(card.item for card in first.cards)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 5000, "\ud800"])
def test_a_turn_that_cannot_be_read_is_refused(films, text):
    with pytest.raises(CatalogueError):
        films.chat(text)


def test_a_callers_own_history_is_not_kept(films):
    reply = films.chat("and a western", history=[("user", "hello"), ("assistant", "Hello.")])
    with pytest.raises(UnknownConversation):
        films.chat_state(reply.conversation)
