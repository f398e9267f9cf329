"""The command line in this process: the entry point itself, with what it printed."""

import functools
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from palate import Event, Item, Palate
from palate.cli import main

STRANGE = {
    "rtl": "قصة حب \u202eevil\u202c في القاهرة",
    "emoji": "🎬👨‍👩‍👧 The 🍕 Heist",
    "chinese": "花样年华",
    "html": "<script>alert('x')</script> & Co",
    "markup": "[bold red]loud[/nope] [/] :smile:",
    "escape": "red \x1b[31malert\x1b[0m \x1b]0;owned\x07 bell",
    "long": "Very" * 60 + " Long",
    "line": "two\nlines\tand\rmore",
}


#: Typer makes its tree of commands anew at every start; here one is enough.
_tree = functools.cache(typer.main.get_command)


@pytest.fixture
def palate(capfd, monkeypatch):
    """Runs a command; asserts the exit code, and that there is no traceback."""
    monkeypatch.setattr(typer.main, "get_command", _tree)

    def run(*args, code=0, workspace=None):
        front = ["-w", str(workspace)] if workspace else []
        monkeypatch.setattr(sys, "argv", ["palate", *front, *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        got = caught.value.code or 0
        assert got == code, f"exit code {got}\n{out}\n{err}"
        assert "Traceback" not in err
        if code not in (0, 2, 130):
            assert err.startswith("palate: ") or out, err
        return SimpleNamespace(out=out, err=err)

    return run


@pytest.fixture
def told(palate):
    """Runs a command that must fail; returns its one sentence or two."""

    def run(*args, code, workspace=None):
        done = palate(*args, code=code, workspace=workspace)
        assert done.out == ""
        assert done.err.startswith("palate: ")
        assert done.err.count("\n") == 1
        assert done.err.rstrip().endswith((".", "?")), done.err
        return done.err

    return run


@pytest.fixture(scope="session")
def strange_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strange") / "shop"
    with Palate.init(folder) as palate:
        palate.ingest_items(
            Item(key, title, f"A story about {key}.", ("drama", key), {"year": 1990 + n})
            for n, (key, title) in enumerate(STRANGE.items())
        )
        palate.ingest_events(
            Event(f"u{n}", key, "like") for n in range(5) for key in list(STRANGE)[n : n + 3]
        )
        palate.fit()
    return folder


@pytest.fixture
def strange(strange_once, tmp_path):
    """A small fitted workspace full of strange titles, closed."""
    return Path(shutil.copytree(strange_once, tmp_path / "strange"))


@pytest.fixture
def empty(tmp_path):
    """A workspace without anything in it."""
    Palate.init(tmp_path / "empty").close()
    return tmp_path / "empty"


@pytest.fixture(scope="session")
def evaluated_once(example_once, tmp_path_factory):
    """The example with the snapshot of the newest events of 20 people, which most runs here ask."""
    from palate.eval.runs.config_file import config_from
    from palate.workspace.evaluate import Options, run

    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("evaluated") / "films")
    asked = config_from({"split": {"kind": "last", "users": 20, "candidates": 10}})
    with Palate.open(folder) as opened:
        made, _ = run(opened, asked, Options(), steps=lambda _: None, notify=lambda _: None)
        shutil.rmtree(made.root)
    return folder


@pytest.fixture
def evaluated(evaluated_once, tmp_path):
    """A copy of it of the test's own, closed."""
    return Path(shutil.copytree(evaluated_once, tmp_path / "films"))
