"""Simulated judges: they judge by a formula, or say what labels say, with a known noise and bias.

    simulated-judge:noise=0.2,bias=0.3,lenient=1,seed=1

A simulated judge reads the lines off the prompt as a model would. Where it is told what people said
of a sentence it says the same; else its answers are a formula of words: *faithful*, unless the
sentence has a capitalised word, or a number, that none of the other lines has; *specific*, by how
many of its words the item's and the person's lines hold; *useful*, halfway between these; *plain*,
by its length. With chance ``noise`` an answer is drawn evenly from its scale instead; ``lenient``
points are added to it. Of two sentences it prefers the one with the higher sum; with chance
``bias`` it says the first, whatever stands there, and with chance ``noise`` it draws.

It tries out the harness, and says nothing about any real judge, nor about any reason.

``fault=`` makes it fail as real ones do: ``silent``, ``garbage``, ``refuse``, ``range``
(answers out of range), ``part`` (an answer is missing), ``error``, ``flaky`` (one call of four).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from palate.domain import Completion, ModelCall, Usage
from palate.errors import EvalError, ModelError, ModelTimeout
from palate.eval.ordering import tie_key

JUDGE_PREFIX = "simulated-judge:"
_FAULTS = ("", "silent", "garbage", "refuse", "range", "part", "error", "flaky")
_FIXED = {"silent": "", "garbage": "the of and ~~ 4 8 15", "refuse": "I'm sorry, I can't judge."}
_SENTENCE = re.compile(r"^Sentence( A| B)?: (.*)$", re.MULTILINE)
_NAME = re.compile(r"(?<=[a-z,;'] )[A-Z][\w']+|\d+")
#: Words of a sentence that is as specific, and as long, as one can be.
_SPECIFIC, _LONG = 4, 30
_COMMON = frozenset(
    "a an the of and or in on to is it its you your this that for with as who they liked chosen "
    "chose often too are was one by from here have has people".split()
)

#: Sentence -> question -> answer, as people gave it.
Known = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Temper:
    """What a name such as ``simulated-judge:noise=0.2`` says."""

    noise: float = 0.0
    bias: float = 0.0
    lenient: int = 0
    seed: int = 0
    fault: str = ""


def parse_temper(name: str) -> Temper:
    """Reads ``simulated-judge:noise=0.2,bias=0.3,lenient=1,seed=1,fault=flaky``.

    Raises:
        EvalError: An unknown key, or a value out of its range.
    """
    pairs = [part.partition("=") for part in name.removeprefix(JUDGE_PREFIX).split(",") if part]
    values = {key.strip(): value.strip() for key, _, value in pairs}
    if values.keys() - {"noise", "bias", "lenient", "seed", "fault"}:
        raise _wrong(name)
    try:
        made = Temper(
            float(values.get("noise", 0)), float(values.get("bias", 0)),
            int(values.get("lenient", 0)), int(values.get("seed", 0)), values.get("fault", ""),
        )  # fmt: skip
    except ValueError:
        raise _wrong(name) from None
    if not (0 <= made.noise <= 1 and 0 <= made.bias <= 1) or made.fault not in _FAULTS:
        raise _wrong(name)
    return made


def _wrong(name: str) -> EvalError:
    return EvalError(
        f"{name!r} is no simulated judge. Write {JUDGE_PREFIX}noise=0.2,bias=0.3,lenient=1,seed=1 "
        f"with noise and bias from 0 to 1, and fault one of {', '.join(_FAULTS[1:])}."
    )


class SimulatedJudge:
    """A simulator behind the `Model` protocol.

    Args:
        name: What tables call it.
        temper: What it is told to be.
        known: What people said, where it is to say the same.
    """

    def __init__(self, name: str, temper: Temper, known: Known) -> None:
        self.name = name
        self._temper, self._known = temper, known

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers in the form of the schema; tokens are four characters each.

        Raises:
            ModelError: It is told to fail.
            ModelTimeout: The deadline has passed.
        """
        if time.monotonic() >= deadline:
            raise ModelTimeout(f"{self.name} was asked too late.")
        asked = sum(len(message.content) for message in call.messages) // 4
        self._fail(call, asked)
        fault = self._temper.fault
        text = _FIXED[fault] if fault in _FIXED else json.dumps(self._reply(call))
        usage = Usage(1, asked, 1 + len(text) // 4, seconds=0.05 + 0.002 * (len(text) // 4))
        return Completion(text, self.name, "stop", usage)

    async def aclose(self) -> None:
        """There is nothing to close."""

    def _fail(self, call: ModelCall, asked: int) -> None:
        flaky = self._temper.fault == "flaky" and self._chance("flaky", _shown(call)) < 0.25
        if self._temper.fault == "error" or flaky:
            error = ModelError(f"{self.name} failed, as it is told to.", status=500)
            error.usage = Usage(1, asked)
            raise error

    def _reply(self, call: ModelCall) -> dict[str, object]:
        scales = _scales(call)
        rest = _SENTENCE.sub("", _shown(call))
        said = [text for _, text in _SENTENCE.findall(_shown(call))]
        if "better" in scales:
            return {"why": "simulated", "better": self._prefers(rest, *said[:2])}
        scores = self._scores(rest, said[0], scales)
        if self._temper.fault == "range":
            scores = dict.fromkeys(scores, 99)
        if self._temper.fault == "part":
            scores.popitem()
        return {"why": "simulated", **scores}

    def _prefers(self, rest: str, a: str, b: str) -> str:
        ends = {"faithful": (0, 1), "specific": (1, 5), "plain": (1, 5)}
        # The draws are of the pair in this order: a judge does not know that it saw it swapped.
        if self._chance("bias", a, b) < self._temper.bias:
            return "A"
        if self._chance("noise", a, b) < self._temper.noise:
            return "A" if self._chance("coin", a, b) < 0.5 else "B"
        sums = [_sum(self._known.get(one) or _formula(rest, one, ends)) for one in (a, b)]
        return "tie" if sums[0] == sums[1] else "A" if sums[0] > sums[1] else "B"

    def _scores(
        self, rest: str, said: str, scales: Mapping[str, tuple[int, int]]
    ) -> dict[str, object]:
        honest = {**_formula(rest, said, scales), **self._known.get(said, {})}
        found: dict[str, object] = {}
        for name, (low, high) in scales.items():
            value = honest.get(name, low) + self._temper.lenient * (high > 1)
            if self._chance("noise", name, rest, said) < self._temper.noise:
                value = low + int(self._chance("even", name, rest, said) * (high - low + 1))
            value = min(max(value, low), high)
            found[name] = ("yes" if value else "no") if (low, high) == (0, 1) else value
        return found

    def _chance(self, *parts: str) -> float:
        """Returns a number in (0, 1) that depends on seed and parts alone."""
        text = "|".join((str(self._temper.seed), *parts))
        return float((tie_key(text) + 0.5) / 2**64)


def _shown(call: ModelCall) -> str:
    return call.messages[-1].content


def _scales(call: ModelCall) -> dict[str, tuple[int, int]]:
    """Returns question -> lowest and highest answer, off the schema of the reply."""
    schema: Mapping[str, object] = call.schema or {}
    properties = schema.get("properties")
    asked = dict(properties) if isinstance(properties, Mapping) else {}
    asked.pop("why", None)
    return {name: (one.get("minimum", 0), one.get("maximum", 1)) for name, one in asked.items()}


def _formula(rest: str, said: str, scales: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    told = set(re.findall(r"[\w']+", rest.casefold()))
    words = re.findall(r"[\w']+", said.casefold())
    shared = len({word for word in words if word in told} - _COMMON)
    specific = min(1.0, shared / _SPECIFIC)
    plain = min(1.0, max(0.0, 1.5 - len(words) / _LONG))
    faithful = all(name.casefold() in told for name in _NAME.findall(said))
    parts = {"specific": specific, "plain": plain, "useful": (specific + plain) / 2,
             "faithful": float(faithful)}  # fmt: skip
    return {
        name: low + round(parts.get(name, 0.5) * (high - low))
        for name, (low, high) in scales.items()
    }


def _sum(scores: Mapping[str, int]) -> int:
    return sum(scores.values())


def make_simulated_judge(name: str, label: str, known: Known) -> SimulatedJudge:
    """Makes the simulated judge of a name such as ``simulated-judge:noise=0.2``.

    Raises:
        EvalError: The name cannot be read.
    """
    return SimulatedJudge(label, parse_temper(name), known)
