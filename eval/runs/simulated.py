"""Simulated models: they know the truth and say it as well or as badly as they are told to.

    simulated:skill=0.6,bias=0.3,seed=1

A simulated model reads the candidates' lines off the prompt as a model would, and draws for each
the utility ``6 skill [the item is relevant] + 3 bias (1 - slot / slots) + Gumbel noise``, seeded
by the seed, the case and the item. So its choice is a logit: with skill 0 a random order, with
skill 1 a relevant item stands first among 20 in 95 of 100 lists; a bias draws it to what stands
first. It is for trying out the harness, and says nothing about any real model.

``heed=`` makes it follow what the prompt says the person liked: each candidate has a fixed affinity
to each liked title, ``9 heed`` times the greatest of them is added to its utility, and its reasons
cite that title. Without it they cite a liked title at random, and the order does not rest on any.

``temperature=`` adds as much more noise, drawn anew for each repeat of a run: without it a model
says the same whenever it is asked.

``fault=`` makes it fail as real ones do: ``silent`` (an empty reply), ``garbage`` (words without a
label), ``refuse``, ``cut`` (ends after three labels), ``error`` (no reply at all), ``flaky`` (an
error in one call of four), ``history`` (a list of titles that opens with the history's), ``sloppy``
(the first label once more, and one that nothing has).
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from palate.domain import Completion, Model, ModelCall, Usage
from palate.errors import EvalError, ModelError, ModelTimeout
from palate.eval.ordering import tie_key
from palate.eval.runs.answer import ItemFacts
from palate.eval.runs.labels import candidate_line, labelled, liked_titles, names, reasons_wanted
from palate.eval.runs.ledger import asked_case

PREFIX = "simulated:"
_FAULTS = ("", "silent", "garbage", "refuse", "cut", "error", "flaky", "history", "sloppy")
_GARBAGE = "the the of and ... 4 8 15 ~~ lorem ipsum, dolor; sit amet?!"
_REFUSAL = "I'm sorry, but I can't help with ranking these items."

Facts = Callable[[Sequence[str]], Mapping[str, ItemFacts]]


@dataclass(frozen=True, slots=True)
class Skill:
    """What a name such as ``simulated:skill=0.6`` says."""

    skill: float = 0.5
    bias: float = 0.0
    seed: int = 0
    fault: str = ""
    heed: float = 0.0
    temperature: float = 0.0


def parse_skill(name: str) -> Skill:
    """Reads ``simulated:skill=0.6,bias=0.3,seed=1,fault=flaky``.

    Raises:
        EvalError: An unknown key, or a value out of its range.
    """
    values: dict[str, str] = {}
    for part in filter(None, name.removeprefix(PREFIX).split(",")):
        key, equals, value = part.partition("=")
        if (
            key.strip() not in ("skill", "bias", "seed", "fault", "heed", "temperature")
            or not equals
        ):
            raise _wrong(name)
        values[key.strip()] = value.strip()
    try:
        made = Skill(
            float(values.get("skill", 0.5)), float(values.get("bias", 0)),
            int(values.get("seed", 0)), values.get("fault", ""), float(values.get("heed", 0)),
            float(values.get("temperature", 0)),
        )  # fmt: skip
    except ValueError:
        raise _wrong(name) from None
    shares = (made.skill, made.bias, made.heed, made.temperature)
    within = all(0 <= one <= 1 for one in shares)
    if not within or made.fault not in _FAULTS:
        raise _wrong(name)
    return made


def _wrong(name: str) -> EvalError:
    return EvalError(
        f"{name!r} is no simulated model. Write simulated:skill=0.6,bias=0.3,seed=1 with skill, "
        f"bias, heed and temperature from 0 to 1, and fault one of {', '.join(_FAULTS[1:])}."
    )


class SimulatedModel:
    """A simulator behind the `Model` protocol.

    Args:
        name: What tables call it.
        skill: What it is told to be.
        facts: Tells the titles by which it knows the relevant items.
        repeat: Of the run, from 0; with a temperature each one draws anew.
    """

    def __init__(self, name: str, skill: Skill, facts: Facts, repeat: int = 0) -> None:
        self.name = name
        self._skill, self._facts, self._repeat = skill, facts, repeat

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers a call in the form that it asks for; tokens are four characters each.

        Raises:
            ModelError: It is told to fail.
            ModelTimeout: The deadline has passed.
        """
        if time.monotonic() >= deadline:
            raise ModelTimeout(f"{self.name} was asked too late.")
        asked = sum(len(message.content) for message in call.messages)
        self._fail(call, asked)
        found = self._yes_no(call) if "Yes" in call.labels else self._utilities(call)
        text, logprobs = self._said(call, found)
        finish = "stop"
        if self._skill.fault == "cut":
            text, logprobs, finish = text[: text.find(" ", 14) + 6], (), "length"
        # A fixed time a token, so that a run says the same whenever it is made.
        usage = Usage(1, asked // 4, 1 + len(text) // 4, seconds=0.05 + 0.002 * (len(text) // 4))
        return Completion(text, self.name, finish, usage, logprobs)

    async def aclose(self) -> None:
        """There is nothing to close."""

    def _fail(self, call: ModelCall, asked: int) -> None:
        fault = self._skill.fault
        flaky = fault == "flaky" and _uniform(f"{self._salt()}|{call.messages}") < 0.25
        if fault == "error" or flaky:
            error = ModelError(f"{self.name} failed, as it is told to.", status=500)
            error.usage = Usage(1, asked // 4)
            raise error

    def _titles(self) -> list[str]:
        return [fact.title for fact in self._facts(_relevant(asked_case().truth)).values()]

    def _noise(self, line: str) -> float:
        """Gumbel noise of a candidate's line in a case, and more where there is a temperature."""
        told = f"{self._salt()}|{asked_case().id}|{line}"
        noise = -math.log(-math.log(_uniform(told)))
        if not self._skill.temperature:
            return noise
        return noise + 3 * self._skill.temperature * -math.log(
            -math.log(_uniform(f"repeat {self._repeat}|{told}"))
        )

    def _yes_no(self, call: ModelCall) -> dict[str, float]:
        """Says yes to one candidate by its utility, which 3 of cuts in half."""
        line = candidate_line(call)
        good = any(names(line, title) for title in self._titles())
        return {"Yes": 6 * self._skill.skill * good + self._noise(line) - 3, "No": 0.0}

    def _utilities(self, call: ModelCall) -> dict[str, float]:
        titles, lines = self._titles(), labelled(call)
        liked = liked_titles(call) if self._skill.heed else []
        wanted = call.labels or tuple(lines)
        found: dict[str, float] = {}
        for slot, (label, line) in enumerate(lines.items()):
            if label in wanted:
                good = any(names(line, title) for title in titles)
                lean = 3 * self._skill.bias * (1 - slot / len(lines))
                close = max((_affinity(line, one) for one in liked), default=0.0)
                drawn_to = 9 * self._skill.heed * close
                found[label] = 6 * self._skill.skill * good + lean + drawn_to + self._noise(line)
        return found

    def _said(
        self, call: ModelCall, found: Mapping[str, float]
    ) -> tuple[str, tuple[Mapping[str, float], ...]]:
        fixed = {"silent": "", "garbage": _GARBAGE, "refuse": _REFUSAL}.get(self._skill.fault)
        if fixed is not None:
            return fixed, ()
        order = sorted(found, key=lambda label: -found[label])
        if self._skill.fault in ("history", "sloppy"):
            return self._mended(call, order), ()
        if call.top_logprobs:
            total = math.log(sum(math.exp(value) for value in found.values()) or 1.0)
            shares = {label: found[label] - total for label in order[: call.top_logprobs]}
            return (order[0] if order else ""), (shares,)
        if call.schema is not None and "order" in str(call.schema):
            lines = labelled(call)
            liked = liked_titles(call)
            first = order[: reasons_wanted(call)]
            reasons = [{"label": o, "reason": self._reason(lines[o], liked)} for o in first]
            return json.dumps({"order": " ".join(order), "reasons": reasons}), ()
        return " ".join(order), ()

    def _mended(self, call: ModelCall, order: Sequence[str]) -> str:
        if self._skill.fault == "sloppy":
            return " ".join([*order[:1], *order, "Z"])
        lines = labelled(call)
        titles = [*liked_titles(call)[:2], *(_title(lines[label]) for label in order)]
        return "\n".join(f"{place}. {title}" for place, title in enumerate(titles, 1))

    def _reason(self, line: str, liked: Sequence[str]) -> str:
        """Says what the person liked; with a chance of 1 - skill in four, what nobody knows."""
        drawn = _uniform(f"reason|{self._salt()}|{line}")
        if drawn > 1 - (1 - self._skill.skill) / 4:
            return "You liked The Film That Never Was, and this one is like it."
        if not liked:
            return f"{_title(line)} fits."
        near = liked[int(drawn * len(liked))]
        if self._skill.heed:
            near = max(liked, key=lambda one: _affinity(line, one))
        return f"{_title(line)} is close to {near}, which you liked."

    def _salt(self) -> str:
        return f"{self._skill.seed}|{self._skill.skill}|{asked_case().id}"


def _relevant(truth: Mapping[str, float]) -> list[str]:
    return [item for item, gain in truth.items() if gain > 0]


def _affinity(line: str, liked: str) -> float:
    """Few pairs are close: the sixth power of a number that is fixed for each."""
    return _uniform(f"affinity|{_title(line)}|{liked}") ** 6


def _title(line: str) -> str:
    return line.split(";", maxsplit=1)[0].split(" (", maxsplit=1)[0]


def _uniform(text: str) -> float:
    """Returns a number in (0, 1) that depends on the text alone."""
    return (tie_key(text) + 0.5) / 2**64


def make_simulated(name: str, label: str, facts: Facts, repeat: int = 0) -> Model:
    """Makes the simulated model of a name such as ``simulated:skill=0.6``.

    Raises:
        EvalError: The name cannot be read.
    """
    return SimulatedModel(label, parse_skill(name), facts, repeat)
