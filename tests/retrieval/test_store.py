"""The store: what goes in comes out, once, in order, privately."""

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palate.domain import Action, Event, Item, User, Wish
from palate.errors import CatalogueError, PrerequisiteError, UnknownItem
from palate.retrieval.schema import ACTION_CODES, ACTIONS
from palate.retrieval.store import Store, Trace

T0 = datetime(2024, 1, 1, tzinfo=UTC)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
FILM = Item(
    "a",
    "爱 🎬 \u200fسينما",
    "text",
    ("drama", "科幻"),
    {"year": 1994, "cast": ("A", "B"), "x": 1.5},
)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


@pytest.fixture
def filled(store):
    store.upsert_items(Item(name, name.upper()) for name in "abcd")
    return store


class TestItems:
    def test_comes_back_as_it_went_in(self, store):
        assert store.upsert_items([FILM]) == 1
        assert store.item("a") == FILM
        assert isinstance(store.item("a").fields["cast"], tuple)

    def test_unknown_item_says_what_to_do(self, store):
        with pytest.raises(UnknownItem, match="palate ingest items"):
            store.item("nope")

    def test_items_keep_the_order_asked_for_and_leave_out_unknown_ones(self, filled):
        assert list(filled.items(["d", "x", "a", "d"])) == ["d", "a"]

    def test_more_ids_than_one_query_takes(self, store):
        store.upsert_items(Item(f"{n:04}", "t") for n in range(1234))
        assert len(store.items([f"{n:04}" for n in range(1234)])) == 1234
        assert [item.id for item in store.all_items()] == [f"{n:04}" for n in range(1234)]

    def test_the_last_of_equal_ids_wins(self, store):
        store.upsert_items([Item("a", "old"), Item("a", "new")])
        assert store.item("a").title == "new"
        assert store.item_count == 1

    def test_unchanged_items_do_not_move_the_version(self, filled):
        before = filled.item_changes(0).version
        assert filled.upsert_items([Item("a", "A")]) == 0
        assert filled.item_changes(0).version == before

    def test_changes_since_a_version(self, filled):
        seen = filled.item_changes(0)
        assert set(seen.upserted) == set("abcd")
        filled.upsert_items([Item("a", "changed"), Item("e", "new")])
        assert filled.delete_items(["b", "nope", "b"]) == 1
        changes = filled.item_changes(seen.version)
        assert set(changes.upserted) == {"a", "e"}
        assert changes.deleted == ("b",)
        assert changes.version > seen.version
        assert filled.item_changes(changes.version).upserted == ()

    def test_a_deleted_item_can_return(self, filled):
        filled.add_events([Event("u", "b", Action.VIEW)])
        filled.delete_items(["b"])
        assert filled.item_count == 3
        assert "b" not in filled.items(["b"])
        assert len(filled.event_arrays()) == 0
        version = filled.event_version
        assert filled.put_items([Item("b", "B")]).new == 1
        assert filled.event_version > version
        assert len(filled.event_arrays()) == 1

    @pytest.mark.parametrize("bad", ["", "  ", "\ud800", "a\0b"])
    def test_ids_that_cannot_be_kept(self, store, bad):
        with pytest.raises(CatalogueError):
            store.upsert_items([Item("fine", "t"), Item(bad, "t")])
        assert store.item_count == 0

    def test_texts_that_cannot_be_kept(self, store):
        with pytest.raises(CatalogueError, match="NUL character"):
            store.upsert_items([Item("fine", "nothing\0more")])
        assert store.item_count == 0

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.builds(
            Item,
            st.text(CHARACTERS, min_size=1).filter(str.strip),
            st.text(CHARACTERS),
            tags=st.tuples(st.text(CHARACTERS)),
            fields=st.dictionaries(
                st.text("abc", min_size=1),
                st.integers() | st.booleans() | st.text("é汉", max_size=3),
            ),
        )
    )
    def test_any_item_comes_back(self, store, item):
        store.upsert_items([item])
        assert store.item(item.id) == item


