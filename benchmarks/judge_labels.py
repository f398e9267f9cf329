"""Makes a label file for `palate eval calibrate-judge` of what people answered in ReDial.

    python -m benchmarks.judge_labels DATA OUT

DATA holds ``redial_valid_data.jsonl.gz`` and ``redial_id2info.json.gz``; OUT gets a label file for
the rubric ``judge/taste`` of ``examples/prompts``. A line is a film that the recommender named
first: its record, the sentence that suggested it, what the seeker said before that message, and
how the seeker answered, in the form at the end, about films named before it. The label is the
seeker's answer about this film: liked, or not.

Left out are films without a record or without an answer, sentences that only ask ("Have you seen
it?") or say fewer than four words besides titles, and seekers who had said nothing. One film a
dialogue, so that no person counts twice; most suggestions were liked, so as many liked ones are
drawn, with a fixed seed, as there are others.

It measures whether a judge tells what a person likes. It says nothing of how well a judge tells a
faithful, specific or useful reason: nobody was asked that in these dialogues.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from palate.eval.judge.agreement import kappa

SEED = 20240601
_AT = re.compile(r"@(\d+)")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")
_WORDS = 4
#: What the form at the end holds under ``liked``; 2 is "did not say".
_LABEL = {0: "no", 1: "yes"}
Record = dict[str, Any]


def labelled(dialogue: Record, films: Mapping[str, Record]) -> list[Record]:
    """Returns a line for every film of a dialogue that can be one, with ``other``: how the
    recommender answered about it, where they did.
    """
    names = {key: " ".join((name or "").split()) for key, name in dialogue["movieMentions"].items()}
    # A form that was not filled in is an empty list.
    mine, theirs = (dict(dialogue[f"{who}Questions"] or {}) for who in ("initiator", "respondent"))
    said: list[str] = []
    named: list[str] = []
    found = []
    for message in dialogue["messages"]:
        here = [key for key in _AT.findall(message["text"]) if key in names]
        if message["senderWorkerId"] == dialogue["initiatorWorkerId"]:
            said.append(_written(message["text"], names))
        elif said:
            known = _known(named, mine, names)
            for key, sentence in _suggested(message["text"], set(here) - set(named)):
                label = _LABEL.get(mine.get(key, {}).get("liked"))
                # One film may have two ids: then it was named before all the same.
                before = {names[one] for one in named}
                if label and key in films and names[key] not in before:
                    found.append({
                        "id": f"{dialogue['conversationId']}-{key}", "noun": "film",
                        "item": _shown(films[key]), "reason": _written(sentence, names),
                        "labels": {"likes": label}, "wishes": list(said), **known,
                        "other": _LABEL.get(theirs.get(key, {}).get("liked")),
                    })  # fmt: skip
        named += here
    return found


def _suggested(text: str, fresh: set[str]) -> Iterator[tuple[str, str]]:
    """Yields each film that is first named here, and the sentence that names it."""
    for sentence in _SENTENCE.findall(text):
        words = re.findall(r"[A-Za-z']+", _AT.sub(" ", sentence))
        keys = [key for key in dict.fromkeys(_AT.findall(sentence)) if key in fresh]
        fresh = fresh - set(keys)
        if len(words) >= _WORDS and not sentence.rstrip().endswith("?"):
            yield from ((key, sentence.strip()) for key in keys)


def _known(named: list[str], mine: Mapping[str, Record], names: Mapping[str, str]) -> Record:
    parts: Record = {"liked": [], "disliked": [], "seen": []}
    for key in dict.fromkeys(named):
        if key in mine:
            part = {1: "liked", 0: "disliked"}.get(mine[key]["liked"], "seen")
            # Not seen and no answer: nothing is known.
            if part != "seen" or mine[key]["seen"] == 1:
                parts[part].append(names[key])
    return parts


def _written(text: str, names: Mapping[str, str]) -> str:
    return " ".join(_AT.sub(lambda at: names.get(at[1], "a film"), text).split())


def _shown(film: Record) -> str:
    parts = [film["name"], ", ".join(film["genre"]), ", ".join(film["director"]), film["plot"]]
    return "; ".join(" ".join(part.split()) for part in parts if part)


def drawn(lines: list[list[Record]]) -> list[Record]:
    """Draws one line a dialogue: those who did not like it, and as many who did."""
    draw = random.Random(SEED)
    no, yes = [], []
    for found in lines:
        not_liked = [one for one in found if one["labels"]["likes"] == "no"]
        if found:
            (no if not_liked else yes).append(draw.choice(not_liked or found))
    many = min(len(no), len(yes))
    return sorted(draw.sample(no, many) + draw.sample(yes, many), key=lambda one: str(one["id"]))


def main(data: Path, out: Path) -> None:
    """Writes the file, and says what is in it."""
    with gzip.open(data / "redial_id2info.json.gz", "rt", encoding="utf-8") as file:
        films = json.load(file)
    with gzip.open(data / "redial_valid_data.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [labelled(json.loads(line), films) for line in file]
    kept = drawn(lines)
    pairs = [(one["labels"]["likes"] == "yes", one["other"] == "yes") for one in kept
             if one["other"]]  # fmt: skip
    rows = [{name: value for name, value in one.items() if name != "other"} for one in kept]
    out.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), "utf-8")
    people = kappa([int(a) for a, _ in pairs], [int(b) for _, b in pairs],
                   lambda a, b: float(a != b))  # fmt: skip
    said = "-" if people is None else f"{people:.2f}"
    Console().print(
        f"{len(kept)} films of {len(lines):,} dialogues, half of them liked, in {out}. The "
        f"recommender of the dialogue, who had heard the talk to its end, answered {len(pairs)} "
        f"of them too: kappa {said} with the seeker.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judge_labels")
    parser.add_argument("data", type=Path, help="folder with ReDial's files")
    parser.add_argument("out", type=Path, help="label file to write")
    options = parser.parse_args()
    main(options.data, options.out)
