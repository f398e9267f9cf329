"""Run by test_index.py: updates an index in forked children and kills them at every step.

Prints one JSON line a round. A round is killed before its k-th durable step (or after a random
time), then opened: what is found must be the old index or the new one, nothing between.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
import warnings
import zlib
from functools import partial
from pathlib import Path

import numpy as np

from palate.domain import Item
from palate.retrieval import build, chroma, gather
from palate.retrieval.chroma import VectorIndex
from palate.retrieval.index import Index
from palate.retrieval.lexical import LexicalIndex
from palate.retrieval.store import Store
from palate.retrieval.words import words

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import chromadb  # noqa: F401 - once here instead of in every child
    import scipy.sparse  # noqa: F401

STARTS = ("old", "none")
chroma.BATCH = gather.BATCH = 32  # several steps even with few items
STEPS = [
    (build, "write_manifest"), (build, "save_table"), (build, "fill_vectors"),
    (LexicalIndex, "upsert"), (LexicalIndex, "delete"), (LexicalIndex, "optimise"),
    (VectorIndex, "upsert"), (VectorIndex, "delete"), (VectorIndex, "close"),
    (build.shutil, "rmtree"),
]  # fmt: skip


class Hashing:
    name = "test:hashing"
    dimensions = 16

    def embed(self, texts):
        rows = np.zeros((len(texts), 16), np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                rows[row] += np.random.default_rng(zlib.crc32(word.encode())).normal(size=16)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, lengths, out=rows, where=lengths > 0)


def item(number, text):
    return Item(f"i{number:03}", f"Title {number} {text}", f"about {text} {number % 7}", (text,))


def dump(index):
    query = index.embedder.embed(["sea war title 5"])[0]
    return {
        "ids": index.items.ids,
        "titles": index.items.titles,
        "sum": round(float(index.items.vectors.sum()), 3),
        "words": [[i, round(s, 4)] for i, s in index.lexical.search("sea war title 5", 40)],
        "chroma": sorted(index.vectors.ids()),
        "near": [[i, round(s, 4)] for i, s in index.vectors.nearest(query, 10)],
    }


def in_child(work):
    """Forks; returns the child and the end of a pipe where the result of ``work`` will be."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, json.dumps(work()).encode() + b"\n")
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    return child, reading


def finish(child, reading):
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else None, status


def die_before(step):
    """Makes this process kill itself before its ``step``-th durable step."""
    left = [step]

    def wrap(owner, name):
        real = getattr(owner, name)

        def dying(*args, **kwargs):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return real(*args, **kwargs)

        setattr(owner, name, dying)

    for owner, name in STEPS:
        wrap(owner, name)


def update(folder, store_path, step=None):
    if step is not None:
        die_before(step)
    with Store.open(store_path) as store:
        started = time.monotonic()
        Index.update(folder, store, Hashing())
        return time.monotonic() - started


def look(folder, store_path, then_update=False):
    with Store.open(store_path) as store:
        if then_update:
            Index.update(folder, store, Hashing())
        index = Index.open(folder, store, Hashing())
        found = dump(index)
        index.close()
        return found


def run(work, *args, **kwargs):
    found, status = finish(*in_child(lambda: work(*args, **kwargs)))
    assert status == 0, f"{work.__name__} failed with {status}"
    return found


def main(root, randoms):
    store_path = root / "store.db"
    with Store.open(store_path) as store:
        store.upsert_items(item(n, "sea" if n % 2 else "war") for n in range(90))
    run(update, root / "old", store_path)
    before = run(look, root / "old", store_path)
    with Store.open(store_path) as store:
        store.upsert_items(item(n, "desert") for n in [*range(0, 12), *range(90, 96)])
        store.delete_items(["i020", "i021"])
    seconds = run(update, root / "fresh", store_path)
    after = run(look, root / "fresh", store_path)
    known_states = {"nothing": None, "old": before, "new": after}
    rng = random.Random()
    rounds = [("old", step) for step in range(40)] + [("none", step) for step in range(0, 40, 4)]
    rounds += [(start, -rng.uniform(0, seconds)) for _ in range(randoms) for start in STARTS]
    done = set()
    for start, step in rounds:
        if start in done and step >= 0:
            continue
        work = root / "work"
        shutil.rmtree(work, ignore_errors=True)
        if start == "old":
            shutil.copytree(root / "old", work)
        child, reading = in_child(partial(update, work, store_path, step if step >= 0 else None))
        if step < 0:
            time.sleep(-step)
            os.kill(child, signal.SIGKILL)
        _, status = finish(child, reading)
        killed = status == signal.SIGKILL
        if not killed:
            done.add(start)
        seen = None
        if (work / "manifest.json").exists():
            seen = run(look, work, store_path)
        names = [name for name, known in known_states.items() if known == seen]
        name = names[0] if names else "neither"
        mended = name == "new" or run(look, work, store_path, then_update=True) == after
        left = sorted(path.name for path in work.iterdir())
        sys.stdout.write(json.dumps([start, step, killed, name, mended, left]) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