class TestEvents:
    def test_come_back_oldest_first_whatever_the_order_of_arrival(self, filled):
        filled.add_events(
            [
                Event("u", "b", Action.RATE, 4.5, at(2), "evening", "good", None, "slate-1"),
                Event("u", "a", Action.VIEW, None, at(1)),
            ]
        )
        old, new = filled.user_events("u")
        assert (old.item, new.item) == ("a", "b")
        assert new == Event("u", "b", Action.RATE, 4.5, at(2), "evening", "good", None, "slate-1")

    def test_without_times_the_order_of_arrival_counts(self, filled):
        filled.add_events([Event("u", name, Action.VIEW) for name in "cab"])
        filled.add_events([Event("u", "d", Action.VIEW)])
        assert [event.item for event in filled.user_events("u")] == ["c", "a", "b", "d"]
        assert [event.item for event in filled.user_events("u", limit=2)] == ["b", "d"]
        assert all(event.at is None for event in filled.user_events("u"))

    def test_feedback_without_a_time_is_the_newest(self, filled):
        filled.add_events([Event("u", "a", Action.VIEW)])
        filled.add_events([Event("u", "b", Action.VIEW, at=at(0))])
        assert [event.item for event in filled.user_events("u")] == ["b", "a"]

    def test_the_same_key_is_the_same_event(self, filled):
        event = Event("u", "a", Action.VIEW, key="k1")
        assert filled.add_events([event, event]) == 1
        assert filled.add_events([event]) == 0
        assert filled.add_events([Event("u", "a", Action.VIEW, key="k2")]) == 1

    def test_the_same_timed_event_is_the_same_without_a_key(self, filled):
        event = Event("u", "a", Action.RATE, 4.0, at(0))
        assert filled.add_events([event, event]) == 1
        assert filled.add_events([Event("u", "a", Action.RATE, 5.0, at(0))]) == 1

    def test_what_happens_again_now_is_another_event(self, filled):
        assert filled.add_events([Event("u", "a", Action.VIEW)] * 2) == 2

    @pytest.mark.parametrize(("user", "item"), [("\ud800", "a"), ("u", "\ud800"), ("", "a")])
    def test_ids_that_cannot_be(self, filled, user, item):
        with pytest.raises(CatalogueError):
            filled.add_events([Event(user, item, Action.VIEW)])
        assert (filled.event_count, filled.user_count) == (0, 0)

    def test_asking_for_what_cannot_be(self, filled):
        for ask in (filled.user, filled.item, filled.user_events, filled.wishes, filled.forget):
            with pytest.raises(CatalogueError, match="not valid Unicode"):
                ask("\udcff")

    def test_an_unknown_item_leaves_nothing_behind(self, filled):
        with pytest.raises(UnknownItem, match="nope"):
            filled.add_events([Event("new", "a", Action.VIEW), Event("new", "nope", Action.VIEW)])
        assert (filled.event_count, filled.user_count) == (0, 0)

    def test_a_naive_time_is_utc(self, filled):
        filled.add_events([Event("u", "a", Action.VIEW, at=datetime(2024, 1, 1))])
        assert filled.user_events("u")[0].at == T0

    def test_microseconds_survive(self, filled):
        moment = T0.replace(microsecond=123_457)
        filled.add_events([Event("u", "a", Action.VIEW, at=moment)])
        assert filled.user_events("u")[0].at == moment

    def test_the_version_grows_with_each_event(self, filled):
        before = filled.event_version
        filled.add_events([Event("u", "a", Action.VIEW)] * 3)
        assert filled.event_version == before + 3
        filled.forget("u")
        assert filled.event_version > before + 3

    def test_arrays_are_sorted_by_user_and_time(self, filled):
        filled.add_events(
            [
                Event("v", "a", Action.VIEW),
                Event("u", "b", Action.RATE, 3.0, at(5)),
                Event("u", "a", Action.LIKE, None, at(1)),
                Event("v", "c", Action.SKIP),
            ]
        )
        got = filled.event_arrays()
        assert [got.users[code] for code in got.user] == ["v", "v", "u", "u"]
        assert [got.items[code] for code in got.item] == ["a", "c", "a", "b"]
        assert [ACTIONS[code] for code in got.action] == ["view", "skip", "like", "rate"]
        assert np.array_equal(
            got.value, np.array([np.nan, np.nan, np.nan, 3], "f4"), equal_nan=True
        )
        assert np.isnan(got.at[:2]).all()
        assert got.at[3] == at(5).timestamp()
        assert got.seq.tolist() == [1, 4, 3, 2]
        kinds = [got.user, got.item, got.action, got.value, got.at, got.seq]
        assert [str(a.dtype) for a in kinds] == "int32 int32 int8 float32 float64 int64".split()
        assert got.take(got.user == 0).seq.tolist() == [1, 4]

    def test_arrays_of_nothing(self, store):
        assert len(store.event_arrays()) == 0

    def test_every_action_has_a_number(self):
        assert set(ACTION_CODES) == set(Action)
        assert [ACTION_CODES[action] for action in ACTIONS] == list(range(len(Action)))


class TestPeople:
    def test_events_and_wishes_create_people(self, filled):
        filled.add_events([Event("u", "a", Action.VIEW)])
        filled.add_wish(Wish("v", "slow films"))
        assert [user.id for user in filled.users()] == ["u", "v"]
        assert filled.user("w") is None

    def test_upsert(self, store):
        ada = User("u", "Ada 🦊", "zh-CN", {"age": 36})
        assert store.put_users([ada]) == (1, 0, 0)
        assert store.put_users([ada, User("v")]) == (1, 0, 1)
        assert store.upsert_users([User("u", "Ada")]) == 1
        assert store.user("u") == User("u", "Ada")

    def test_wishes_keep_their_order_and_belong_to_somebody(self, store):
        first = store.add_wish(Wish("u", "slow films", at=T0))
        second = store.add_wish(Wish("u", "horror", likes=False))
        assert store.wishes("u") == [
            Wish("u", "slow films", True, T0, first),
            Wish("u", "horror", False, None, second),
        ]
        assert not store.remove_wish("v", first)
        assert store.remove_wish("u", second)
        assert store.add_wish(Wish("u", "x")) > second
        assert store.wishes("nobody") == []


