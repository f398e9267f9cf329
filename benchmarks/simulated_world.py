"""The world of the simulators: people with known tastes, a prior and models with known behaviour.

Nothing here is a real model or a real person. A case has 20 candidates, each with a taste
``v ~ N(0, 1)`` that nobody is shown; the person chooses one item by ``softmax(2 v)``. The prior
sees ``v`` through noise of the same size. A simulated model forms the opinion

    skill v + (1 - skill) z + 0.3 e + 1.5 bias exp(-slot / 4)

of a candidate: ``z ~ N(0, 1)`` is what it wrongly believes and never changes, ``e ~ N(0, 1)``
changes with every prompt, and whoever stands first is favoured. The adversary has ``-v`` in place
of ``v``, at skill 1. Its log-probabilities are three times too sharp, as a model's are, 4 % of
its probability is on a token that is no letter, and 20 tokens are returned at most.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from palate.domain import Candidate, Completion, Item, ModelCall, Usage
from palate.eval.runs.labels import labelled

CANDIDATES = 20
_CHOICE, _PRIOR_NOISE, _DEAL_NOISE = 2.0, 1.0, 0.3
_LEAN, _LEAN_SLOTS, _SHARPNESS, _ELSEWHERE = 1.5, 4.0, 3.0, 0.04


@dataclass(frozen=True, slots=True)
class World:
    """Cases of one kind.

    Attributes:
        pools: Candidates of each case, best prior first.
        truths: Item id -> gain, a case.
        tastes: Title -> ``(v, z)``, over all cases.
    """

    pools: Sequence[tuple[Candidate, ...]]
    truths: Sequence[Mapping[str, float]]
    tastes: Mapping[str, tuple[float, float]]


def make_world(cases: int, seed: int) -> World:
    """Makes cases; the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    pools, truths, tastes = [], [], {}
    for case in range(cases):
        v, z, seen = rng.standard_normal((3, CANDIDATES))
        seen = (v + _PRIOR_NOISE * seen) / (1 + _PRIOR_NOISE**2)
        chosen = rng.choice(CANDIDATES, p=_softmax(_CHOICE * v))
        prior = np.log(_softmax(_CHOICE * seen))
        items = [Item(f"{case}-{n}", f"Film {seed} {case} {n}") for n in range(CANDIDATES)]
        best = np.argsort(-prior, kind="stable")
        pools.append(tuple(Candidate(items[n], float(prior[n])) for n in best))
        truths.append({items[chosen].id: 1.0})
        tastes |= {items[n].title: (float(v[n]), float(z[n])) for n in range(CANDIDATES)}
    return World(pools, truths, tastes)


def _softmax(scores: np.ndarray) -> np.ndarray:
    share = np.exp(scores - scores.max())
    return np.asarray(share / share.sum())


class SimulatedReader:
    """A simulator behind the `Model` protocol: it reads the candidates' lines off the prompt."""

    def __init__(
        self, tastes: Mapping[str, tuple[float, float]], skill: float, bias: float
    ) -> None:
        self.name = f"simulated reader, skill {skill:g}, bias {bias:g}"
        self._tastes, self._skill, self._bias = tastes, skill, bias

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers with a letter and log-probabilities, or with a row of letters."""
        del deadline
        lines = labelled(call)
        rng = np.random.default_rng(zlib.crc32("\n".join(lines.values()).encode()))
        noise = rng.standard_normal(len(lines))
        opinion = np.array([self._believes(line.strip()) for line in lines.values()])
        lean = _LEAN * self._bias * np.exp(-np.arange(len(lines)) / _LEAN_SLOTS)
        share = _softmax(_SHARPNESS * (opinion + _DEAL_NOISE * noise + lean))
        said = dict(zip(lines, share * (1 - _ELSEWHERE), strict=True)) | {"The": _ELSEWHERE}
        order = sorted(lines, key=lambda label: -said[label])
        if not call.top_logprobs:
            return Completion(" ".join(order), self.name, "stop", Usage(1, 0, len(order)))
        top = sorted(said, key=lambda token: -said[token])[: call.top_logprobs]
        logprobs = {token: math.log(max(said[token], 1e-30)) for token in top}
        return Completion(order[0], self.name, "length", Usage(1, 0, 1), (logprobs,))

    def _believes(self, title: str) -> float:
        v, z = self._tastes[title]
        if self._skill < 0:  # the adversary
            return -v
        return self._skill * v + (1 - self._skill) * z

    async def aclose(self) -> None:
        """There is nothing to close."""
