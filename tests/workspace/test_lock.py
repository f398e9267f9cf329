"""One owner at a time, named; and a workspace that is closed stays closed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from palate import Palate
from palate.errors import PrerequisiteError, WorkspaceInUse

BIN = Path(sys.executable).parent
HOLD = """
import sys
from palate import Palate
with Palate.open(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_whose_the_workspace_is(example, python):
    owner = python(HOLD, example)
    assert owner.stdout.readline() == "open\n"
    done = subprocess.run(
        [BIN / "palate", "-w", example, "recommend", "-u", "ada"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stdout == ""
    assert f"process {owner.pid}" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    owner.communicate("")
    Palate.open(example).close()


def test_a_killed_owner_leaves_no_lock(example, python):
    owner = python(HOLD, example)
    assert owner.stdout.readline() == "open\n"
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    with Palate.open(example) as palate:
        assert len(palate.recommend("ada", n=3)) == 3


def test_the_same_process_cannot_open_it_twice(shop):
    with pytest.raises(WorkspaceInUse, match=f"process {os.getpid()}"):
        Palate.open(shop.folder.root)
    assert len(shop.recommend("ada", n=1)) == 1


def test_what_is_closed_stays_closed(example):
    palate = Palate.open(example)
    palate.recommend("ada", n=1)
    palate.close()
    palate.close()
    with Palate.open(example):  # somebody else has it now
        for use in (
            lambda: palate.recommend("ada"),
            lambda: palate.feedback("ada", "heat-1995", "like"),
            lambda: palate.ingest_items([]),
            palate.fit,
            lambda: palate.profile("ada"),
            lambda: palate.forget("ada"),
        ):
            with pytest.raises(PrerequisiteError, match="closed"):
                use()


def test_a_failed_start_holds_no_lock(tmp_path):
    with pytest.raises(PrerequisiteError, match="is not a workspace"):
        Palate.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me")
    with pytest.raises(PrerequisiteError, match="not empty"):
        Palate.init(tmp_path / "full")
    with pytest.raises(PrerequisiteError, match="not empty"):
        Palate.init(tmp_path / "full" / "mine.txt")
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep me"


def test_an_example_that_cannot_be_filled_in_holds_no_lock(tmp_path, monkeypatch):
    def fail(*_):
        raise PrerequisiteError("The disk is full.")

    monkeypatch.setattr("palate.workspace.example.fill", fail)
    with pytest.raises(PrerequisiteError, match="full"):
        Palate.init(tmp_path / "shop", example="movies")
    Palate.open(tmp_path / "shop").close()
