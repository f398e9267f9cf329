"""Recommends in recorded conversations, without any language model.

    python -m benchmarks.conversations DATA [--limit N] [--json FILE]

ReDial's validation dialogues, with its movie records as the catalogue. At every turn where the
recommender names films that nobody has named yet, Palate hears the messages before it (titles
written out, linked by Palate itself) and ranks the whole catalogue: Recall@k is the share of those
films among the first k. The dialogues are split in two by their sorted ids. What is known of people
(co-mentions, popularity, words) and the weights come from the half that is not scored; both halves
are scored in turn, and averaged. INSPIRED's test dialogues are scored over the same catalogue with
all of ReDial's, where the film is in it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from palate import Event, Item, Palate
from palate.agent.chat.hearing import overheard
from palate.agent.chat.linking import Linker
from palate.domain import Profile
from palate.retrieval.talk import Talk, TalkRetriever, TalkWeights, learn_talk_weights
from palate.workspace.chat_desk import leaning, request_of

KS = (1, 10, 50)
_YEAR = re.compile(r"\s*\((\d{4})\)\s*$")
_AT = re.compile(r"@(\d+)")
#: Candidates of a list that weights are learnt from: those that the likest people had.
_LISTED = 600


@dataclass(frozen=True)
class Case:
    """A turn to recommend at: the messages before, and the films that were named then."""

    dialogue: str
    messages: tuple[str, ...]
    truth: tuple[str, ...]


@dataclass(frozen=True)
class Dialogue:
    """A dialogue, its titles written out. ``films``: those named, and whether they were liked."""

    id: str
    text: str
    films: tuple[tuple[str, bool], ...]
    cases: tuple[Case, ...]


def movies(data: Path) -> list[Item]:
    """Reads ReDial's movie records."""
    with gzip.open(data / "redial_id2info.json.gz", "rt") as file:
        records = json.load(file)
    return [_movie(key, record) for key, record in records.items()]


def _movie(key: str, record: dict[str, Any]) -> Item:
    year = _YEAR.search(record["name"])
    fields: dict[str, Any] = {"year": int(year[1])} if year else {}
    for name, ours in (("director", "director"), ("star", "cast"), ("writer", "writer")):
        if record[name]:
            fields[ours] = tuple(record[name])
    title = " ".join(_YEAR.sub("", record["name"]).split())
    return Item(key, title, record["plot"] or "", tuple(record["genre"]), fields)


def redial(data: Path, known: set[str]) -> list[Dialogue]:
    """Reads ReDial's validation dialogues, sorted by id."""
    with gzip.open(data / "redial_valid_data.jsonl.gz", "rt") as file:
        found = [_dialogue(json.loads(line), known) for line in file]
    return sorted(found, key=lambda one: int(one.id))


def _dialogue(record: dict[str, Any], known: set[str]) -> Dialogue:
    names = {key: " ".join((name or "").split()) for key, name in record["movieMentions"].items()}
    said, named, cases = [], {}, []
    answers = {**(record["respondentQuestions"] or {}), **(record["initiatorQuestions"] or {})}
    for message in record["messages"]:
        here = [key for key in _AT.findall(message["text"]) if key in known]
        fresh = tuple(dict.fromkeys(key for key in here if key not in named))
        if fresh and message["senderWorkerId"] == record["respondentWorkerId"]:
            cases.append(Case(record["conversationId"], tuple(said), fresh))
        named |= {key: answers.get(key, {}).get("liked") != 0 for key in here}
        said.append(_AT.sub(lambda found: names.get(found[1], ""), message["text"]))
    words = " ".join(_AT.sub(" ", one["text"]) for one in record["messages"])
    return Dialogue(record["conversationId"], words, tuple(named.items()), tuple(cases))


def inspired(data: Path, linker: Linker) -> list[Dialogue]:
    """Reads INSPIRED's test dialogues; films are those of its own table, linked by title."""
    with gzip.open(data / "inspired_orig_test.tsv.gz", "rt") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["dialog_id"], []).append(row)
    return [_inspired(name, turns, linker) for name, turns in sorted(found.items())]


def _inspired(name: str, turns: Sequence[dict[str, str]], linker: Linker) -> Dialogue:
    said: list[str] = []
    cases, named = [], set[str]()
    for row in turns:
        titles = [title.strip() for title in (row["movies"] or "").split(";") if title.strip()]
        links = [linker.whole(title) for title in titles]
        here = dict.fromkeys(link.item for link in links if link is not None)
        fresh = tuple(item for item in here if item not in named)
        if fresh and row["speaker"] == "RECOMMENDER":
            cases.append(Case(name, tuple(said), fresh))
        named.update(here)
        said.append(row["text"])
    return Dialogue(name, "", (), tuple(cases))


