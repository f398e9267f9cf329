"""Whatever people type or break: a sentence and an exit code, never a traceback."""

import ctypes
import gzip
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from palate import Palate


@pytest.fixture(scope="module")
def unchanged(strange_once, tmp_path_factory):
    """One workspace for tests whose commands must change nothing in it."""
    return Path(shutil.copytree(strange_once, tmp_path_factory.mktemp("unchanged") / "shop"))


# ------------------------------------------------------------------ unknown things


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["recommend", "-u", "nobody"], 5, "No user has the id 'nobody'"),
        (["recommend", "-u", ""], 5, "No user has the id ''"),
        (["recommend", "-u", "\udcff"], 5, "Unicode"),
        (["recommend", "\udcff"], 5, "Unicode"),
        (["recommend", "--history", "no such film"], 5, "No item has the id 'no such film'"),
        (["recommend", "--where", "nonsense"], 5, "Write it like"),
        (["profile", "show", "nobody"], 5, "No user"),
        (["profile", "forget", "nobody", "--yes"], 5, "No user"),
        (["profile", "wish", "ann", "  "], 5, "needs words"),
        (["profile", "wish", "ann", "\udcff"], 5, "Unicode"),
        (["feedback", "u0", "no such film", "like"], 5, "No item"),
        (["feedback", "u0", "emoji", "adore"], 5, "Use one of"),
        (["feedback", "u0", "emoji", "rate"], 5, "needs its value"),
        (["feedback", "u0", "emoji", "rate", "--value", "nan"], 5, "nan"),
        (["why", "r000000000000"], 1, "No trace"),
        (["prompts", "show", "rank/magic"], 6, "rank/magic"),
        (["prompts", "render", "--template", "rank/magic"], 6, "rank/magic"),
        (["prompts", "render", "-u", "nobody"], 5, "No user"),
        (["eval", "score", "/nowhere/cases.jsonl"], 8, "cases.jsonl"),
        (["recommend", "-u", "u0", "--model", "http://127.0.0.1:9/v1"], 3, "URL#NAME"),
        (["recommend", "-u", "u0", "--model", "ftp://127.0.0.1:9/v1#m"], 3, "http://"),
        (["recommend", "-u", "u0", "--model", "scripted:/nowhere"], 3, "scripted replies"),
        (["ingest", "items", "/nowhere/items.csv"], 5, "items.csv"),
        (["ingest", "items", "/"], 5, ""),
    ],
)
def test_what_is_not_known_is_named(unchanged, told, args, code, words):
    assert words in told(*args, code=code, workspace=unchanged)


@pytest.mark.parametrize(
    "args",
    [
        ["recommend", "-n", "0"], ["recommend", "-n", "many"], ["recommend", "--rank-by", "magic"],
        ["recommend", "--no-such-flag"], ["no-such-command"], ["feedback", "u0"], ["init"],
        ["ingest", "items", "x.csv", "--map", "nonsense"], ["fit", "--rebuild=maybe"],
        ["profile", "unwish", "u0", "one"], ["eval", "score", "x", "--limit", "0"],
    ],
)  # fmt: skip
def test_wrong_usage_is_code_2(unchanged, palate, args):
    assert palate(*args, code=2, workspace=unchanged).err.strip()


# ------------------------------------------------------------------ nothing there yet


def test_an_empty_catalogue(empty, told, palate):
    for command in (["recommend"], ["fit"], ["recommend", "a heist"], ["prompts", "render"]):
        assert "palate ingest items" in told(*command, code=3, workspace=empty)
    assert "palate ingest items" in palate("doctor", code=3, workspace=empty).out


def test_items_but_no_fit(empty, told, palate, tmp_path):
    (tmp_path / "items.csv").write_text("id,title\n1,One\n2,Two\n")
    palate("ingest", "items", tmp_path / "items.csv", workspace=empty)
    assert "palate fit" in told("recommend", code=3, workspace=empty)
    assert "palate fit" in palate("doctor", code=3, workspace=empty).out
    palate("fit", workspace=empty)
    assert "One" in palate("recommend", workspace=empty).out


