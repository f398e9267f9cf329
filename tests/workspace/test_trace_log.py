"""Traces are written late, and are there whenever somebody looks."""

from datetime import UTC, datetime

import pytest

from palate.errors import PrerequisiteError
from palate.retrieval.store import Store, Trace
from palate.workspace.traces import TraceLog


def trace(number, user="ada"):
    return lambda: Trace(f"r{number}", user, datetime(2024, 1, 1, tzinfo=UTC), {"n": number})


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "palate.db") as opened:
        yield opened


def test_what_was_saved_is_there_after_a_flush(store):
    log = TraceLog(store)
    for number in range(50):
        log.save(trace(number))
    log.flush()
    assert [store.trace(f"r{number}").payload["n"] for number in range(50)] == list(range(50))


def test_they_are_written_without_a_flush_too(store):
    import threading

    TraceLog(store).save(trace(1))
    for thread in threading.enumerate():
        if thread.name == "palate-traces":
            thread.join()
    assert store.trace("r1") is not None


def test_a_trace_that_cannot_be_written_is_told(store, monkeypatch):
    log = TraceLog(store)

    def full(*_):
        raise PrerequisiteError("The store cannot be used (disk full): free some space.")

    monkeypatch.setattr("palate.workspace.traces.save_trace", full)
    log.save(trace(1))
    with pytest.raises(PrerequisiteError, match="disk full"):
        log.flush()
    log.save(trace(1))
    log._write()
    lost = log.save(trace(1))
    assert isinstance(lost, PrerequisiteError)
    with pytest.raises(PrerequisiteError, match="disk full"):
        log.flush()
    monkeypatch.undo()
    assert log.save(trace(2)) is None
    log.flush()
    assert store.trace("r2") is not None