class TestTraces:
    def test_come_back(self, store):
        trace = Trace("t1", "u", T0, {"order": ["a"], "why": {"名": 1.5}})
        store.save_trace(trace)
        store.save_trace(trace)
        assert store.trace("t1") == trace
        assert store.trace("t2") is None

    def test_old_ones_are_purged(self, store):
        store.save_trace(Trace("old", None, at(0), {}))
        store.save_trace(Trace("new", None, at(10), {}))
        assert store.purge_traces(at(5)) == 1
        assert store.trace("old") is None
        assert store.trace("new") is not None


class TestTransactions:
    def test_all_or_nothing(self, filled):
        with pytest.raises(ZeroDivisionError), filled.transaction():
            filled.upsert_items([Item("new", "t")])
            filled.add_events([Event("u", "new", Action.VIEW)])
            assert filled.item_count == 5
            1 / 0  # noqa: B018
        assert (filled.item_count, filled.event_count, filled.user_count) == (4, 0, 0)

    def test_a_part_that_fails_can_be_caught(self, filled):
        with filled.transaction():
            filled.add_events([Event("u", "a", Action.VIEW)])
            with pytest.raises(UnknownItem):
                filled.add_events([Event("v", "nope", Action.VIEW)])
        assert [user.id for user in filled.users()] == ["u"]

    def test_several_threads(self, filled):
        def work(name):
            for n in range(20):
                filled.add_events([Event(name, "a", Action.VIEW, key=f"{name}{n}")])
                filled.items(["a", "b"])

        threads = [threading.Thread(target=work, args=(f"u{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert filled.event_count == 120
        assert filled.event_version == 120


class TestOpening:
    def test_a_store_is_found_again(self, tmp_path):
        for expected in (0, 1):
            with Store.open(str(tmp_path / "s.db")) as store:
                assert store.item_count == expected
                store.upsert_items([FILM])

    def test_files_are_private(self, tmp_path):
        old = os.umask(0)
        try:
            with Store.open(tmp_path / "new" / "deep" / "s.db") as store:
                store.upsert_items([FILM])
                files = list((tmp_path / "new" / "deep").iterdir())
                assert {file.name for file in files} == {"s.db", "s.db-wal", "s.db-shm"}
                assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
                for folder in (tmp_path / "new", tmp_path / "new" / "deep"):
                    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        finally:
            os.umask(old)

    def test_a_file_that_was_open_to_all_is_closed_to_them(self, tmp_path):
        path = tmp_path / "s.db"
        path.touch(0o644)
        Store.open(path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_something_else_is_not_a_store(self, tmp_path):
        path = tmp_path / "s.db"
        path.write_bytes(b"not a database, but long enough to look like one" * 100)
        with pytest.raises(PrerequisiteError, match=r"not a store.*name another file"):
            Store.open(path)

    def test_a_folder_in_the_way(self, tmp_path):
        with pytest.raises(PrerequisiteError, match="Cannot write the store"):
            Store.open(tmp_path)

    def test_a_store_of_a_newer_palate(self, tmp_path):
        with Store.open(tmp_path / "s.db") as store, store.transaction() as connection:
            connection.exec_driver_sql("UPDATE meta SET number = 99 WHERE name = 'schema'")
        with pytest.raises(PrerequisiteError, match="update Palate"):
            Store.open(tmp_path / "s.db")

    @pytest.mark.parametrize("url", ["mysql://x/y", "nonsense://", "sqlite://", "http//:x"])
    def test_urls_that_are_no_store(self, url, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        if "://" in url:
            with pytest.raises(PrerequisiteError):
                Store.open(url)

    def test_postgres_without_its_driver_names_the_extra(self, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(PrerequisiteError, match=r"palate\[postgres\]"):
            Store.open("postgresql://localhost/palate")

    def test_the_url_of_a_file_works_too(self, tmp_path):
        with Store.open(f"sqlite:///{tmp_path / 's.db'}") as store:
            assert store.upsert_items([FILM]) == 1
        assert Path(tmp_path / "s.db").exists()

    @pytest.mark.parametrize("store", ["sqlite"], indirect=True)
    def test_full_safety_is_on(self, store):
        with store.transaction() as connection:
            got = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "secure_delete")
            }
        assert got == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_the_scale_of_ratings(filled):
    assert filled.rating_scale().high == 5
    filled.add_events([Event("u", "a", Action.RATE, float(n), at(n)) for n in range(11)])
    scale = filled.rating_scale()
    assert (scale.low, scale.high, scale.mean) == (0, 10, 5)
