"""The object that people program against: async, threads, notebooks, results that print."""

import asyncio
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from rich.console import Console

from palate import Palate, Slate
from palate.agent.models.scripted import ScriptedModel
from palate.errors import CatalogueError, UnknownItem, UnknownUser

USERS = ("ada", None)


def ids(slate):
    return [one.item.id for one in slate]


def printed(value, width=80, colour=False):
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour)
    console.print(value)
    return stream.getvalue()


def someone(palate):
    return [user.id for _, user in zip(range(12), palate.store.users(), strict=False)]


# ------------------------------------------------------------------ async, loops, threads


def test_many_at_once_get_what_one_at_a_time_gets(films):
    users = someone(films)
    alone = [ids(films.recommend(user, n=5)) for user in users]

    async def gathered():
        return await asyncio.gather(*(films.arecommend(user, n=5) for user in users))

    assert [ids(slate) for slate in asyncio.run(gathered())] == alone


def test_an_async_workspace_closes_itself(example):
    async def main():
        async with Palate.open(example) as palate:
            return await asyncio.gather(*(palate.arecommend("ada", n=2) for _ in range(8)))

    assert len({tuple(ids(slate)) for slate in asyncio.run(main())}) == 1
    Palate.open(example).close()


def test_it_works_inside_a_running_event_loop(example):
    async def notebook(palate):
        first = palate.recommend("ada", n=3)
        palate.feedback("ada", first[0].item.id, "dismiss")
        return first, palate.recommend("ada", n=3)

    with Palate.open(example) as palate:
        before, after = asyncio.run(notebook(palate))
        assert before[0].item.id not in ids(after)
        palate.use_model(ScriptedModel(lambda _: "B A"))
        before, after = asyncio.run(notebook(palate))
        assert before.model == "scripted"


def test_threads_that_start_together_load_everything_once(example):
    users = ["ada", None] * 4
    gate = threading.Barrier(len(users))
    with Palate.open(example) as palate:

        def ask(user):
            gate.wait()
            return ids(palate.recommend(user, n=5)), palate.store, palate.index

        with ThreadPoolExecutor(len(users)) as pool:
            found = list(pool.map(ask, users))
        assert len({id(store) for _, store, _ in found}) == 1
        assert len({id(index) for _, _, index in found}) == 1
        for user, (answer, _, _) in zip(users, found, strict=True):
            assert answer == ids(palate.recommend(user, n=5))


def test_threads_may_write_while_others_read(shop):
    def work(number):
        user = f"thread-{number}"
        for item in ids(shop.recommend(n=3)):
            shop.feedback(user, item, "like", key=f"{user}-{item}")
        return set(ids(shop.recommend(user, n=60)))

    before = shop.store.event_count
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(8)))
    assert shop.store.event_count == before + 24
    assert not any(set(ids(shop.recommend(n=3))) & answer for answer in found)


# ------------------------------------------------------------------ what is asked


def test_given_candidates_are_all_ranked_and_nothing_else(films):
    seen = films.store.user_events("ada")[0].item
    hidden = next(iter(films.profile("ada").profile.hidden))
    chosen = [seen, hidden, *films.index.items.ids[:40:2]]
    slate = films.recommend("ada", candidates=chosen, n=len(chosen))
    assert sorted(ids(slate)) == sorted(set(chosen))
    assert [one.rank for one in slate] == list(range(1, len(slate) + 1))
    scores = [one.score for one in slate]
    assert scores == sorted(scores, reverse=True)
    again = films.recommend("ada", candidates=chosen[::-1], n=len(chosen))
    assert ids(again) == ids(slate), "the order in which they are given does not count"
    assert len(films.recommend("ada", candidates=chosen, n=3)) == 3
    assert ids(films.recommend("ada", candidates=[seen])) == [seen]
    assert ids(films.recommend("ada", candidates=[])) == []


def test_as_many_as_asked_for(films):
    unseen = 480 - len(films.profile("ada").profile.seen)
    for n in (1, 7, 150, 300):
        assert len(films.recommend("ada", n=n)) == min(n, unseen)
    assert len(films.recommend("ada", n=10_000)) == unseen


def test_no_recommendation_comes_twice(films):
    for user in USERS:
        found = ids(films.recommend(user, n=480))
        assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        ({"user": "nobody"}, UnknownUser, "'nobody'"),
        ({"user": ""}, UnknownUser, "''"),
        ({"history": ["toy-story-1995", "no such"]}, UnknownItem, "'no such'"),
        ({"history": "toy-story-1995"}, CatalogueError, "list of item ids"),
        ({"candidates": ["no such"]}, UnknownItem, "'no such'"),
        ({"candidates": "toy-story-1995"}, CatalogueError, "list of item ids"),
        ({"n": 0}, CatalogueError, "at least 1"),
        ({"n": -3}, CatalogueError, "at least 1"),
        ({"rank_by": "magic"}, CatalogueError, "prior, model, fused"),
        ({"user": "half \ud800"}, CatalogueError, "Unicode"),
        ({"text": "half \ud800"}, CatalogueError, "Unicode"),
        ({"scene": "half \ud800"}, CatalogueError, "Unicode"),
    ],
)
def test_what_cannot_be_asked_is_an_instruction(films, wanted, error, words):
    with pytest.raises(error, match=words) as caught:
        films.recommend(**wanted)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "🎬", "'\" OR 1=1 --", "NEAR(", "* AND", "قصة"]
)
def test_any_text_is_a_request(films, text):
    assert len(films.recommend("ada", text=text, n=5)) == 5


