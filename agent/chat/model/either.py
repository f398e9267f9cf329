"""Tools where the server takes them, a plan where it does not; what it refused is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from palate.agent.chat.model.toolbox import Toolbox
from palate.agent.chat.model.turns import Driver, Said
from palate.domain import Message
from palate.errors import ToolsRefused


@dataclass(frozen=True)
class Either:
    """Two ways to drive the same tools.

    Attributes:
        tools: Tried first.
        plan: Takes over where the server refuses tools.
        toolless: Names of models that refused; added to.
    """

    tools: Driver
    plan: Driver
    toolless: set[str]

    @property
    def name(self) -> str:
        """The model's."""
        return self.tools.name

    async def drive(self, told: Sequence[Message], box: Toolbox) -> Said:
        """Has the model carry out a turn, the one way or the other."""
        try:
            return await self.tools.drive(told, box)
        except ToolsRefused:
            self.toolless.add(self.name)
            return await self.plan.drive(told, box)
