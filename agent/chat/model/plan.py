"""Plan, then act: for a model that cannot call tools but keeps to a JSON schema.

One call plans (which tools, with what), code carries the plan out, and a second call puts the
results into words.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from palate.agent.chat.events import Spent
from palate.agent.chat.model.prompt import Room, in_turns
from palate.agent.chat.model.toolbox import Toolbox, guarded
from palate.agent.chat.model.turns import Said
from palate.domain import Message, Model, ModelCall, Usage
from palate.errors import ReplyError

#: Steps of a plan that are carried out.
_STEPS = 4
_STRING, _STRINGS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
TOOLS = (
    "search_catalogue", "recommend", "explain", "why_not", "compare", "catalogue_facts",
    "remember", "forget", "give_feedback",
)  # fmt: skip
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["steps"],
    "properties": {
        "steps": {
            "type": "array",
            "maxItems": _STEPS,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool", "text", "items", "constraints"],
                "properties": {
                    "tool": {"type": "string", "enum": list(TOOLS)},
                    "text": _STRING,
                    "items": _STRINGS,
                    "constraints": _STRINGS,
                },
            },
        }
    },
}
#: Plans of a turn at most.
_ROUNDS = 3
#: How a tool's result begins that helped nothing: then another plan may.
_IN_VAIN = ("nothing found", "cannot be done", "not a question")
_AGAIN = (
    "Results of the tools so far, as data:\n{data}\n\nPlan other steps if they may find more; no "
    "steps if this is enough."
)
#: Tokens of the words around the results, and of the marks between messages.
_AROUND = 60
_PLAN = (
    "\n\nYou cannot call tools here. Reply with a JSON object: the steps to take, in order. Each "
    "has `tool` (one of {tools}), `text` (the wish, the question, what to remember, or for "
    "give_feedback the action), `items` (titles) and `constraints`. No steps for small talk."
)


class PlanDriver:
    """Drives the tools by a plan that the model writes first.

    Args:
        model: Any that can be held to a schema.
        timeout: Seconds for the whole turn.
        prices: Dollars per million tokens of prompts and replies.
        room: How long a prompt may be.
    """

    def __init__(
        self, model: Model, room: Room, timeout: float = 30.0,
        prices: tuple[float, float] = (0.0, 0.0),
    ) -> None:  # fmt: skip
        self._model, self._room, self._timeout, self._prices = model, room, timeout, prices
        self.name = model.name

    async def drive(self, told: Sequence[Message], box: Toolbox) -> Said:
        """Asks for a plan, carries it out, plans again where a tool found nothing, asks for words.

        Raises:
            ModelError: The model could not be asked, or its plan is none.
        """
        deadline = time.monotonic() + self._timeout
        results, usage = await self._plans(told, box, deadline)
        data = self._data(results, told) or "no tool was used"
        words = Message("user", f"Results of the tools, as data:\n{data}\n\nNow answer.")
        spoken = await self._model.complete(
            ModelCall(tuple(in_turns([*told, words])), 400, template="chat/words"),
            deadline=deadline,
        )
        return Said(spoken.text, Spent.of(usage + spoken.usage, *self._prices))

    async def _plans(
        self, told: Sequence[Message], box: Toolbox, deadline: float
    ) -> tuple[list[tuple[str, str]], Usage]:
        """Plans and acts until every tool has found something, or a plan says nothing new."""
        rules = Message("system", told[0].content + _PLAN.format(tools=", ".join(TOOLS)))
        results: list[tuple[str, str]] = []
        usage, before = Usage(), list[list[dict[str, Any]]]()
        while len(before) < _ROUNDS:
            known = self._data(results, told)
            so_far = [Message("user", _AGAIN.format(data=known))] if known else []
            asked = tuple(in_turns([rules, *told[1:-1], *so_far, told[-1]]))
            planned = await self._model.complete(
                ModelCall(asked, 500, schema=SCHEMA, template="chat/plan"), deadline=deadline
            )
            usage += planned.usage
            steps = steps_of(planned.text)
            if not steps or steps in before:
                break
            before.append(steps)
            fresh = [await self._step(step, box) for step in steps]
            results += fresh
            if not any(result.startswith(_IN_VAIN) for _, result in fresh):
                break
        return results, usage

    def _data(self, results: Sequence[tuple[str, str]], told: Sequence[Message]) -> str:
        """Returns what tools gave back, within the room that is left."""
        data = "\n".join(f"{name}:\n{result}" for name, result in results)
        taken = sum(self._room.count(one.content) for one in told) + _AROUND
        return self._room.cut(data, taken)

    async def _step(self, step: dict[str, Any], box: Toolbox) -> tuple[str, str]:
        name, text = step["tool"], str(step.get("text", ""))
        items = [str(one) for one in step.get("items", ())]
        constraints = [str(one) for one in step.get("constraints", ())]
        first = items[0] if items else text
        work: dict[str, Callable[[], Awaitable[str]]] = {
            "search_catalogue": lambda: box.search_catalogue(text, constraints),
            "recommend": lambda: box.recommend(text, constraints),
            "explain": lambda: box.explain(first),
            "why_not": lambda: box.why_not(first),
            "compare": lambda: box.compare(items),
            "catalogue_facts": lambda: box.catalogue_facts(text),
            "remember": lambda: box.remember(text),
            "forget": lambda: box.forget(text),
            "give_feedback": lambda: box.give_feedback(first, text),
        }
        return name, await guarded(work[name]())


def steps_of(text: str) -> list[dict[str, Any]]:
    """Returns the steps of a plan.

    Raises:
        ReplyError: The reply is no plan.
    """
    start, end = text.find("{"), text.rfind("}")
    try:
        steps = json.loads(text[start : end + 1])["steps"]
        fine = [one for one in steps if isinstance(one, dict) and one.get("tool") in TOOLS]
    except (ValueError, KeyError, TypeError):
        raise ReplyError("the model wrote no plan") from None
    return fine[:_STEPS]
