"""The example workflow: its steps, as they stand in the YAML, run offline in a fresh copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
#: What a runner does by itself, and what this environment has already.
INSTALL = "pip install palate"


@pytest.fixture
def checkout(tmp_path):
    """A repository that begins as a copy of the examples."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "repository"))


def steps(checkout):
    text = (checkout / ".github" / "workflows" / "prompt-gate.yml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)["jobs"]["gate"]["steps"]
    return [step for step in found if "run" in step and step["run"] != INSTALL]


def run(checkout):
    """Does what a runner does: after a step that fails, only those that always run.

    Returns the job's exit code, and everything that was printed.
    """
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(checkout.parent),
        "GITHUB_STEP_SUMMARY": str(checkout.parent / "summary.md"),
        # Whoever wants to go out meets a closed door.
        **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    }
    failed, out = 0, ""
    for step in steps(checkout):
        if failed and step.get("if") != "always()":
            continue
        done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=checkout, env=environment,
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        failed, out = failed or done.returncode, out + done.stdout + done.stderr
    return failed, out


def change(checkout, name, old, new):
    file = checkout / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_workflow_has_the_steps_that_are_run_here(checkout):
    commands = [step["run"].split() for step in steps(checkout)]
    assert [words[0] for words in commands] == ["palate", "cp", "palate", "palate"]
    assert "--replay" in commands[2]


def test_the_same_prompt_passes_and_leaves_its_report(checkout):
    code, out = run(checkout)
    assert code == 0, out
    summary = (checkout.parent / "summary.md").read_text(encoding="utf-8")
    assert "passed: simulated" in summary
    (report,) = checkout.glob("shop/data/runs/*/report.html")
    assert "2 of 2 gates passed" in report.read_text(encoding="utf-8")
    assert list(checkout.glob("shop/data/runs/*/junit.xml"))


def test_a_worse_prompt_fails_the_gate_and_still_leaves_its_report(checkout):
    change(checkout, "gate.yaml", "[rank/films@1]", "[rank/films@2]")
    code, out = run(checkout)
    assert code == 100, out
    assert "**FAILED**" in (checkout.parent / "summary.md").read_text(encoding="utf-8")
    (report,) = checkout.glob("shop/data/runs/*/report.html")
    assert "1 of 2 gates passed" in report.read_text(encoding="utf-8")


def test_a_prompt_that_was_not_recorded_anew_fails_by_its_key(checkout):
    change(checkout, "prompts/rank/films.1.j2", "You rank {{ nouns }}", "Rank {{ nouns }}")
    code, out = run(checkout)
    assert code not in (0, 100), out
    assert "holds no reply of simulated to this prompt (key " in " ".join(out.split())


def test_the_second_prompt_differs_only_by_the_history():
    folder = EXAMPLES / "prompts" / "rank"
    first, second = ((folder / f"films.{n}.j2").read_text(encoding="utf-8") for n in (1, 2))
    assert "liked_titles" in first
    assert "liked_titles" not in second
    assert set(second.splitlines()[8:]) <= set(first.splitlines())
