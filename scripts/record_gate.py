"""Records the replies of the example gate, examples/replies.jsonl, with simulated models.

    python scripts/record_gate.py

The first prompt is answered by a skilled simulator, the second, which forgets the history, by one
without any skill: both under the name that gate.yaml gives. Only the calls are kept, without the
prompts: a reply is found by the key of its prompt.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from palate import Palate
from palate.eval.runs.config_file import config_from, read_config
from palate.eval.runs.log import read_calls
from palate.workspace.evaluate import Options, run

EXAMPLES = Path(__file__).parent.parent / "examples"
SIMULATED = {
    "rank/films@1": "simulated:skill=0.6,seed=1",
    "rank/films@2": "simulated:skill=0,seed=1",
}


def recorded(shop: Path, prompt: str, model: str) -> Iterator[str]:
    """Yields the calls of a run of gate.yaml with another prompt and model, as lines."""
    asked = read_config(EXAMPLES / "gate.yaml").model_dump(mode="json")
    label = asked["models"][0]["id"]
    asked |= {"prompts": [prompt], "models": [{"id": label, "name": model}], "gates": []}
    with Palate.open(shop) as palate:
        folder, _ = run(palate, config_from(asked), Options(), steps=print, notify=lambda _: None)
    for call in read_calls(folder.log):
        slim = {name: value for name, value in call.items() if name != "m"}
        yield json.dumps(slim, ensure_ascii=False, separators=(",", ":")) + "\n"


def main() -> None:
    """Records both prompts."""
    with tempfile.TemporaryDirectory() as name:
        shop = Path(name) / "shop"
        Palate.init(shop, example="movies").close()
        shutil.copytree(EXAMPLES / "prompts", shop / "prompts", dirs_exist_ok=True)
        lines = [line for one in SIMULATED.items() for line in recorded(shop, *one)]
    (EXAMPLES / "replies.jsonl").write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} calls in {EXAMPLES / 'replies.jsonl'}")


if __name__ == "__main__":
    main()
