"""Any model, heard while it writes; one that cannot be is heard when it has written."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from palate.domain import Completion, Model, ModelCall, StreamingModel


async def pieces(
    model: Model, call: ModelCall, *, deadline: float
) -> AsyncGenerator[str | Completion]:
    """Yields the text of a reply in one piece or many, and the whole completion last.

    Raises:
        ModelError: As the model raises it.
    """
    if isinstance(model, StreamingModel):
        async with aclosing(model.stream(call, deadline=deadline)) as stream:
            async for piece in stream:
                yield piece
        return
    completion = await model.complete(call, deadline=deadline)
    yield completion.text
    yield completion
