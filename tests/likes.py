"""A simulated model with a known taste, for tests of rankers."""

import math

from palate.domain import Completion, Usage


class Simulated:
    """A simulated model: likes the films of high number; its first token says how much."""

    name = "simulated"

    def __init__(self, sharpness=1.0, mass=1.0, bias=0.0, top=20):
        self.sharpness, self.mass, self.bias, self.top = sharpness, mass, bias, top
        self.calls = []

    async def complete(self, call, *, deadline):
        self.calls.append(call)
        if "Yes" in call.labels:
            return self._yes_or_no(call)
        listed = [line.split() for line in call.messages[-1].content.splitlines()]
        letters = {words[0]: int(words[2]) for words in listed if words[1:2] == ["Film"]}
        taste = {
            letter: self.sharpness * number - self.bias * place
            for place, (letter, number) in enumerate(letters.items())
        }
        order = sorted(taste, key=lambda letter: -taste[letter])
        if not call.top_logprobs:
            return Completion(" ".join(order), self.name, "stop", Usage(1, 100, 20))
        total = math.log(sum(map(math.exp, taste.values()))) - math.log(self.mass)
        top = {f" {letter}": taste[letter] - total for letter in order[: self.top]}
        return Completion(order[0], self.name, "length", Usage(1, 100, 1), (top,))

    def _yes_or_no(self, call):
        """A chance of yes by the film's number; odd numbers of words make no difference."""
        asked = call.messages[-1].content.split("Film ")[-1].split()[0]
        odds = self.sharpness * (int(asked) - 4)
        yes, no = (-math.log1p(math.exp(sign * odds)) for sign in (-1, 1))
        shift = math.log(self.mass)
        top = {"Yes": yes + shift, " no": no + shift}
        return Completion("Yes" if odds > 0 else "No", self.name, "length", Usage(1, 80, 1), (top,))
