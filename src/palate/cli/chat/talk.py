"""A talk in a terminal: what is typed, what is shown, and the commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.text import Text

from palate.cli.chat.flow import Flow
from palate.cli.chat.partner import Partner
from palate.cli.common import say
from palate.errors import CatalogueError, PalateError
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from palate.agent.chat.events import Card, ChatReply, Chip

#: A line that reads well, however wide the window is.
_WIDEST = 100
HELP = (
    ("/why N", "what speaks for the one at place N"),
    ("/why-not TITLE", "why it is not among them"),
    ("/like N, /dislike N, /seen N", "your opinion of it; the next answer knows it"),
    ("/chips, /drop N", "what is in force, and to take one out"),
    ("/profile", "what is known of you"),
    ("/new, /forget", "start anew; erase this conversation and start anew"),
    ("/quit", "leave, as Ctrl-D does; Ctrl-C ends an answer under way"),
)


@dataclass
class Talk:
    """A conversation, as far as a terminal needs it.

    Attributes:
        partner: Who answers.
        console: Where it is printed.
        user: Who talks; empty for a stranger.
        conversation: Its id, once there is one.
        cards: What was shown last.
    """

    partner: Partner
    console: Console
    user: str = ""
    conversation: str | None = None
    cards: Sequence[Card] = ()
    recommendation: str | None = None
    chips: Sequence[Chip] = ()
    over: bool = field(default=False, init=False)

    def hear(self, line: str) -> None:
        """Answers a line: a command where it begins with a slash, else a turn."""
        name, _, rest = line.strip().partition(" ")
        if not name:
            return
        try:
            if name.startswith("/"):
                self._command(name, rest.strip())
            else:
                self._turn_or_anew(line.strip())
        except PalateError as error:
            say(str(error))

    def _turn_or_anew(self, said: str) -> None:
        """Has a turn answered; in a new conversation where a person had this one erased."""
        try:
            self.turn(said)
        except CatalogueError:
            if self.conversation is None or self._kept(self.conversation):
                raise
            self.conversation, self.cards, self.chips = None, (), ()
            self.turn(said)

    def _kept(self, conversation: str) -> bool:
        try:
            self.partner.state(conversation)
        except CatalogueError:
            return False
        return True

    def turn(self, said: str) -> None:
        """Has a turn answered, and prints the answer as it comes."""
        from palate.agent.chat.events import Finished, Piece, Thinking

        width = min(self.console.width, _WIDEST)
        flow = Flow(lambda text: self.console.print(text, end="", soft_wrap=True), width)
        heard = ""
        with self.console.status("thinking", spinner_style="dim") as status:
            for event in self.partner.turn(said, self.conversation):
                if isinstance(event, Thinking):
                    status.update(Text(shown(event.text), style="dim"))
                elif isinstance(event, Piece):
                    status.stop()
                    heard += event.text
                    flow.feed(event.text)
                elif isinstance(event, Finished):
                    self._finish(status, event.reply, flow, heard)

    def _finish(self, status: Status, reply: ChatReply, flow: Flow, heard: str) -> None:
        status.stop()
        flow.feed(reply.text.removeprefix(heard))
        flow.close()
        self.conversation, self.chips = reply.conversation, reply.chips
        if reply.cards:
            self.cards, self.recommendation = reply.cards, reply.recommendation
        self._force()
        if reply.usage.calls:
            spent = f"{reply.usage.tokens_in:,} tokens in, {reply.usage.tokens_out:,} out"
            usd = f", ${reply.usage.usd:.4f}" if reply.usage.usd else ""
            self._dim(f"{reply.made_by}: {spent}{usd}")

    def _force(self) -> None:
        if self.chips:
            told = " · ".join(f"{n} {chip.text}" for n, chip in enumerate(self.chips, start=1))
            self._dim(f"in force: {told}")

    def _dim(self, text: str) -> None:
        self.console.print(Text(shown(text), style="dim"))

    # -------------------------------------------------------------- commands

    def _command(self, name: str, rest: str) -> None:
        known: Mapping[str, Callable[[str], None]] = {
            "/help": self._help, "/why": self._why, "/why-not": self._why_not,
            "/like": self._opinion("like", "I loved"),
            "/dislike": self._opinion("dislike", "I did not like"),
            "/seen": self._opinion("view", "I have seen"),
            "/chips": lambda _: self._force() if self.chips else say("Nothing is in force."),
            "/drop": self._drop, "/profile": self._profile, "/new": self._new,
            "/forget": self._forget, "/quit": self._quit, "/exit": self._quit,
        }  # fmt: skip
        if name not in known:
            say(f"There is no {name}. /help lists what there is.")
            return
        known[name](rest)

    def _help(self, _: str) -> None:
        for name, told in HELP:
            say(f"{name:<30}{told}")
        say("Anything else is a turn: say what you are looking for, and what you liked.")

    def _card(self, rest: str) -> Card:
        if not self.cards:
            raise CatalogueError("Nothing was shown yet: say what you are looking for.")
        if not rest.isdecimal() or not 1 <= int(rest) <= len(self.cards):
            raise CatalogueError(f"Say which one: a number from 1 to {len(self.cards)}.")
        return self.cards[int(rest) - 1]

    def _why(self, rest: str) -> None:
        card = self._card(rest)
        if self.recommendation is None:
            raise CatalogueError("What stands behind it is no longer kept.")
        self.partner.why(self.recommendation, card.item)

    def _why_not(self, rest: str) -> None:
        if not rest:
            raise CatalogueError("Say which title: /why-not Jaws.")
        self.turn(f"why not {rest}?")

    def _opinion(self, action: str, words: str) -> Callable[[str], None]:
        def told(rest: str) -> None:
            card = self._card(rest)
            if not self.user:
                # Nothing is kept of a stranger: it counts for this conversation.
                self.turn(f'{words} "{card.title}"')
                return
            self.partner.feedback(card.item, action, self.recommendation)
            say(f"Recorded: {action} {card.title}. The next answer knows it.")

        return told

    def _drop(self, rest: str) -> None:
        if self.conversation is None or not self.chips:
            raise CatalogueError("Nothing is in force.")
        if not rest.isdecimal() or not 1 <= int(rest) <= len(self.chips):
            raise CatalogueError(f"Say which one: a number from 1 to {len(self.chips)}.")
        chip = self.chips[int(rest) - 1]
        self._take(self.partner.drop(self.conversation, chip.id))
        say(f'No longer in force: "{chip.text}".')
        self._force()

    def resume(self, conversation: str, turns: int = 3) -> None:
        """Goes on with an earlier conversation, and shows how it ended."""
        found = self.partner.state(conversation)
        self.conversation = conversation
        self._take(found)
        for one in found["turns"][-turns:]:
            self._dim(f"> {one['said']}")
            flow = Flow(
                lambda text: self.console.print(text, end="", soft_wrap=True, style="dim"),
                min(self.console.width, _WIDEST),
            )
            flow.feed(one["reply"]["text"])
            flow.close()
        self._force()

    def _take(self, found: Mapping[str, Any]) -> None:
        from palate.agent.chat.events import ChatReply, Chip

        self.chips = [Chip(one["id"], one["text"]) for one in found["chips"]]
        replies = [ChatReply.of(one["reply"]) for one in found["turns"]]
        for reply in replies:
            if reply.cards:
                self.cards, self.recommendation = reply.cards, reply.recommendation

    def _profile(self, _: str) -> None:
        if not self.user:
            say("Nobody is named: start with --user to be known, or go on as a stranger.")
            return
        self.partner.profile()

    def _new(self, _: str) -> None:
        self.conversation, self.recommendation = None, None
        self.cards, self.chips = (), ()
        say("A new conversation.")

    def _forget(self, _: str) -> None:
        if self.conversation is not None:
            self.partner.forget(self.conversation)
        say("This conversation is erased.")
        self._new("")

    def _quit(self, _: str) -> None:
        self.over = True