def test_no_workspace(tmp_path, told, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (["recommend"], ["fit"], ["doctor"], ["profile", "show", "u0"]):
        assert "palate init" in told(*command, code=3)
    (tmp_path / "file").write_text("x")
    assert "not a workspace" in told("recommend", code=3, workspace=tmp_path / "file")
    assert "not empty" in told("init", tmp_path, code=3)
    assert "There is: movies" in told("init", tmp_path / "new", "--example", "books", code=5)
    assert not (tmp_path / "new").exists()


# ------------------------------------------------------------------ files that are no data


PARQUET_LIKE = b"PAR1" + b"\x00" * 64 + b"PAR1"
BAD_FILES = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "header.csv": b"id,title\n",
    "binary.csv": bytes(range(256)) * 40,
    "nul.csv": b"id,title\n\x00\x00\x00,\x00\n" * 5,
    "nothing.csv": b"colour,shape\nred,round\n",
    "quotes.csv": b'id,title\n1,"never closed\n2,x\n',
    "noid.csv": b"id,title\n,\n,\n",
    "torn.jsonl": b'{"id": "1", "title": "One"\n{"id":\n',
    "list.jsonl": b"[1, 2, 3]\n",
    "latin.jsonl": '{"id": "1", "title": "caf\xe9"}\n'.encode("latin-1"),
    "fake.parquet": PARQUET_LIKE,
    "text.parquet": b"not parquet at all\n",
    "cut.csv.gz": gzip.compress(b"id,title\n" + os.urandom(9000).hex().encode())[:2000],
    "fake.csv.gz": b"not gzip at all",
    "deep.jsonl": b'{"id": ' + b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("kind", ["items", "events"])
def test_a_bad_file_leaves_the_store_as_it_was(unchanged, palate, tmp_path, kind, name):
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    before = counts(unchanged)
    try:
        done = palate("ingest", kind, path, code=5, workspace=unchanged)
    except AssertionError as error:  # some may be taken in part, with a report of the rest
        assert "exit code 0" in str(error), error
        assert name in ("quotes.csv", "latin.jsonl", "nul.csv", "binary.csv"), error
        return
    assert done.err.count("\n") == 1
    assert counts(unchanged) == before


def counts(folder):
    with Palate.open(folder) as palate:
        store = palate.store
        return store.item_count, store.user_count, store.event_count


def test_wrong_types_are_reported_row_by_row(strange, palate, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "user,item,rating,timestamp\n"
        "ann,rtl,five,2020-01-01\nann,emoji,4,yesterday\nann,chinese,4,1e99\n"
        "ann,html,inf,\nann,,4,\n,rtl,4,\nann,rtl,4,2020-01-01T10:00:00Z\n"
    )
    out = palate("ingest", "events", path, "--json", workspace=strange).out
    report = json.loads(out)
    assert report["rows"] == 7
    assert report["stored"] + sum(report["rejected"].values()) + report["duplicates"] == 7
    assert report["new"] >= 1
    rejects = Path(report["rejects"]).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in rejects.splitlines()]
    assert len(lines) == sum(report["rejected"].values())
    assert all(line["reason"] and line["line"] > 1 for line in lines)


# ------------------------------------------------------------------ broken workspaces


def test_an_index_that_is_gone_or_cut(strange, told, palate):
    index = strange / "data" / "index"
    (vectors,) = index.glob("g1/items-*/vectors.npy")
    vectors.write_bytes(vectors.read_bytes()[:200])
    assert palate("recommend", "-u", "u1", workspace=strange).out
    shutil.rmtree(index)
    assert "palate fit" in told("recommend", "-u", "u1", code=3, workspace=strange)
    assert "palate fit" in palate("doctor", code=3, workspace=strange).out
    palate("fit", workspace=strange)
    assert palate("recommend", "-u", "u1", workspace=strange).out


