"""The tools of a turn as LangChain takes them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from palate.agent.chat.model.toolbox import Toolbox, guarded

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

#: Tool -> the shape of its arguments, which pydantic takes long to make and never changes.
_SHAPES: dict[str, Any] = {}


@cache
def definitions() -> str:
    """Returns the tools' definitions as a model is sent them: the same in every turn."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    nobody: Any = None
    return json.dumps([convert_to_openai_tool(tool) for tool in tools_of(nobody)])


def tools_of(box: Toolbox) -> list[BaseTool]:
    """Returns the nine tools over a turn's toolbox."""

    async def search_catalogue(text: str, constraints: list[str] | None = None) -> str:
        """Find items by words. Constraints are written like 'year >= 1990' or 'tags has comedy'."""
        return await guarded(box.search_catalogue(text, constraints or ()))

    async def recommend(
        text: str = "", constraints: list[str] | None = None, n: int | None = None
    ) -> str:
        """Recommend items under everything in force, and under further constraints."""
        return await guarded(box.recommend(text, constraints or (), n))

    async def explain(item: str) -> str:
        """Say why an item was recommended; name it by title or by number in the last list."""
        return await guarded(box.explain(item))

    async def why_not(item: str) -> str:
        """Say what keeps an item out of the recommendations."""
        return await guarded(box.why_not(item))

    async def compare(items: list[str]) -> str:
        """Put items side by side, by title."""
        return await guarded(box.compare(items))

    async def catalogue_facts(question: str) -> str:
        """Answer from the store: how many, the longest, who directed it, when, how long."""
        return await guarded(box.catalogue_facts(question))

    async def remember(wish: str = "") -> str:
        """Keep a wish, in the person's own words; only if their last message asks for that."""
        return await guarded(box.remember(wish))

    async def forget(what: str = "") -> str:
        """Take back a wish or a condition; only if the person's last message asks for that."""
        return await guarded(box.forget(what))

    async def give_feedback(item: str, action: Literal["like", "dislike", "view"]) -> str:
        """Record an opinion; only if the last message holds it."""
        return await guarded(box.give_feedback(item, action))

    made = (
        search_catalogue, recommend, explain, why_not, compare, catalogue_facts, remember, forget,
        give_feedback,
    )  # fmt: skip
    return [_tool(one) for one in made]


def _tool(work: Callable[..., Awaitable[str]]) -> BaseTool:
    from langchain_core.tools import StructuredTool

    made = StructuredTool.from_function(coroutine=work, args_schema=_SHAPES.get(work.__name__))
    _SHAPES[made.name] = made.args_schema
    return made