def test_a_moment_without_a_zone_is_utc(films):
    naive = films.recommend("ada", at=datetime(2020, 1, 1), n=5)
    aware = films.recommend("ada", at=datetime(2020, 1, 1, tzinfo=UTC), n=5)
    assert ids(naive) == ids(aware)


def test_an_unknown_language_falls_back_to_english(films):
    assert films.recommend("ada", language="tlh", n=1)[0].reason.text.isascii()
    assert not films.recommend("ada", language="zh-CN", n=1)[0].reason.text.isascii()


# ------------------------------------------------------------------ what comes back


def test_a_slate_is_a_sequence(films):
    slate = films.recommend("ada", n=5)
    assert isinstance(slate, Slate)
    assert len(slate) == 5
    assert slate[0].rank == 1
    assert slate[-1].rank == 5
    assert [one.rank for one in slate[1:3]] == [2, 3]


@pytest.mark.parametrize("user", USERS)
def test_results_are_json(films, user):
    slate = films.recommend(user, text="a heist", constraints=["year >= 1950"], n=5)
    data = json.loads(json.dumps(slate.to_dict()))
    assert [one["item"]["id"] for one in data["recommendations"]] == ids(slate)
    assert data["id"] == slate.id
    assert data["ranked_by"] == "prior"


def test_a_profile_is_json(shop):
    shop.wish("ada", "something about food")
    shop.feedback("ada", "toy-story-1995", "dismiss")
    card = shop.profile("ada")
    data = json.loads(json.dumps(card.to_dict(), default=str))
    assert data["user"] == "ada"
    assert "toy-story-1995" in data["hidden"]
    assert {entry["title"] for entry in data["history"]} >= {"Toy Story"}
    assert [wish["text"] for wish in data["wishes"]] == ["something about food"]
    assert "something about food" in str(card)


def test_a_field_of_the_catalogue_does_not_hide_the_id(tmp_path):
    from palate import Item

    with Palate.init(tmp_path / "shop") as palate:
        palate.ingest_items([Item("real", "Real", fields={"id": "fake", "title": "Fake"})])
        palate.fit()
        item = palate.recommend().to_dict()["recommendations"][0]["item"]
        assert (item["id"], item["title"]) == ("real", "Real")


def test_strange_titles_print_everywhere(strange):
    slate = strange.recommend("u0", n=8)
    assert len(slate) == 5
    card = strange.profile("u0")
    for value in (slate, card, strange.recommend(n=8)):
        for width in (40, 80, 200):
            text = printed(value, width)
            assert "Traceback" not in text
        assert "\x1b" not in printed(value), "no title commands the terminal"
        assert "\x07" not in printed(value)
        assert "\x1b" not in str(value)
        html = value._repr_html_()
        assert "<script>" not in html
        assert "\x1b" not in html
    shown = str(strange.recommend(n=8)) + str(card)
    assert "[bold red]loud[/nope]" in shown
    assert "花样年华" in shown
    assert "<script>alert('x')</script>" in shown
    html = strange.recommend(n=8)._repr_html_()
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; Co" in html
    assert "[bold red]loud[/nope]" in html


def test_a_title_cannot_open_a_line_of_its_own(strange):
    plain = str(strange.recommend(n=8)).splitlines()
    assert len(plain) == 8 + 1
    assert "\u202e" not in "".join(plain), "nor turn the rest of the line around"


def test_wide_tables_stay_within_the_width(films, strange):
    from rich.cells import cell_len

    for value in (films.recommend("ada", n=10), films.profile("ada"), strange.recommend(n=8)):
        for width in (60, 80):
            assert max(cell_len(line) for line in printed(value, width).splitlines()) <= width


def test_a_slate_says_how_it_was_made(films):
    assert "ranked by the prior; profile: warm" in films.recommend("ada", n=1).how
    assert "prior with fixed weights; profile: no user" in films.recommend(n=1).how


def test_a_prompt_can_be_seen_without_a_model(films):
    prompt = films.render(films.request("ada", text="a heist"))
    assert prompt.tokens.tokens <= films.settings.prompts.budget
    shown = " ".join(message.content for message in prompt.messages)
    assert "ada" not in shown.lower().split()
    assert not set(prompt.labels.values()) & set(shown.split()), "no catalogue id goes out"


def test_ingest_takes_values_and_files_and_reports(tmp_path):
    from palate import Event, Item, User

    with Palate.init(tmp_path / "shop") as palate:
        assert palate.ingest_items([Item("a", "A"), Item("b", "B")]).new == 2
        assert palate.ingest_items(iter([Item("a", "A2"), Item("b", "B")])).changed == 1
        assert palate.ingest_users([User("u", "Ursula")]).new == 1
        assert palate.ingest_events([Event("u", "a", "like", key="1")] * 2).new == 1
        with pytest.raises(UnknownItem):
            palate.ingest_events([Event("u", "a", "like"), Event("u", "z", "like")])
        assert palate.store.event_count == 1
        assert palate.delete_items(["b", "never there"]) == 1