def test_a_store_that_is_garbage(strange, told, palate):
    (strange / "data" / "palate.db").write_bytes(b"garbage " * 2000)
    for command in (["recommend"], ["fit"], ["profile", "show", "u1"], ["why", "r1"]):
        assert "not a store" in told(*command, code=3, workspace=strange)
    out = palate("doctor", code=3, workspace=strange).out
    assert "not a store" in " ".join(out.split())
    assert "retrieval.pool" in out


def test_settings_that_are_wrong(strange, told):
    toml = strange / "palate.toml"
    for text, words in (
        ("[model\n", "not valid TOML"),
        ('[model]\nnmae = "x"\n', "Did you mean 'model.name'"),
        ("[retrieval]\npool = 1\n", "retrieval.pool"),
    ):
        toml.write_text(text)
        for command in (["recommend"], ["doctor"], ["fit"]):
            assert words in told(*command, code=3, workspace=strange)


def test_another_embedder_after_the_fit(strange, told):
    (strange / "palate.toml").write_text(
        '[embedder]\nprovider = "openai"\nmodel = "e"\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    for command in (["recommend", "-u", "u1"], ["fit"]):
        assert "--rebuild" in told(*command, code=3, workspace=strange)


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [
        ('[ranking]\nranker = "magic"\n', 3, "No ranker 'magic'"),
        ('[prompts]\nrank = "rank/magic"\n', 6, "rank/magic"),
        ('[prompts]\ntokenizer = "magic"\n', 6, "prompts.tokenizer"),
    ],
)
def test_a_ranker_or_template_that_is_none(strange, palate, tmp_path, setting, code, words):
    (strange / "palate.toml").write_text(setting)
    (tmp_path / "replies.jsonl").write_text('"B A"\n')
    model = ["--model", f"scripted:{tmp_path / 'replies.jsonl'}"]
    done = palate("recommend", "-u", "u1", *model, code=code, workspace=strange)
    assert words in done.err
    assert palate("recommend", "-u", "u1", workspace=strange).out, "without a model it is idle"
    assert words in " ".join(palate("doctor", code=3, workspace=strange).out.split())


def test_a_template_of_ones_own_that_is_broken(strange, palate):
    (strange / "prompts" / "rank").mkdir()
    (strange / "prompts" / "rank" / "mine.md.j2").write_text("{{ no header")
    for command in (["recommend"], ["prompts", "check"], ["prompts", "list"]):
        assert "mine" in palate(*command, code=6, workspace=strange).err


# ------------------------------------------------------------------ models


def test_a_model_that_nobody_serves(strange, palate):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
    (strange / "palate.toml").write_text("[model]\nretries = 0\n")
    args = ["recommend", "-u", "u0", "-n", 3, "--model", f"{url}#m"]
    out = " ".join(palate(*args, workspace=strange).out.split())
    assert "ranked by the prior" in out
    assert "The model did not decide:" in out
    data = json.loads(palate(*args, "--json", workspace=strange).out)
    assert (data["ranked_by"], data["asked"], data["model"]) == ("prior", "fused", None)
    assert data["cause"]
    assert len(data["recommendations"]) == 3


# ------------------------------------------------------------------ scripts, sizes, terminals


WORDS = ["🎬🍕", "قصة حب", "花样", "A" * 3000, "'; DROP TABLE items; --", "-"]


@pytest.mark.parametrize("text", WORDS)
def test_any_words_are_a_request(unchanged, palate, text):
    out = palate("recommend", "-u", "u0", "--json", "--", text, workspace=unchanged).out
    assert json.loads(out)["recommendations"]


