"""Lets a tool-calling model carry out a turn, through LangChain's `create_agent`.

LangChain stays in this file and its neighbours (`langchain_tools`, `palate.agent.langchain`).
Nothing is traced to anybody: LangSmith is turned off around every call, whatever the environment.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from palate.agent.chat.events import Spent
from palate.agent.chat.langchain_tools import definitions, tools_of
from palate.agent.chat.model.prompt import Room
from palate.agent.chat.model.toolbox import Toolbox
from palate.agent.chat.model.turns import Said
from palate.domain import Message, Usage
from palate.errors import ModelError, ModelTimeout, ToolsRefused

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

#: Tokens that a server's template puts around a message.
_MARKS = 8


@dataclass(frozen=True)
class Connection:
    """Where a model is, and what it may cost.

    Attributes:
        key: Never shown; local servers need none.
        timeout: Seconds for the whole turn.
        calls: Calls of the model in a turn at most.
        max_tokens: Of each reply.
        price_in, price_out: Dollars per million tokens.
    """

    name: str
    base_url: str | None
    key: str | None
    timeout: float = 30.0
    calls: int = 6
    max_tokens: int = 600
    price_in: float = 0.0
    price_out: float = 0.0

    def __repr__(self) -> str:
        return f"Connection({self.name!r}, {self.base_url!r})"


class ToolDriver:
    """Drives the tools by a model's calls."""

    def __init__(self, connection: Connection, room: Room) -> None:
        self._connection, self._room = connection, room
        self.name = connection.name

    async def drive(self, told: Sequence[Message], box: Toolbox) -> Said:
        """Runs the agent until it says something without calling a tool.

        Raises:
            ToolsRefused: The server refuses tools.
            ModelError: It cannot be reached, or does not answer in time.
        """
        import httpx2
        import openai
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False):
                async with (
                    httpx2.AsyncClient(verify=_trust(self._connection.base_url)) as client,
                    asyncio.timeout(self._connection.timeout),
                ):
                    return await self._run(told, box, client)
        except TimeoutError:
            seconds = self._connection.timeout
            raise ModelTimeout(f"{self.name} did not finish a turn in {seconds:g} s") from None
        except openai.BadRequestError as error:
            if "tool" in str(error).lower():
                raise ToolsRefused(f"{self.name} does not take tools") from None
            raise ModelError(f"{self.name} refused the request") from None
        except openai.OpenAIError as error:
            raise ModelError(f"{self.name} failed: {type(error).__name__}") from None
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{self.name} sent no usable reply: {type(error).__name__}") from None

    async def _run(self, told: Sequence[Message], box: Toolbox, client: Any) -> Said:
        from langchain.agents import create_agent
        from langchain.agents.middleware import ModelCallLimitMiddleware

        tools = tools_of(box)
        limit: Any = ModelCallLimitMiddleware(run_limit=self._connection.calls)
        clock = _clock()
        middleware = [limit, _within(self._room), clock]
        agent: Any = create_agent(self._model(client), tools, middleware=middleware)
        given = {"messages": [{"role": one.role, "content": one.content} for one in told]}
        # A call is five steps of the graph: two before it, itself, one after it, its tools.
        config = {"recursion_limit": 6 * self._connection.calls + 6, "callbacks": []}
        ended = await agent.ainvoke(given, config)
        fresh = ended["messages"][len(told) :]
        return Said(_text(fresh), self._spent(fresh, clock.seconds))

    def _model(self, client: Any) -> Any:
        from langchain_openai import ChatOpenAI

        connection = self._connection
        return ChatOpenAI(
            model=connection.name,
            base_url=connection.base_url or "https://api.openai.com/v1",
            api_key=connection.key or "none",
            temperature=0,
            max_retries=1,
            max_tokens=connection.max_tokens,
            timeout=connection.timeout,
            http_async_client=client,
            use_responses_api=False,
        )

    def _spent(self, fresh: Sequence[BaseMessage], seconds: float) -> Spent:
        calls = tokens_in = tokens_out = 0
        for message in fresh:
            usage = getattr(message, "usage_metadata", None)
            if message.type == "ai":
                calls += bool(getattr(message, "response_metadata", None))
            if usage:
                tokens_in += usage["input_tokens"]
                tokens_out += usage["output_tokens"]
        price = self._connection
        usage = Usage(calls, tokens_in, tokens_out, seconds=seconds)
        return Spent.of(usage, price.price_in, price.price_out)


def _trust(url: str | None) -> ssl.SSLContext:
    """Returns whom a connection trusts; plain HTTP needs no certificates."""
    return _trusting((url or "").startswith("http:"))


@cache
def _trusting(nobody: bool) -> ssl.SSLContext:
    """Reads the certificates of all authorities once: it takes 35 ms, and holds up every turn."""
    import httpx2

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if nobody else httpx2.create_ssl_context()


def _clock() -> Any:
    """Returns what adds up the time that the model is waited for, tools aside."""
    from langchain.agents.middleware import AgentMiddleware

    class Clock(AgentMiddleware):
        seconds = 0.0

        async def awrap_model_call(self, request: Any, handler: Any) -> Any:
            began = time.monotonic()
            try:
                return await handler(request)
            finally:
                self.seconds += time.monotonic() - began

    return Clock()


def _within(room: Room) -> Any:
    """Returns what ends a turn before a request would be over the budget: code answers then."""
    from langchain.agents.middleware import before_model

    offered = room.count(definitions())

    @before_model(can_jump_to=["end"])
    def within(state: Any, runtime: Any) -> dict[str, Any] | None:
        del runtime
        asked = offered + sum(_size(one, room) for one in state["messages"])
        return {"jump_to": "end"} if asked > room.budget else None

    return within


def _size(message: BaseMessage, room: Room) -> int:
    """Returns the tokens of a message as it is sent, with the marks around it."""
    from langchain_core.messages import convert_to_openai_messages

    sent: Any = convert_to_openai_messages(message)
    calls = sent.get("tool_calls")
    text = room.count(str(message.text)) + _MARKS
    return text + (room.count(json.dumps(calls)) if calls else 0)


def _text(fresh: Sequence[BaseMessage]) -> str:
    """Returns the model's last words; empty where it was stopped in the middle."""
    last = fresh[-1] if fresh else None
    if last is None or last.type != "ai" or not getattr(last, "response_metadata", None):
        return ""
    return str(last.text)
