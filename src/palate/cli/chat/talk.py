"""A talk in a terminal: what is said, and how the answer is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from palate.cli.chat.flow import GLUE, Flow
from palate.cli.chat.partner import Partner
from palate.cli.chat.phrases import is_chinese, phrase
from palate.cli.chat.said import Said
from palate.cli.chat.waiting import Waiting
from palate.errors import CatalogueError
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import Console

    from palate.agent.chat.events import Card, ChatReply, Chip, Spent

#: A line that reads well, however wide the window is.
_WIDEST = 100


@dataclass
class Talk:
    """A conversation, as far as a terminal needs it.

    Attributes:
        partner: Who answers.
        console: Where it is printed.
        user: Who talks; empty for a stranger.
        conversation: Its id, once there is one.
        cards: What was shown last.
        chinese: Whether the talk is in Chinese now.
        over: Whether the person has left.
    """

    partner: Partner
    console: Console
    user: str = ""
    conversation: str | None = None
    cards: Sequence[Card] = ()
    recommendation: str | None = None
    chips: Sequence[Chip] = ()
    chinese: bool = field(default=False, init=False)
    over: bool = field(default=False, init=False)

    def say(self, said: str) -> None:
        """Has a turn answered; in a new conversation where a person had this one erased."""
        try:
            self.turn(said)
        except CatalogueError:
            if self.conversation is None or self._kept(self.conversation):
                raise
            self.anew()
            self.turn(said)

    def _kept(self, conversation: str) -> bool:
        try:
            self.partner.state(conversation)
        except CatalogueError:
            return False
        return True

    def turn(self, said: str) -> None:
        """Has a turn answered, and prints the answer as it comes."""
        from palate.agent.chat.events import Cards, Finished, Piece, Thinking

        self._hear(said)
        answer, waiting = Said(self._flow()), Waiting(chinese=self.chinese)
        with self.console.status(waiting, spinner_style="dim") as status:
            for event in self.partner.turn(said, self.conversation):
                if isinstance(event, Thinking):
                    waiting.step = event.text
                    continue
                if isinstance(event, Cards):
                    answer.know(event.cards)
                    continue
                status.stop()
                if isinstance(event, Piece):
                    answer.feed(event.text)
                elif isinstance(event, Finished):
                    answer.close(event.reply.text)
                    self._finish(event.reply)

    def _finish(self, reply: ChatReply) -> None:
        self.conversation, self.chips = reply.conversation, reply.chips
        if reply.cards:
            self.cards, self.recommendation = reply.cards, reply.recommendation
        self.show_chips()
        if reply.usage.calls:
            self._show_cost(reply.made_by, reply.usage)

    def _hear(self, said: str) -> None:
        """Notes the language of what is said; words without letters change nothing."""
        if is_chinese(said):
            self.chinese = True
        elif any(letter.isalpha() for letter in said):
            self.chinese = False

    def _show_cost(self, name: str, usage: Spent) -> None:
        usd = f", ${usage.usd:.4f}" if usage.usd else ""
        waited = self.phrase("waited", seconds=usage.seconds) if usage.seconds else ""
        self.dim(self.phrase(
            "spent", name=name, tokens_in=usage.tokens_in, tokens_out=usage.tokens_out, usd=usd,
            waited=waited,
        ))  # fmt: skip

    def phrase(self, name: str, /, **given: object) -> str:
        """Returns a sentence by its name, in the language of the talk."""
        return phrase(name, chinese=self.chinese, **given)

    def show_chips(self) -> None:
        """Prints what is in force; a number stays beside the first word of what it counts."""
        if self.chips:
            chips = [f"{n}{GLUE}{shown(chip.text)}" for n, chip in enumerate(self.chips, start=1)]
            self._print(self.phrase("in_force", chips=" · ".join(chips)), "dim")

    def dim(self, text: str) -> None:
        """Prints a line beside the talk."""
        self._print(shown(text), "dim")

    def _print(self, text: str, style: str) -> None:
        flow = self._flow()
        flow.feed(text, style)
        flow.close()

    def _flow(self) -> Flow:
        def write(text: str, style: str) -> None:
            self.console.print(text, style=style or None, end="", soft_wrap=True)

        return Flow(write, min(self.console.width, _WIDEST))

    def resume(self, conversation: str, turns: int = 3) -> None:
        """Goes on with an earlier conversation, and shows how it ended."""
        found = self.partner.state(conversation)
        self.conversation = conversation
        self.take(found)
        for one in found["turns"][-turns:]:
            self._hear(one["said"])
            self.dim(f"> {one['said']}")
            self._print(one["reply"]["text"], "dim")
        self.show_chips()

    def take(self, found: Mapping[str, Any]) -> None:
        """Takes over what a conversation has in force, and what it showed last."""
        from palate.agent.chat.events import ChatReply, Chip

        self.chips = [Chip(one["id"], one["text"]) for one in found["chips"]]
        for reply in [ChatReply.of(one["reply"]) for one in found["turns"]]:
            if reply.cards:
                self.cards, self.recommendation = reply.cards, reply.recommendation

    def anew(self) -> None:
        """Leaves the conversation for a new one."""
        self.conversation, self.recommendation = None, None
        self.cards, self.chips = (), ()