def test_ten_megabytes_of_request(strange, palate, told):
    out = palate("recommend", "heist " * 1_750_000, "--json", workspace=strange).out
    data = json.loads(out)
    assert len(out) < 100_000
    assert data["recommendations"]
    assert "10,500,000" in told(
        "profile", "wish", "ann", "heist " * 1_750_000, code=5, workspace=strange
    )
    palate("profile", "wish", "ann", "heist " * 600, workspace=strange)
    assert len(palate("profile", "show", "ann", workspace=strange).out) < 1000
    assert palate("recommend", "-u", "ann", workspace=strange).out


def test_strange_titles_in_tables(strange, palate, monkeypatch):
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "80")
    out = palate("recommend", workspace=strange).out
    data = json.loads(palate("recommend", "--json", workspace=strange).out)
    why = palate("why", data["id"], workspace=strange).out
    show = palate("profile", "show", "u4", workspace=strange).out
    said = palate("feedback", "u4", "markup", "like", workspace=strange).out
    prompt = palate("prompts", "render", "-u", "u4", workspace=strange).out
    for text in (out, why, show, prompt):
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(text)
        assert max(map(cell_len, text.splitlines())) <= 80
    assert "[bold red]loud[/nope] [/] :smile:" in " ".join(out.split())
    assert said == "Recorded: u4 like [bold red]loud[/nope] [/] :smile:.\n"
    assert "花样年华" in out
    assert {one["item"]["title"] for one in data["recommendations"]} >= {"花样年华"}


def test_a_terminal_that_knows_no_emoji(strange, palate, monkeypatch):
    for flag in ([], ["--json"]):
        terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        monkeypatch.setattr(sys, "stdout", terminal)
        palate("recommend", *flag, workspace=strange)
        terminal.flush()
        printed = terminal.buffer.getvalue().decode("ascii")
    titles = {one["item"]["title"] for one in json.loads(printed)["recommendations"]}
    assert "花样年华" in titles


def test_a_reader_that_goes_away():
    command = f"{Path(sys.executable).parent / 'palate'} prompts list --json | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


# ------------------------------------------------------------------ rights


def without_override():
    """Root may write what is read-only; this takes that from the child."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


_MANY = """
import contextlib, io, json, sys
from palate.cli import main
for args in json.loads(sys.argv[1]):
    sys.argv = ["palate", *args]
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            print(json.dumps([args, stop.code, err.getvalue()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
def test_a_folder_that_cannot_be_written(strange, tmp_path):
    half = Path(shutil.copytree(strange, tmp_path / "half"))
    for path in (strange, *strange.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    (half / "data" / "index").chmod(0o000)
    calls = [["-w", str(f), *c] for f in (strange, half) for c in (["recommend"], ["fit"])]
    calls += [["init", str(strange / "new")], ["demo", "--folder", str(strange / "new")]]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _MANY, json.dumps(calls)],
            capture_output=True, text=True, check=True, preexec_fn=without_override,
        )  # fmt: skip
    finally:
        for path in (
            strange,
            strange / "data",
            strange / "data" / "index",
            half / "data" / "index",
        ):
            path.chmod(0o700)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[[")]
    assert len(found) == len(calls), done.stdout
    for args, code, err in found:
        assert (code, err.count("\n")) == (3, 1), (args, err)
        assert "check whose it is" in err or "you own" in err, err


# ------------------------------------------------------------------ the remaining exit codes


def test_an_embedder_that_nobody_serves_is_code_7(empty, told, palate, tmp_path):
    (empty / "palate.toml").write_text(
        '[embedder]\nprovider = "openai"\nmodel = "e"\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    (tmp_path / "items.csv").write_text("id,title\n1,One\n2,Two\n")
    palate("ingest", "items", tmp_path / "items.csv", workspace=empty)
    assert "Start the server" in told("fit", code=7, workspace=empty)


def test_an_interrupt_is_code_130(strange, palate, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Palate, "recommend", interrupt)
    palate("recommend", code=130, workspace=strange)
    Palate.open(strange).close()
