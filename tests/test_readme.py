"""What the README says to type works: marked blocks (``<!-- run: NAME -->``) run, others parse."""

import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from palate.cli.app import app
from palate.settings import load_settings

ROOT = Path(__file__).parent.parent
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = [README, CHINESE, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BIN = Path(sys.executable).parent
#: Variables that are no settings: the workspace, and two of the tests.
OTHERS = {
    "PALATE_WORKSPACE",
    "PALATE_DATA",
    "PALATE_UPDATE_SNAPSHOTS",
    "PALATE_FUZZ",
    "PALATE_SCREENSHOTS",
}


#: What somebody who follows the README has written before they evaluate.
EVAL = """
name: readme
split: {kind: last, users: 20, seed: 1, candidates: 10}
prompts: [rank/listwise]
models: [{id: simulated, name: "simulated:skill=0.6,seed=1"}]
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the name it runs under, and its lines."""

    language: str
    run: str | None
    text: str

    def __str__(self):
        return self.run or self.text.splitlines()[0][:40]

    @property
    def commands(self):
        """What is typed in it, continued lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line[2:] for line in lines if line.startswith("$ ")]


def blocks(page):
    text = page.read_text(encoding="utf-8")
    found = re.finditer(
        r"(?:<!-- run: (?P<run>\S+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
        text, re.MULTILINE | re.DOTALL,
    )  # fmt: skip
    return [Block(m["language"], m["run"], m["text"]) for m in found]


ALL = [(page.name, block) for page in PAGES if page.exists() for block in blocks(page)]
MARKED = [block for block in blocks(README) if block.run]


# ------------------------------------------------------------------ running


def write_movielens(folder):
    """Made-up films and ratings, in the form of MovieLens' ratings.csv and movies.csv."""
    rng = random.Random(0)
    genres = ["Crime|Drama", "Comedy|Romance", "Thriller", "Action|Sci-Fi", "Horror"]
    titles = {
        318: "The Long Way Out (1994)",
        7: "Submarine, Tense (1986)",
        50: "Amélie's Twist (2001)",
    }
    titles |= {n: f"Film Number {n} ({1960 + n})" for n in range(1, 60) if n not in titles}
    rows = [f'{n},"{title}",{genres[n % 5]}\n' for n, title in sorted(titles.items())]
    (folder / "movies.csv").write_text("movieId,title,genres\n" + "".join(rows), encoding="utf-8")
    rows = []
    for user in (*range(1, 30), 42):
        for step, film in enumerate(rng.sample([n for n in titles if n != 318], 15)):
            liked = 4 if film % 5 == user % 5 else 2
            rows.append(f"{user},{film},{liked + rng.choice((0, 0.5, 1))},{10**9 + step * 3600}\n")
    header = "userId,movieId,rating,timestamp\n"
    (folder / "ratings.csv").write_text(header + "".join(rows), encoding="utf-8")
    (folder / "eval.yaml").write_text(EVAL, encoding="utf-8")


def run(block, folder):
    """Runs a block as a reader would, in a shell or as a script, in a folder."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "PALATE_"))}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the second command need not compile again
    environ["PATH"] = f"{BIN}{os.pathsep}{environ['PATH']}"
    script = "set -e\n" + "\n".join(block.commands)
    command = ["bash", "-c", script] if block.commands else [sys.executable, "-c", block.text]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def needs_no_server(block):
    """Whether every command of a block is Palate's own and asks no model."""
    ours = all(line.startswith("palate ") for line in block.commands)
    return bool(block.run or (block.commands and ours)) and "--model" not in block.text


RUN = [block for block in blocks(README) if needs_no_server(block)]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Runs the first block, then each other one in a copy of what the first left; two at once."""
    first = tmp_path_factory.mktemp("readme")
    write_movielens(first)
    results = {RUN[0]: run(RUN[0], first)}

    def later(block):
        return run(block, shutil.copytree(first, first.with_name(f"after-{RUN.index(block)}")))

    with ThreadPoolExecutor(2) as pool:
        return results | dict(zip(RUN[1:], pool.map(later, RUN[1:]), strict=True))


def test_the_names_are_those_of_the_story():
    assert [block.run for block in MARKED] == ["own-data", "ask", "sdk", "sdk-async"]
    assert set(MARKED) <= set(RUN)
    assert RUN[0] == MARKED[0]


@pytest.mark.parametrize("block", RUN, ids=str)
def test_what_needs_no_server_runs(done, block):
    result = done[block]
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout.strip()
    if block.run == "ask":
        assert "Submarine, Tense" in result.stdout
        assert "Recorded: 42 like The Long Way Out" in result.stdout
    if block.run == "sdk-async":
        assert result.stdout.count("ranked by the prior") == 3


# ------------------------------------------------------------------ parsing


def parse(line):
    """Parses a command line up to its last flag, without running it.

    Raises:
        typer's UsageError: It is not one of Palate's.
    """
    command, args = typer.main.get_command(app), shlex.split(line, comments=True)[1:]
    context = command.make_context("palate", args)
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        context = command.make_context(name, rest, parent=context)
    return context


COMMANDS = sorted({line for _, b in ALL for line in b.commands if line.startswith("palate ")})


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_parses(line):
    assert parse(line).params is not None


@pytest.mark.parametrize(
    "line", ["palate recomend", "palate recommend --usr 42", "palate fit now", "palate init"]
)
def test_a_wrong_command_would_be_noticed(line):
    with pytest.raises(Exception, match=r"(?i)no such|unexpected|missing"):
        parse(line)


def test_every_command_named_in_the_text_exists():
    tree = typer.main.get_command(app)
    for page in PAGES:
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        for inline in re.findall(r"`palate ([^`\n]+)`", text):
            command, words = tree, inline.split()
            if words[:1] == ["-w"]:
                words = words[2:]
            while hasattr(command, "commands") and words and not words[0].startswith("-"):
                for name in words[0].split("|"):
                    assert name in command.commands, (page.name, inline)
                command, words = command.commands[words[0].split("|")[0]], words[1:]
            flags = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts)}
            asked = {w.partition("=")[0] for w in words if re.match(r"--?[a-z]", w)}
            assert asked <= flags | {"--help"}, (page.name, inline)


def test_every_toml_block_is_a_valid_setting(tmp_path):
    found = [(name, block) for name, block in ALL if block.language == "toml"]
    assert found
    for name, block in found:
        (tmp_path / "palate.toml").write_text(block.text, encoding="utf-8")
        assert load_settings(tmp_path, environ={}).origins, (name, block.text)


def test_every_python_block_compiles():
    for name, block in ALL:
        if block.language == "python":
            compile(block.text, name, "exec")


def test_every_setting_named_in_the_text_exists():
    from palate.settings import setting_names

    known = set(setting_names())
    sections = {name.split(".")[0] for name in known}
    for page in PAGES:
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        for section, key in re.findall(r"`([a-z]+)\.([a-z_]+)(?: = [^`]*)?`", text):
            if section in sections - {"prompts", "retrieval"}:  # these two are folders, too
                assert f"{section}.{key}" in known, (page.name, section, key)
        for variable in re.findall(r"\bPALATE_[A-Z_]+\b", text):
            names = {"PALATE_" + name.replace(".", "_").upper() for name in known}
            assert variable in names | OTHERS, (page.name, variable)


# ------------------------------------------------------------------ in both languages


def code(block):
    """A block without the comments, which are translated."""
    return (block.language, block.run, re.sub(r"\s+#.*", "", block.text).strip())


@pytest.mark.skipif(not CHINESE.exists(), reason="there is no Chinese README")
def test_both_readmes_have_the_same_blocks():
    assert [code(block) for block in blocks(CHINESE)] == [code(block) for block in blocks(README)]


@pytest.mark.skipif(not CHINESE.exists(), reason="there is no Chinese README")
def test_both_readmes_have_the_same_shape():
    def shape(page):
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        links = sorted(link for link in re.findall(r"\]\(([^)]+)\)", text) if "README" not in link)
        return [len(h) for h in re.findall(r"^(#+) ", text, re.M)], links

    assert shape(CHINESE) == shape(README)


def test_every_link_leads_somewhere():
    for page in PAGES:
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / link).exists(), (page.name, link)
