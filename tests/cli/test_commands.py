"""Every command: its help, its JSON, and what a person reads."""

import json
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len

from palate.cli.app import app

EXAMPLES = Path(__file__).parents[2] / "examples"
SLATE = "<the id of a slate>"


def leaves(command, path=()):
    inner = getattr(command, "commands", None)
    if inner is None:
        return {path: command}
    return {k: v for name, sub in inner.items() for k, v in leaves(sub, (*path, name)).items()}


COMMANDS = leaves(typer.main.get_command(app))
WITH_JSON = {
    path for path, c in COMMANDS.items() if any("--json" in (p.opts or ()) for p in c.params)
}
CALLS = {
    ("doctor",): [],
    ("ingest", "items"): ["items.csv"],
    ("ingest", "users"): ["users.csv"],
    ("ingest", "events"): ["events.csv"],
    ("fit",): [],
    ("recommend",): ["a story", "-u", "u0", "-n", "3", "--where", "year >= 1960"],
    ("profile", "show"): ["u0"],
    ("profile", "forget"): ["ann", "--yes"],
    ("why",): [SLATE],
    ("predict",): ["u0", "html", "rtl"],
    ("why-not",): ["html", "--id", SLATE],
    ("prompts", "list"): [],
    ("prompts", "show"): ["rank/listwise"],
    ("prompts", "render"): ["-u", "u0", "--text", "a story"],
    ("prompts", "check"): [],
    ("tune",): ["--model", "simulated:skill=1"],
    ("eval", "score"): ["cases.jsonl", "--metric", "NDCG@5"],
    ("eval", "cases"): ["made.jsonl"],
    ("eval", "calibrate-judge"): [EXAMPLES / "judge-labels.jsonl", "--judge", "judge.yaml"],
    ("keys", "list"): [],
    ("eval", "run"): ["eval.yaml"],
    ("eval", "list"): [],
    ("eval", "gate"): ["latest"],
    ("eval", "compare"): ["latest", "latest"],
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Small files to ingest and to score, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "items.csv").write_text("id,title,genres\nnew,A New Film,drama|crime\n")
    (tmp_path / "users.csv").write_text("id,name\nann,Ann\n")
    (tmp_path / "events.csv").write_text("user,item\nann,chinese\nann,no such film\n")
    two = ["emoji", "chinese"]
    cases = [
        {"id": f"c{n}", "user": f"person-{n}", "history": ["rtl"], "candidates": two,
         "truth": [two[n]]}
        for n in (0, 1)
    ]  # fmt: skip
    (tmp_path / "eval.yaml").write_text(
        "models: ['simulated:skill=0.9']\nmetrics: [NDCG@5]\nstatistics: {samples: 200}\n"
        "gates: [{variant: 'simulated*', min: 0}]\n"
    )
    (tmp_path / "judge.yaml").write_text(
        "models: ['simulated:skill=0.9']\njudge: {model: 'simulated-judge:seed=1'}\n"
    )
    (tmp_path / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    return tmp_path


@pytest.fixture
def ready(strange, palate, files):
    """A workspace with a person to forget and a slate to explain; ``(folder, slate id)``."""
    palate("profile", "wish", "ann", "comedies", workspace=strange)
    out = palate("recommend", "-u", "u0", "-n", 3, "--json", workspace=strange).out
    return strange, json.loads(out)["id"]


def arguments(path, slate):
    return [*path, *(slate if part == SLATE else part for part in CALLS[path])]


def test_every_command_with_json_is_tried():
    assert set(CALLS) == WITH_JSON


def test_json_is_json_and_nothing_else(ready, palate):
    folder, slate = ready
    for path in CALLS:
        out = palate(*arguments(path, slate), "--json", workspace=folder).out
        data = json.loads(out)
        assert data, path


def test_the_json_says_what_was_done(ready, palate):
    folder, slate = ready

    def data(*path):
        return json.loads(palate(*arguments(path, slate), "--json", workspace=folder).out)

    assert data("ingest", "items")["new"] == 1
    events = data("ingest", "events")
    assert (events["new"], sum(events["rejected"].values())) == (1, 1)
    assert data("profile", "show")["user"] == "u0"
    assert [one["rank"] for one in data("recommend")["recommendations"]] == [1, 2, 3]
    assert data("why")["id"] == slate
    assert set(data("prompts", "check").values()) == {"ok"}
    gone = {"known": True, "events": 1, "wishes": 1, "traces": 0, "conversations": 0}
    assert data("profile", "forget") == gone
    assert data("doctor")["healthy"] is True


def test_what_people_read_fits_80_columns(ready, palate, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    folder, slate = ready
    for path in CALLS:
        out = palate(*arguments(path, slate), workspace=folder).out
        assert out.strip(), path
        if path == ("prompts", "show"):
            continue  # a template is printed as it is
        wide = [line for line in out.splitlines() if cell_len(line) > 80]
        assert not wide, (path, wide)


def test_a_template_is_printed_as_it_is(example, palate):
    from palate.prompts.library import Library

    out = palate("prompts", "show", "rank/listwise", workspace=example).out
    assert Library.open(None).get("rank/listwise").source.strip() in out


def test_help_is_everywhere(palate, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for path, command in COMMANDS.items():
        for flag in ("--help", "-h"):
            out = palate(*path, flag).out
            assert "Usage: palate " + " ".join(path) in " ".join(out.split())
            assert command.help.splitlines()[0].split()[0] in out
            assert max(map(len, out.splitlines())) <= 80
        documented = [p for p in command.params if isinstance(p, typer.core.TyperOption)]
        assert all(p.help or p.name == "help" for p in documented), path
    out = palate("--help").out
    assert "Exit codes" in out
    assert all(path[0] in out for path in COMMANDS)


def test_nothing_at_all_shows_the_help(palate):
    for path in ([], ["ingest"], ["profile"], ["prompts"], ["eval"]):
        done = palate(*path, code=2)
        assert "Usage" in done.out + done.err


def test_a_conversation(tmp_path, palate):
    """From nothing to a recommendation that knows what was said to it."""
    shop = tmp_path / "shop"
    assert "ingest items" in palate("init", shop).out
    (tmp_path / "items.csv").write_text(
        "id,title,genres,year\n" + "".join(f"{n},Film {n},drama,{1980 + n}\n" for n in range(30))
    )
    (tmp_path / "log.csv").write_text(
        "user,item,rating\n" + "".join(f"u{n % 7},{n * 3 % 30},{n % 5 + 1}\n" for n in range(90))
    )
    palate("ingest", "items", tmp_path / "items.csv", workspace=shop)
    palate("ingest", "events", tmp_path / "log.csv", workspace=shop)
    assert "30 items" in palate("fit", workspace=shop).out
    assert palate("profile", "wish", "ann", "dramas", workspace=shop).out == (
        "Wish 1 of ann recorded.\n"
    )
    out = palate("recommend", "-u", "ann", "--json", workspace=shop).out
    slate = json.loads(out)
    assert slate["start"] == "wishes only"
    first = slate["recommendations"][0]["item"]
    said = palate("feedback", "ann", first["id"], "dismiss", workspace=shop).out
    assert said == f"Recorded: ann dismiss {first['title']}.\n"
    out = palate("recommend", "-u", "ann", "-n", 30, "--json", workspace=shop).out
    assert first["id"] not in [one["item"]["id"] for one in json.loads(out)["recommendations"]]
    assert first["title"] in palate("why", slate["id"], first["id"], workspace=shop).out
    shown = palate("profile", "show", "ann", workspace=shop).out
    assert "dramas" in shown
    assert first["title"] in shown
    assert palate("profile", "unwish", "ann", 1, workspace=shop).out == "Wish 1 taken back.\n"
    assert palate("profile", "unwish", "ann", 1, workspace=shop).out == "ann has no wish 1.\n"
    said = palate("profile", "forget", "ann", "--yes", workspace=shop).out
    assert said == "Forgotten: 1 events, 0 wishes, 2 traces, 0 conversations.\n"


def test_forgetting_asks_first(example, palate, monkeypatch, capfd):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    palate("profile", "forget", "ada", code=1, workspace=example)
    assert palate("profile", "show", "ada", workspace=example).out


def test_nothing_left_names_the_constraint(example, palate):
    where = ["--where", "+comedy", "--where", "year >= 3000"]
    out = palate("recommend", "-u", "ada", *where, workspace=example).out
    assert "Drop 'year >= 3000' and" in " ".join(out.split())
    out = palate("recommend", "-u", "ada", *where, "--json", workspace=example).out
    assert json.loads(out)["relax"]["constraint"] == "year >= 3000"


def test_reasons_in_chinese(example, palate):
    out = palate("recommend", "-u", "ada", "-n", 2, "--language", "zh", workspace=example).out
    assert "喜欢" in out or "选" in out


def test_the_demo_runs_twice_and_again_after_a_crash(tmp_path, palate, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-to-be-used")
    folder = tmp_path / "demo [/b]"
    (folder / "data").mkdir(parents=True)
    (folder / "palate.toml").write_text("")  # an earlier run came as far as this
    first = palate("demo", "--folder", folder).out
    second = palate("demo", "--folder", folder).out
    for out in (first, second):
        for part in ("1. ada", "2. newcomer", "3. anybody", "The prompt", "tokens"):
            assert part in out
        assert "No model is configured" in out
        assert "[bold]" not in out
        assert max(map(cell_len, out.splitlines())) <= 80
    assert f"{folder.name} recommend" in " ".join(second.split())
