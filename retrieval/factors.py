"""Sequential factors: a linear model of what comes next, learnt by gradient descent in NumPy.

    score(j | h) = b_j + sum_k <r_k(h), V_jk>
    r_k(h) = z_k sum_p 2^(-(n - p) / halflife_k) E_{h_p k}

with one view of the history for each half-life (an infinite one sees all of it alike). ``z`` is one
over the sum of the decay weights, or over its root for the infinite view. It is a factorised
Markov chain (FPMC: Rendle et al., WWW 2010) with exponential memory, fitted by sampled softmax over
uniform negatives with Adam, dropout on ``r`` and decoupled weight decay. Being linear in the
history, it says exactly what each history item contributes to each candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.interactions import Interactions

Floats = NDArray[np.float32]
Sequences = list[NDArray[np.int32]]
Spots = tuple[NDArray[np.intp], NDArray[np.intp]]

#: Half-lives of the views, in items, and the width of each.
HALF_LIVES = (1.0, 6.0, 40.0, np.inf)
WIDTH = 32
#: Newest items of a history that count.
WINDOW = 256
#: With fewer interactions there is too little to learn from.
ENOUGH = 20_000
#: The most met items take part; the work of a step grows with their number.
MOST_ITEMS = 20_000
EPOCHS = 8
_RATE, _DECAY, _DROPOUT = 0.005, 0.01, 0.3
_BATCH, _NEGATIVES = 3000, 384


@dataclass(frozen=True)
class Factors:
    """What was learnt, for those m items that take part.

    Attributes:
        place: Row of the item table -> place among the m, -1 for the others, shape (n_items,).
        given: E, shape (m, views * WIDTH): an item in a history.
        next: V, same shape: an item that may come next.
        bias: b, shape (m,).
    """

    place: NDArray[np.int32]
    given: Floats
    next: Floats
    bias: Floats

    @classmethod
    def none(cls, n_items: int) -> Factors:
        """Returns factors that say nothing."""
        empty = np.zeros((0, len(HALF_LIVES) * WIDTH), np.float32)
        return cls(np.full(n_items, -1, np.int32), empty, empty, np.zeros(0, np.float32))

    def parts(self, history: NDArray[np.intp]) -> Floats:
        """Returns each history item's share of the person's vector, shape (h, views * WIDTH).

        Items that take no part, or are older than the window, have zeros.
        """
        out = np.zeros((len(history), self.given.shape[1]), np.float32)
        known = np.flatnonzero(self.place[history] >= 0)[-WINDOW:]
        if len(known):
            spread = np.repeat(_last_memory(len(known)), WIDTH, axis=1)
            out[known] = self.given[self.place[history[known]]] * spread
        return out

    def scores(self, history: NDArray[np.intp]) -> Floats:
        """Returns the score of every item of the table, shape (n_items,); 0 without a part."""
        out = np.zeros(len(self.place), np.float32)
        if len(self.bias):
            mine = self.place >= 0
            total = self.next @ self.parts(history).sum(axis=0) + self.bias
            out[mine] = total[self.place[mine]]
        return out

    def scores_at(self, history: NDArray[np.intp], rows: NDArray[np.intp]) -> Floats:
        """Returns the score of some rows of the table, shape (len(rows),); 0 without a part."""
        out = np.zeros(len(rows), np.float32)
        mine = np.flatnonzero(self.place[rows] >= 0)
        if len(mine):
            places = self.place[rows[mine]]
            out[mine] = self.next[places] @ self.parts(history).sum(axis=0) + self.bias[places]
        return out


def _last_memory(length: int) -> Floats:
    """Weights of each item in the views after the last one, shape (length, views)."""
    weights = 0.5 ** (np.arange(length)[::-1, None] / np.array(HALF_LIVES))
    total = weights.sum(axis=0)
    scale = np.where(np.isinf(HALF_LIVES), np.sqrt(total), total)
    return np.asarray(weights / scale, np.float32)


def _fading() -> Floats:
    """What a view keeps of itself at each further item, for each column, shape (views * WIDTH,)."""
    return np.repeat(0.5 ** (1 / np.array(HALF_LIVES)), WIDTH).astype(np.float32)


def _scales(length: int) -> Floats:
    """``z`` after each number of items, shape (length, views * WIDTH)."""
    weights = 0.5 ** (np.arange(length)[:, None] / np.array(HALF_LIVES))
    total = np.cumsum(weights, axis=0)
    scale = 1 / np.where(np.isinf(HALF_LIVES), np.sqrt(total), total)
    return np.repeat(scale, WIDTH, axis=1).astype(np.float32)


def learn_factors(
    log: Interactions,
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    start: Factors | None = None,
    progress: Callable[[str], None] | None = None,
) -> Factors:
    """Learns factors from ordered interactions.

    Args:
        log: The interactions.
        epochs: Passes over them.
        seed: Of the start, the order of batches, the negatives and the dropout.
        start: Go on from these instead of from nothing.
        progress: Told each pass.

    Returns:
        Factors that say nothing where there are fewer than ``ENOUGH`` interactions.
    """
    if len(log.items) < ENOUGH:
        return Factors.none(log.n_items)
    place = start.place if start is not None else _participants(log)
    trainer = _Trainer.begin(place, start, seed)
    sequences = _sequences(log, place)
    for epoch in range(epochs):
        if progress:
            progress(f"learning sequences, pass {epoch + 1} of {epochs}")
        rate = _RATE * (1 - 0.9 * epoch / epochs)
        trainer.epoch(sequences, rate if start is None else _RATE * 0.2)
    return trainer.factors(place)


def _participants(log: Interactions) -> NDArray[np.int32]:
    counts = np.bincount(log.items, minlength=log.n_items)
    chosen = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    chosen = chosen[counts[chosen] > 0]
    place = np.full(log.n_items, -1, np.int32)
    place[chosen] = np.arange(len(chosen))
    return place


def _sequences(log: Interactions, place: NDArray[np.int32]) -> Sequences:
    """Cuts histories into windows that overlap by a quarter, so that each has a past."""
    found: Sequences = []
    for user in range(len(log.users)):
        items = place[log.items[log.start[user] : log.start[user + 1]]]
        items = items[items >= 0]
        end = len(items)
        while end > 1:
            begin = max(0, end - WINDOW - 1)
            found.append(items[begin:end])
            end = begin + WINDOW // 4 if begin else 0
    return found


@dataclass
class _Trainer:
    """Parameters with their Adam moments."""

    values: dict[str, Floats]
    rng: np.random.Generator
    fading: Floats = field(default_factory=_fading)
    scales: Floats = field(default_factory=lambda: _scales(WINDOW))
    first: dict[str, Floats] = field(default_factory=dict)
    second: dict[str, Floats] = field(default_factory=dict)
    steps: int = 0

    @classmethod
    def begin(cls, place: NDArray[np.int32], start: Factors | None, seed: int) -> _Trainer:
        rng = np.random.default_rng(seed)
        shape = (int(place.max(initial=-1)) + 1, len(HALF_LIVES) * WIDTH)
        if start is not None:
            values = {"E": start.given.copy(), "V": start.next.copy(), "b": start.bias.copy()}
        else:
            small = [(rng.normal(size=shape) * 0.05).astype(np.float32) for _ in range(2)]
            values = {"E": small[0], "V": small[1], "b": np.zeros(shape[0], np.float32)}
        trainer = cls(values, rng)
        trainer.first = {name: np.zeros_like(value) for name, value in values.items()}
        trainer.second = {name: np.zeros_like(value) for name, value in values.items()}
        return trainer

    def factors(self, place: NDArray[np.int32]) -> Factors:
        return Factors(place, self.values["E"], self.values["V"], self.values["b"])

    def epoch(self, sequences: Sequences, rate: float) -> None:
        batch: Sequences = []
        size = 0
        for number in self.rng.permutation(len(sequences)):
            batch.append(sequences[number])
            size += len(sequences[number])
            if size >= _BATCH:
                self.step(batch, rate)
                batch, size = [], 0
        if batch:
            self.step(batch, rate)

    def step(self, batch: Sequences, rate: float) -> None:
        """One Adam step on the sampled softmax loss of every next item of the batch."""
        past = np.concatenate([items[:-1] for items in batch])
        target = np.concatenate([items[1:] for items in batch])
        spots = _spots(batch)
        seen = self._remember(self.values["E"][past], spots)
        keep = self.rng.random(seen.shape, dtype=np.float32) > _DROPOUT
        mask = keep.astype(np.float32) / np.float32(1 - _DROPOUT)
        gradient, slopes = self._loss(seen * mask, target)
        back = self._recall(gradient * mask, spots)
        slopes["E"] = _gather(past, back, len(self.values["E"]))
        self._adam(slopes, rate)

    def _remember(self, rows: Floats, spots: Spots) -> Floats:
        """Turns the items of each sequence into the views after each: ``r_t = fading r_(t-1) + x``.

        All sequences go forward together, a step of time at once.
        """
        time, sequence = spots
        state = np.zeros((time.max() + 1, sequence.max() + 1, rows.shape[1]), np.float32)
        state[time, sequence] = rows
        for now in range(1, len(state)):
            state[now] += self.fading * state[now - 1]
        return np.asarray(state[time, sequence] * self.scales[time])

    def _recall(self, gradient: Floats, spots: Spots) -> Floats:
        """Takes the gradient of the views back to the items: the same, backwards in time."""
        time, sequence = spots
        state = np.zeros((time.max() + 1, sequence.max() + 1, gradient.shape[1]), np.float32)
        state[time, sequence] = gradient * self.scales[time]
        for now in range(len(state) - 2, -1, -1):
            state[now] += self.fading * state[now + 1]
        return np.asarray(state[time, sequence])

    def _loss(self, seen: Floats, target: NDArray[np.int32]) -> tuple[Floats, dict[str, Floats]]:
        """Gradients of the mean loss by ``seen``, and by V and b."""
        after, bias, count = self.values["V"], self.values["b"], len(target)
        negative = self.rng.choice(len(after), min(_NEGATIVES, len(after)), replace=False)
        right = np.einsum("ij,ij->i", seen, after[target]) + bias[target]
        wrong = seen @ after[negative].T + bias[negative]
        wrong[target[:, None] == negative] = -1e9
        top = np.maximum(right, wrong.max(axis=1))
        right = np.exp(right - top)
        np.exp(wrong - top[:, None], out=wrong)
        total = right + wrong.sum(axis=1)
        pull = ((right / total - 1) / count).astype(np.float32)
        wrong /= (total * count)[:, None]
        by_seen = pull[:, None] * after[target] + wrong @ after[negative]
        by_after = _gather(target, pull[:, None] * seen, len(after))
        by_after[negative] += wrong.T @ seen
        by_bias = np.bincount(target, pull, len(after)).astype(np.float32)
        by_bias[negative] += wrong.sum(axis=0)
        return by_seen, {"V": by_after, "b": by_bias}

    def _adam(self, slopes: dict[str, Floats], rate: float) -> None:
        self.steps += 1
        scale = rate / (1 - 0.9**self.steps)
        correction = 1 - 0.999**self.steps
        for name, slope in slopes.items():
            value, first, second = self.values[name], self.first[name], self.second[name]
            first *= 0.9
            first += 0.1 * slope
            second *= 0.999
            second += 0.001 * slope * slope
            value -= scale * first / (np.sqrt(second / correction) + 1e-8)
            if name != "b":
                value *= 1 - rate * _DECAY


def _spots(batch: Sequences) -> Spots:
    """Time within its sequence, and number of its sequence, of each item but the last ones."""
    lengths = [len(items) - 1 for items in batch]
    time = np.concatenate([np.arange(length) for length in lengths])
    return time, np.repeat(np.arange(len(batch)), lengths)


def _gather(rows: NDArray[np.int32], values: Floats, count: int) -> Floats:
    """Sums values by row: a sparse product is many times faster than ``np.add.at``."""
    from scipy.sparse import csr_matrix

    ones = np.ones(len(rows), np.float32)
    picker = csr_matrix((ones, (rows, np.arange(len(rows)))), shape=(count, len(rows)))
    return np.asarray(picker @ values, np.float32)
