"""Who answers a turn: the policy, or the workspace's model in one of two ways."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.agent.chat.policy import Policy
from palate.errors import PrerequisiteError
from palate.workspace.chat_desk import WorkspaceDesk

if TYPE_CHECKING:
    from palate.agent.chat.model.prompt import Room
    from palate.agent.chat.model.turns import Driver, ModelTurns
    from palate.domain import Model
    from palate.workspace.palate import Palate


def answering(
    palate: Palate, desk: WorkspaceDesk, earlier: Sequence[tuple[str, str]]
) -> Policy | ModelTurns:
    """Returns who answers the next turn.

    Args:
        palate: The workspace; its settings and its model decide.
        desk: The tools.
        earlier: Role and text of the turns before.

    Raises:
        PrerequisiteError: A model is asked for that is not there, or cannot call tools.
    """
    wanted, model = palate.settings.chat.agent, palate.engine.model
    if wanted == "policy" or (wanted == "auto" and model is None):
        return Policy(desk)
    if model is None:
        raise PrerequisiteError(
            f"chat.agent is {wanted!r}, and there is no model: set model.name, or chat.agent = "
            '"policy".'
        )
    from palate.agent.chat.model.prompt import Room
    from palate.agent.chat.model.turns import ModelTurns

    count = palate.engine.count
    room = Room(palate.settings.chat.budget, lambda text: count(text).tokens)
    return ModelTurns(desk, _driver(palate, model, room), room, earlier)


def _driver(palate: Palate, model: Model, room: Room) -> Driver:
    from palate.agent.chat.model.plan import PlanDriver

    settings, wanted = palate.settings.model, palate.settings.chat.agent
    prices = (settings.price_in, settings.price_out)
    plan = PlanDriver(model, room, settings.timeout, prices)
    if wanted == "plan" or (wanted == "auto" and not _calls_tools(palate, model)):
        return plan
    if not _over_http(model):
        raise PrerequisiteError(
            f'chat.agent is "tools", and {model.name} is no server that takes tools: use "plan".'
        )
    from palate.agent.chat.langchain_agent import Connection, ToolDriver
    from palate.agent.chat.model.either import Either
    from palate.agent.models import read_key

    connection = Connection(
        settings.name, settings.base_url or None, read_key(settings.api_key_env, os.environ),
        settings.timeout, palate.settings.chat.calls,
        price_in=settings.price_in, price_out=settings.price_out,
    )  # fmt: skip
    tools = ToolDriver(connection, room)
    return tools if wanted == "tools" else Either(tools, plan, palate.toolless)


def _over_http(model: Model) -> bool:
    from palate.agent.models.openai import OpenAIModel

    return isinstance(model, OpenAIModel)


def _calls_tools(palate: Palate, model: Model) -> bool:
    return _over_http(model) and model.name not in palate.toolless
