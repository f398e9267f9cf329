"""A disk that is full or read-only, a store that is gone: told as it is, and nothing is lost."""

import os
import resource
import shutil
import subprocess
import time

import pytest
from serving import logged, problem, served, spawned
from sqlalchemy import event

from palate import Palate
from palate.errors import StorageError
from palate.server.problems import refusal_of

LIKE = {"item": "heat-1995", "action": "like"}


class Limited:
    """No file of the server may grow: what a quota, or ``ulimit -f``, does."""

    real = False

    def __init__(self, shop):
        self._pid = shop.pid

    def fill(self):
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))

    def clear(self):
        resource.prlimit(
            self._pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )


class Filled:
    """A real file system of 16 MB, filled to its last byte."""

    real = True

    def __init__(self, shop):
        self._ballast = shop.folder.with_name("ballast")

    def fill(self):
        with self._ballast.open("wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def clear(self):
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MB, where this user may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "palate-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _people(shop):
    return {one["user"] for one in shop.admin.get("/v1/events?user=new").json()["data"]}


def _lives_through(shop, disk):
    """Fills the disk under a running server, and makes room again."""
    ask = shop.admin
    first = {"events": [LIKE | {"user": "new", "key": "first"}]}
    assert ask.post("/v1/feedback", json=first).json()["new"] == 1
    talk = ask.post("/v1/chat", json={"text": "a heist film", "user": "ada"}).json()["conversation"]
    disk.fill()
    rows = [LIKE | {"user": "new", "text": "x" * 5000, "key": f"k{n}"} for n in range(200)]
    items = [{"id": f"n{n}", "title": "New", "text": "x" * 5000} for n in range(200)]
    for path, body in (
        ("/v1/feedback", {"events": rows}),
        ("/v1/items", {"items": items}),
        ("/v1/users/ada/wishes", {"text": "slow films"}),
    ):
        told = problem(ask.post(path, json=body), 507, "storage-full")
        assert "disk is full" in told["detail"]
    streamed = ask.post("/v1/chat", json={"text": "shorter", "conversation": talk, "user": "ada",
                                          "stream": True})  # fmt: skip
    assert '"status": 507' in streamed.text
    # What only reads goes on, and says what it could not keep.
    for _ in range(3):
        answer = ask.post("/v1/recommend", json={"user": "ada", "n": 2})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["recommendations"]) == 2
        time.sleep(0.3)  # traces are written a moment later
    remarks = ask.post("/v1/recommend", json={"user": "ada", "n": 2}).json()["remarks"]
    assert any("could not be kept: The disk is full" in one for one in remarks), remarks
    assert len(ask.get("/v1/events?user=new").json()["data"]) == 1
    assert [one["said"] for one in ask.get(f"/v1/conversations/{talk}").json()["turns"]] == [
        "a heist film"
    ]
    problem(ask.post("/v1/fit"), 507, "storage-full")
    answer = ask.post("/v1/recommend", json={"user": "ada", "n": 2})
    if answer.status_code != 200:
        problem(answer, 507, "storage-full")
        assert not disk.real, "what was fitted still answers"
    disk.clear()
    assert ask.post("/v1/feedback", json={"events": rows}).json()["new"] == 200
    assert ask.post("/v1/fit").status_code == 200
    assert not (shop.folder / "data" / "index" / "draft").exists()
    assert not list((shop.folder / "data").rglob("*.new"))
    if disk.real:  # else the log could not grow either
        assert logged(shop, problem="storage-full", status=507)
    return 201


def test_files_that_may_not_grow(example):
    with spawned(example) as shop:
        kept = _lives_through(shop, Limited(shop))
        shop.process.kill()
        shop.process.wait()
    with Palate.open(example) as palate:
        assert len(palate.store.user_events("new")) == kept


def test_a_disk_that_is_full(example_once, small_disk, tmp_path):
    folder = shutil.copytree(example_once, small_disk / "films")
    with spawned(folder, log=tmp_path / "log") as shop:
        kept = _lives_through(shop, Filled(shop))
        shop.process.kill()
        shop.process.wait()
    with Palate.open(folder) as palate:
        assert len(palate.store.user_events("new")) == kept


def _anew(shop, prepare):
    """Has every new connection to the store prepared so, and closes the old ones."""
    engine = shop.tenants[0].palate.store._engine
    event.listen(engine, "connect", lambda connection, _: prepare(connection))
    engine.dispose()


def test_a_store_that_may_not_be_written(example):
    with served(example) as shop:
        _anew(shop, lambda connection: connection.execute("PRAGMA query_only=ON"))
        answer = shop.admin.post("/v1/feedback", json={"events": [LIKE | {"user": "ada"}]})
        assert "readonly" in problem(answer, 503, "storage")["detail"]
        assert shop.admin.get("/v1/users/ada/profile").status_code == 200


def test_a_store_that_is_damaged(example):
    with served(example) as shop:
        assert shop.admin.get("/readyz").status_code == 200
        store = shop.tenants[0].palate.store
        store._engine.dispose()
        for tail in ("-wal", "-shm"):
            example.joinpath("data", f"palate.db{tail}").unlink(missing_ok=True)
        with (example / "data" / "palate.db").open("r+b") as file:
            file.seek(100)
            file.write(b"\x5a" * 200_000)
        told = problem(shop.admin.get("/v1/users/ada/profile"), 503, "storage")
        assert "damaged" in told["detail"]
        assert shop.admin.get("/readyz").status_code == 503
        assert shop.admin.get("/healthz").status_code == 200


def test_what_an_operating_system_says(tmp_path):
    assert refusal_of(StorageError.of(OSError(28, "No space left on device", "f"))).status == 507
    assert refusal_of(StorageError.of(OSError(122, "Disk quota exceeded", "f"))).status == 507
    for number in (5, 13, 30):
        refused = refusal_of(StorageError.of(OSError(number, os.strerror(number), "f")))
        assert (refused.status, refused.kind) == (503, "storage")
