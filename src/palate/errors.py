"""Everything that Palate raises on purpose.

    PalateError                  the root: the only one that the CLI catches
    +-- PrerequisiteError        something to install, configure or run first: an instruction
    |   +-- WorkspaceInUse       another process owns the workspace
    |   +-- NotReady             an index or a prior is missing or damaged: `palate fit`
    |   +-- NoModel              a model is to be asked, and none is configured
    |   +-- StorageError         the disk, or the database, does not take or give what it should
    +-- SettingsError            a setting that cannot be used, and the nearest one that can
    +-- CatalogueError           items, users, events: a file or a value that cannot be taken
    |   +-- UnknownItem          an item id that the workspace does not have
    |   +-- UnknownUser          a user id that the workspace does not have
    |   +-- UnknownConversation  a conversation that is not there, or is somebody else's
    |   +-- ConversationMovedOn  another turn of it came first: send this one again
    +-- PromptError              a template that is missing, changed, or lacks variables
    +-- ModelError               a model that could not be used
    |   +-- ToolsRefused         ... because it does not take tools
    |   +-- ModelTimeout         ... before the deadline
    |   +-- ReplyError           ... because its reply is not one
    +-- EvalError                cases, runs, metrics

Every message is one sentence or two: what is wrong, then what to do about it.
"""

from __future__ import annotations

import errno

#: The disk, a quota, or the largest file that is allowed.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class PalateError(Exception):
    """Root of every error raised on purpose. ``exit_code`` is what the CLI exits with."""

    exit_code = 1


class PrerequisiteError(PalateError):
    """Something must be installed, configured or run first; the message is the instruction."""

    exit_code = 3


class WorkspaceInUse(PrerequisiteError):
    """Another process owns the workspace."""

    exit_code = 4


class NotReady(PrerequisiteError):
    """What recommendations are made from is missing, damaged, or of another version."""


class NoModel(PrerequisiteError):
    """A model is to be asked, and none is configured."""


class StorageError(PrerequisiteError):
    """A file or the database cannot be read or written. What was stored before is still there.

    Attributes:
        full: Whether there is no room left, rather than no right or no answer.
    """

    def __init__(self, message: str, *, full: bool = False) -> None:
        self.full = full
        super().__init__(message)

    @classmethod
    def of(cls, error: OSError, what: object = None) -> StorageError:
        """Says in a sentence what the operating system says about a file.

        Args:
            error: What it said.
            what: The file, where the error does not name it.
        """
        name = error.filename or what or "The workspace"
        if error.errno in _NO_ROOM:
            return cls(
                f"The disk is full: {name} took nothing new, and keeps what it had. Make room, "
                "and try again.",
                full=True,
            )
        return cls(
            f"{name} cannot be used ({error.strerror or error}): check whose it is, and that it "
            "can be read and written."
        )


class SettingsError(PalateError):
    """A setting is unknown or has a value that cannot be used."""

    exit_code = 3


class CatalogueError(PalateError):
    """Items, users or events that cannot be taken as they are."""

    exit_code = 5


class UnknownItem(CatalogueError):
    """No item of the workspace has this id."""

    def __init__(self, item: str) -> None:
        self.item = item
        super().__init__(f"No item has the id {item!r}. `palate ingest items FILE` adds items.")


class UnknownUser(CatalogueError):
    """No user of the workspace has this id."""

    def __init__(self, user: str) -> None:
        self.user = user
        super().__init__(
            f"No user has the id {user!r}. Leave the user out for a cold start, or add events "
            "with `palate ingest events FILE`."
        )


class ConversationMovedOn(CatalogueError):
    """Another turn of a conversation was kept while this one was answered."""

    def __init__(self, conversation: str) -> None:
        self.conversation = conversation
        super().__init__(
            f"The conversation {conversation} went on elsewhere meanwhile: send this turn again."
        )


class UnknownConversation(CatalogueError):
    """No conversation of this person has this id."""

    def __init__(self, conversation: str) -> None:
        self.conversation = conversation
        super().__init__(
            f"No conversation has the id {conversation!r}. Leave it out to start a new one."
        )


class PromptError(PalateError):
    """A template is missing, was changed after its release, or lacks variables."""

    exit_code = 6


class ModelError(PalateError):
    """A model could not be used.

    Attributes:
        retryable: Whether the same call may succeed a little later.
        status: The HTTP status, where there was one.
        wait: Seconds that the server asked to wait; 0 where it did not.
        usage: What the attempts cost, a `palate.domain.Usage`; ``None`` where nothing was counted.
    """

    exit_code = 7

    def __init__(self, message: str, *, retryable: bool = False, status: int | None = None) -> None:
        self.retryable = retryable
        self.status = status
        self.wait = 0.0
        self.usage: object = None
        super().__init__(message)


class ToolsRefused(ModelError):
    """A server does not take tools."""


class ModelTimeout(ModelError):
    """The deadline passed."""


class ReplyError(ModelError):
    """The server answered, but not with a usable reply."""


class RefusedError(ReplyError):
    """The model declined to answer, or the server's content filter did."""


class SilentError(ReplyError):
    """The model said nothing."""


class EvalError(PalateError):
    """Cases, runs or metrics that cannot be used."""

    exit_code = 8
