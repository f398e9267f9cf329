"""Forgetting leaves no byte; and nobody else can read what there is."""

import os
import signal
import stat

import pytest

from palate import Event, Palate, User
from palate.errors import UnknownUser
from palate.workspace.rejects import forget_in_rejects

WHO = "zq-Persephone-7731"
NAME = "Persephone Featherstonehaugh"
WISH = "an unmistakable xylophone murder in Reykjavik"
REVIEW = "what a spellbinding quokka documentary"
ASKED = "something with a bassoon in Ouagadougou"
SECRETS = (WHO, NAME, "xylophone", "quokka", "bassoon", "Featherstonehaugh")


@pytest.fixture
def opened(small):
    with Palate.open(small) as palate:
        yield palate


def live(palate):
    """Everything that a person can leave behind in a workspace."""
    palate.ingest_users([User(WHO, NAME, "en", {"street": "Featherstonehaugh Lane"})])
    palate.ingest_events([Event(WHO, "i7", "like", text=REVIEW)])
    palate.wish(WHO, WISH)
    gone = palate.wish(WHO, "another xylophone wish, taken back")
    palate.unwish(WHO, gone)
    for _ in range(3):
        slate = palate.recommend(WHO, text=ASKED, scene=WISH, n=3)
    palate.feedback(
        WHO, slate[0].item.id, "dismiss", recommendation=slate.id, scene=WISH, text=REVIEW
    )


def reject(palate, folder):
    """A file whose refused rows name people."""
    path = folder / "log.csv"
    path.write_text(
        "user,item,action\n"
        f"{WHO},no such film,like\n"
        "someone-else,no such film either,like\n"
        "u3,i7,like\n"
        f"u3,{WHO} is no film,like\n",
        encoding="utf-8",
    )
    palate.ingest_events(path)


def test_no_byte_of_a_person_is_left(small, tmp_path, bytes_of):
    with Palate.open(small) as palate:
        live(palate)
        reject(palate, tmp_path)
        palate.fit()  # indexes, statistics and weights know of people only by numbers
        assert bytes_of(small / "data" / "index", *SECRETS) == []
        assert {needle for _, needle in bytes_of(small, *SECRETS)} == set(SECRETS)
        gone = palate.forget(WHO)
        assert gone.known
        assert (gone.events, gone.wishes, gone.traces) == (2, 1, 3)
        assert bytes_of(small, *SECRETS) == [], "while the workspace is still open"
        with pytest.raises(UnknownUser):
            palate.recommend(WHO)
        assert len(palate.recommend("u3", n=3)) == 3
    assert bytes_of(small, *SECRETS) == []
    assert bytes_of(small, "someone-else"), "others stay"


def test_no_byte_is_left_after_a_crash_either(small, python, bytes_of):
    process = python(
        "import sys; from palate import Palate\n"
        "palate = Palate.open(sys.argv[1])\n"
        f"palate.wish({WHO!r}, {WISH!r})\n"
        f"slate = palate.recommend({WHO!r}, text={ASKED!r}, n=3)\n"
        f"palate.feedback({WHO!r}, slate[0].item.id, 'like', text={REVIEW!r})\n"
        "print('done', flush=True); sys.stdin.read()",
        small,
    )
    assert process.stdout.readline() == "done\n", process.stderr.read()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert {name for name, _ in bytes_of(small, WHO)} >= {"palate.db-wal"}
    with Palate.open(small) as palate:
        palate.forget(WHO)
    assert bytes_of(small, *SECRETS) == []


def test_somebody_known_from_refused_rows_only(opened, tmp_path, bytes_of):
    reject(opened, tmp_path)
    opened.forget(WHO)
    assert bytes_of(opened.folder.root, WHO) == []
    with pytest.raises(UnknownUser):
        opened.forget(WHO)


def test_nobody_is_no_one_to_forget(opened):
    before = (opened.store.user_count, opened.store.event_count)
    with pytest.raises(UnknownUser):
        opened.forget("nobody")
    assert (opened.store.user_count, opened.store.event_count) == before


def test_who_comes_back_is_a_stranger(opened):
    live(opened)
    opened.forget(WHO)
    opened.wish(WHO, "comedies")
    profile = opened.profile(WHO).profile
    assert (profile.history, profile.hidden, len(profile.wishes)) == ((), frozenset(), 1)


def test_refused_rows_of_others_are_kept(tmp_path):
    path = tmp_path / "log.csv.events.jsonl"
    path.write_text(
        '{"line": 7, "reason": "no such item", "row": {"user": "7", "item": "x"}}\n'
        '{"line": 7, "reason": "no such item", "row": {"user": "77", "item": "x7"}}\n'
        '{"line": 9, "reason": "no such item", "row": {"user": 7, "item": "x"}}\n'
        '{"line": 9, "reason": "torn", "row": {"text": "7;x"}}\n'
    )
    assert forget_in_rejects(tmp_path, "7") == 3
    assert path.read_text().count("\n") == 1
    assert '"77"' in path.read_text()
    assert forget_in_rejects(tmp_path, "77") == 1
    assert not path.exists()
    assert forget_in_rejects(tmp_path / "nowhere", "7") == 0


def modes(folder):
    """Everything below a folder, itself included, that others have any right to."""
    return [
        (str(path.relative_to(folder)), oct(stat.S_IMODE(path.stat().st_mode)))
        for path in (folder, *folder.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    ]


def test_nobody_else_can_read_anything(tmp_path):
    before = os.umask(0)
    try:
        with Palate.init(tmp_path / "shop") as palate:
            palate.ingest_items([palate_item(n) for n in range(12)])
            source = tmp_path / "log.csv"
            source.write_text("user,item\nann,1\nann,2\nbob,nothing\n")
            palate.ingest_events(source)
            palate.fit()
            palate.recommend("ann")
            palate.feedback("ann", "3", "like")
            assert palate.index.vectors.count() == 12
            assert palate.folder.store.with_name("palate.db-wal").exists()
            assert list(palate.folder.rejects.iterdir())
            assert modes(tmp_path / "shop") == [], "while it is open"
            palate.forget("bob")
            palate.ingest_items([palate_item(20)])
            palate.fit()
        assert modes(tmp_path / "shop") == []
    finally:
        os.umask(before)


def palate_item(number):
    from palate import Item

    return Item(str(number), f"Thing {number}", f"It is number {number}.")