def events(dialogues: Sequence[Dialogue]) -> Iterator[Event]:
    """Yields a dialogue as the past of a person: what they named, and their words."""
    for one in dialogues:
        for place, (film, liked) in enumerate(one.films):
            text = one.text if place == 0 else None
            yield Event(one.id, film, "like" if liked else "dislike", text=text)  # type: ignore[arg-type]


class Bench:
    """A workspace that knows some dialogues, and ranks for others."""

    def __init__(self, palate: Palate) -> None:
        self._palate = palate
        self._retriever = palate.talk_retriever
        self._stranger = palate.engine.profile(palate.request())

    def lists(self, dialogues: Sequence[Dialogue]) -> list[tuple[Any, list[int]]]:
        """Returns candidates and truth of dialogues that it knows, each without its own past."""
        made = []
        for case in _cases(dialogues):
            retriever, profile = self._hear(case, case.dialogue)
            context = retriever.context(self._palate.request(), profile)
            views = retriever.views(context, case.dialogue)
            known = set(retriever.index.items.rows(sorted(profile.seen)).tolist())
            rows = [r for r in np.argsort(-views[:, 0])[:_LISTED].tolist() if r not in known]
            truth = retriever.index.items.rows(case.truth).tolist()
            taken = [rows.index(row) for row in truth if row in rows]
            if taken:
                made.append((views[rows], taken))
        return made

    def score(self, dialogues: Sequence[Dialogue], weights: TalkWeights) -> dict[int, float]:
        """Returns Recall@k over all films of all turns, and under 0 how many films there were."""
        hits, total = dict.fromkeys(KS, 0), 0
        for case in _cases(dialogues):
            retriever, profile = self._hear(case, None)
            retriever = retriever.hearing(retriever.talk, weights)
            scored = retriever.scored(self._palate.request(n=max(KS)), profile)
            ids = [retriever.index.items.ids[row] for row in scored.rows[: max(KS)].tolist()]
            total += len(case.truth)
            for k in KS:
                hits[k] += len(set(ids[:k]) & set(case.truth))
        return {k: hits[k] / max(total, 1) for k in KS} | {0: total}

    def _hear(self, case: Case, user: str | None) -> tuple[TalkRetriever, Profile]:
        ask = overheard(case.messages, self._palate.catalogue)
        profile = leaning(self._palate.engine.profile(request_of(ask)), ask)
        return self._retriever.hearing(Talk(ask.talk, ask.tags)), replace(profile, user=user)


def _cases(dialogues: Sequence[Dialogue]) -> Iterator[Case]:
    return (case for one in dialogues for case in one.cases)


@contextmanager
def workspace(films: Sequence[Item], known: Sequence[Dialogue]) -> Iterator[Palate]:
    """Makes a workspace that knows the films and these dialogues, and nothing else."""
    with tempfile.TemporaryDirectory() as folder, Palate.init(Path(folder) / "w") as palate:
        palate.ingest_items(films)
        palate.ingest_events(events(known))
        palate.fit()
        yield palate


def main(arguments: Sequence[str]) -> None:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversations")
    parser.add_argument("data", type=Path, help="the folder that holds conversations/")
    parser.add_argument("--limit", type=int, default=0, help="dialogues a half, for a quick look")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(arguments)
    data = given.data / "conversations" if (given.data / "conversations").is_dir() else given.data
    films = movies(data)
    dialogues = redial(data, {film.id for film in films})
    halves = (dialogues[: len(dialogues) // 2], dialogues[len(dialogues) // 2 :])
    rows: list[tuple[str, dict[int, float]]] = []
    weights = TalkWeights()
    for number, scored in enumerate(halves):
        with workspace(films, halves[1 - number]) as palate:
            bench = Bench(palate)
            weights = learn_talk_weights(bench.lists(halves[1 - number]))
            found = bench.score(scored[: given.limit or None], weights)
        print(f"half {number + 1}: {weights}", file=sys.stderr)
        rows.append((f"half {number + 1}", found))
    rows.append(("ReDial, mean of both", _mean(rows[0][1], rows[1][1])))
    with workspace(films, dialogues) as palate:
        turns = inspired(data, palate.catalogue.linker)
        rows.append(("INSPIRED test", Bench(palate).score(turns, weights)))
    _print(rows)
    if given.json:
        given.json.write_text(json.dumps(dict(rows), indent=2))


def _mean(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    return {k: (first[k] + second[k]) / 2 for k in KS} | {0: first[0] + second[0]}


def _print(rows: Sequence[tuple[str, dict[int, float]]]) -> None:
    table = Table(title="Recall in conversations, without a language model")
    for column in ("", "films", *(f"Recall@{k}" for k in KS)):
        table.add_column(column, justify="right" if column else "left")
    for name, found in rows:
        table.add_row(name, f"{found[0]:.0f}", *(f"{found[k]:.4f}" for k in KS))
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
