"""Nothing acknowledged is lost by kill -9, and nothing forgotten is left in any file."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from palate.domain import Action, Event, Item, User, Wish
from palate.errors import PrerequisiteError
from palate.retrieval import dialect, schema
from palate.retrieval.store import Forgotten, Store, Trace

_CHILD = """
import sys
from palate.domain import Action, Event
from palate.retrieval.store import Store
store = Store.open(sys.argv[1])
for n in range(1_000_000):
    store.add_events([Event("u", "a", Action.VIEW, key=str(2 * n)),
                      Event("u", "a", Action.VIEW, key=str(2 * n + 1))])
    print(n, flush=True)
"""

IN_FILES = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def test_kill_9_loses_nothing_acknowledged(tmp_path):
    path = tmp_path / "s.db"
    with Store.open(path) as store:
        store.upsert_items([Item("a", "A")])
    for _ in range(2):
        with Store.open(path) as store:
            before = store.event_count
        child = subprocess.Popen([sys.executable, "-c", _CHILD, path], stdout=subprocess.PIPE)
        assert child.stdout is not None
        for _ in range(25 + before):  # the second child repeats keys of the first
            last = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        acknowledged = [last, *map(int, child.stdout.read().split())][-1] + 1
        child.stdout.close()
        child.wait()
        with Store.open(path) as store:
            stored = store.event_count
            assert stored >= 2 * acknowledged
            assert stored % 2 == 0, "half of a commit"
            assert store.add_events([Event("u", "a", Action.VIEW, key="0")]) == 0


ME = "marguerite-dubois-7731"
WORDS = ("zanzibar", "quokka", "xylophone", "Wolkenkuckucksheim", "petrichor", "sesquipedalian")


def _event(n):
    who = ME if n % 3 else f"other{n % 7}"
    text = WORDS[2] * 40 if who == ME else "plain"
    return Event(who, f"i{n % 50}", Action.RATE, 4.0, None, WORDS[3], text, f"{who}{n}")


@pytest.fixture
def known(store):
    """A store in which one person has left words everywhere, and others have left theirs."""
    store.upsert_items(Item(f"i{n}", f"Title {n}") for n in range(50))
    store.upsert_users([User(ME, WORDS[0], "en", {"town": WORDS[1]})])
    for start in range(0, 300, 30):
        store.add_events(_event(n) for n in range(start, start + 30))
    store.add_wish(Wish(ME, WORDS[4]))
    store.add_wish(Wish("other1", "a quiet film"))
    with store.transaction():
        for n in range(40):
            payload = {"user": ME, "text": WORDS[5] * n}
            store.save_trace(Trace(f"t{n}", ME, datetime.now(UTC), payload))
    return store


def _bytes_of(folder):
    files = sorted(folder.iterdir())
    return {file.name: file.read_bytes() for file in files}


@IN_FILES
def test_forget_leaves_no_byte_in_any_file(known, tmp_path):
    folder = tmp_path / "data"
    assert any(ME.encode() in data for data in _bytes_of(folder).values())
    others = known.user_events("other1")
    forgotten = known.forget(ME)
    assert forgotten == Forgotten(True, events=200, wishes=1, traces=40)
    words = [word for word in WORDS if word != WORDS[3]]  # the scene is also others'
    for name, data in _bytes_of(folder).items():
        for secret in (ME, *words):
            assert secret.encode() not in data, f"{secret} is still in {name}"
    assert known.user(ME) is None
    assert known.user_events("other1") == others
    assert len(known.wishes("other1")) == 1
    assert known.forget(ME) == Forgotten(False, 0, 0, 0)


@IN_FILES
def test_forget_while_others_read(known, tmp_path):
    known.all_items().__next__()  # a half-read stream must not keep old pages alive
    other = Store.open(tmp_path / "data" / "store.db")
    assert other.user(ME)
    known.forget(ME)
    assert all(ME.encode() not in data for data in _bytes_of(tmp_path / "data").values())
    other.close()


@IN_FILES
def test_forget_says_when_a_reader_is_in_the_way(known, tmp_path, monkeypatch):
    monkeypatch.setattr(dialect, "_SCRUB_SECONDS", 0.1)
    other = Store.open(tmp_path / "data" / "store.db")
    with other._reading() as connection:
        connection.exec_driver_sql("SELECT * FROM events LIMIT 1").all()
        with pytest.raises(PrerequisiteError, match="forget the person once more"):
            known.forget(ME)
    other.close()
    assert known.user(ME) is None
    known.forget(ME)
    assert all(ME.encode() not in data for data in _bytes_of(tmp_path / "data").values())


def test_the_tables_can_be_made_in_postgresql():
    for table in schema.metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=postgresql.dialect()))
        assert "CREATE TABLE" in text
