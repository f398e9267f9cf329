"""Views of values that are not the SDK's own results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.domain import RenderedPrompt

if TYPE_CHECKING:
    from rich.console import RenderableType


def prompt_view(prompt: RenderedPrompt) -> RenderableType:
    """Returns a rendered prompt for a terminal: its messages, then its size."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    panels: list[RenderableType] = [
        Panel(Text(message.content), title=message.role, title_align="left", border_style="dim")
        for message in prompt.messages
    ]
    about = "" if prompt.tokens.exact else "about "
    line = (
        f"{prompt.template}@{prompt.version}: {about}{prompt.tokens.tokens} tokens "
        f"({prompt.tokens.tokenizer}), reply at most {prompt.max_tokens}"
    )
    if prompt.dropped:
        line += "; cut to fit: " + ", ".join(prompt.dropped)
    return Group(*panels, Text(line, style="green"))
