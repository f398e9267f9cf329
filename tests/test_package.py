"""The shape of the package: exports, layers, doors, wheel, light imports."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import palate

ROOT = Path(__file__).parent.parent
ROOMS = ("agent", "retrieval", "eval", "prompts")


def test_the_export_list_is_what_we_promise():
    assert palate.__all__ == [
        "Action", "Budget", "Constraint", "Event", "Item", "Op", "Palate", "PalateError",
        "PalateRetriever", "PalateTool", "Request", "Slate", "User", "Wish", "__version__",
    ]  # fmt: skip
    for name in palate.__all__:
        assert getattr(palate, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = palate.Nothing


def _python(code, *flags):
    return subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True
    )


def test_importing_palate_loads_nothing_heavy():
    heavy = "numpy|pydantic|rich|typer|openai|chromadb|sqlalchemy|scipy|jinja2|langchain"
    code = f"import sys, palate; print([m for m in '{heavy}'.split('|') if m in sys.modules])"
    assert _python(code).stdout.strip() == "[]"


def test_the_command_line_loads_no_vendor_to_print_its_help():
    heavy = "numpy|pydantic|openai|chromadb|sqlalchemy|scipy|jinja2|langchain"
    code = (
        "import sys; from palate.cli.app import app\n"
        f"print([m for m in '{heavy}'.split('|') if m in sys.modules])"
    )
    assert _python(code).stdout.strip() == "[]"


def test_the_layers_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """A wheel built through an sdist, the way that loses linked packages if the map is wrong."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_module_and_data_file(wheel):
    names = set(wheel.namelist())
    for folder, package in (("src/palate", "palate"), ("agent", "palate/agent"),
                            ("retrieval", "palate/retrieval"), ("eval", "palate/eval"),
                            ("prompts", "palate/prompts")):  # fmt: skip
        for path in (ROOT / folder).rglob("*"):
            relative = path.relative_to(ROOT / folder)
            if path.is_dir() or "__pycache__" in path.parts or path.is_symlink():
                continue
            if folder == "src/palate" and relative.parts[0] in (
                "agent",
                "retrieval",
                "eval",
                "prompts",
            ):
                continue
            assert f"{package}/{relative}" in names
    assert {name.split("/")[0] for name in names} == {
        "palate",
        f"palate-{palate.__version__}.dist-info",
    }


def test_the_wheel_carries_licence_and_example(wheel):
    names = wheel.namelist()
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert {f"palate/eval/report/report.{kind}" for kind in ("html.j2", "css", "js")} <= set(names)
    assert "palate/examples/movies/items.jsonl" in names
    assert "palate/prompts/templates/LOCK" in names
    assert "palate/py.typed" in names


def test_the_base_install_pulls_no_torch_and_no_server():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base = " ".join(project["dependencies"])
    for heavy in ("torch", "vllm", "sentence-transformers", "psycopg"):
        assert heavy not in base
    assert {"vllm", "postgres", "sentence-transformers"} <= project["optional-dependencies"].keys()


def test_the_lock_names_no_index():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--hash=sha256:" in text
