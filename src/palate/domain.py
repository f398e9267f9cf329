"""The shared words of Palate: frozen values that pass between the stages, and the protocols.

Every value here is immutable and typed; no stage reads another's insides. Ids are strings,
scores are "higher is better", points in time are UTC. A sequence of history is always ordered
from the oldest to the newest.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FieldValue = str | int | float | bool | tuple[str, ...]
RankBy = Literal["prior", "model", "fused"]
Role = Literal["system", "user", "assistant"]


class Action(StrEnum):
    """What a person did with an item."""

    VIEW = "view"
    CLICK = "click"
    LIKE = "like"
    DISLIKE = "dislike"
    RATE = "rate"
    PURCHASE = "purchase"
    PLAY = "play"
    SAVE = "save"
    SKIP = "skip"
    DISMISS = "dismiss"


# --------------------------------------------------------------------------- what is stored


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be recommended.

    Attributes:
        id: The catalogue's own id; never shown to a model.
        title: What a person calls it.
        text: A description in free text, may be empty.
        tags: Categories or genres, in the catalogue's spelling.
        fields: Further typed facts, such as ``year: 1994``, ``cast: ("A", "B")``.
    """

    id: str
    title: str
    text: str = ""
    tags: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did.

    Attributes:
        value: The rating of a ``rate`` event, in the source's own scale; else ``None``.
        at: When, UTC; ``None`` where the source has no times (then the order of arrival counts).
        scene: The context it happened in, such as ``"evening"``.
        text: Free text that came with it, such as a review.
        key: Idempotency key: a second event with the same key is the same event.
        recommendation: Id of the slate that led to it, if any.
    """

    user: str
    item: str
    action: Action
    value: float | None = None
    at: datetime | None = None
    scene: str | None = None
    text: str | None = None
    key: str | None = None
    recommendation: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person known to the workspace. ``fields`` holds whatever else the source knew."""

    id: str
    name: str | None = None
    language: str | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something a person said they want (``likes=True``) or do not want, in their own words."""

    user: str
    text: str
    likes: bool = True
    at: datetime | None = None
    id: int | None = None


# --------------------------------------------------------------------------- the request


class Op(StrEnum):
    """How a constraint compares. Words are matched without regard to case."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    NOT_IN = "not in"
    HAS = "has"
    HAS_NOT = "has not"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition that every recommended item must meet.

    Attributes:
        field: A field of the item, or one of ``id``, ``title``, ``text``, ``tags``, ``words``
            (title and text and tags together) or ``seen`` (with ``==`` and ``False``).
        op: The comparison.
        value: What to compare with; a tuple for ``in`` and ``not in``.
    """

    field: str
    op: Op
    value: FieldValue

    def __str__(self) -> str:
        """Returns the constraint as a person would type it: ``runtime <= 120``."""
        shown = ", ".join(self.value) if isinstance(self.value, tuple) else str(self.value)
        return f"{self.field} {self.op.value} {shown}"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one request may spend on a model; ``None`` is without bound.

    Attributes:
        tokens: Of all prompts and replies together, at least 1.
        usd: Dollars, at the prices of the settings.
        ms: Milliseconds until the prior takes over, retrieval included.
    """

    tokens: int | None = None
    usd: float | None = None
    ms: float | None = None

    def __bool__(self) -> bool:
        """Says whether it bounds anything."""
        return any(amount is not None for amount in (self.tokens, self.usd, self.ms))


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of a recommender.

    Attributes:
        user: Id of a person of the workspace; ``None`` for a stranger.
        history: Item ids, oldest first, to use instead of (or, for a known user, after) what is
            stored; ``None`` when the caller gives none.
        text: A wish for this request, in words.
        n: How many recommendations to return, at least 1.
        constraints: All must hold.
        scene: The context, such as ``"evening, with children"``.
        candidates: Rank these item ids, all of them, and nothing else; ``None`` retrieves.
        rank_by: Forces the prior, the model, or their fusion; ``None`` follows the settings.
        language: BCP 47 language of the reasons; ``None`` follows the user, then the settings.
        at: The moment of the request, UTC; ``None`` is now.
        ranker: How the model is asked; ``None`` follows the settings.
        budget: What asking may cost; ``None`` follows the settings.
    """

    user: str | None = None
    history: tuple[str, ...] | None = None
    text: str | None = None
    n: int = 10
    constraints: tuple[Constraint, ...] = ()
    scene: str | None = None
    candidates: tuple[str, ...] | None = None
    rank_by: RankBy | None = None
    language: str | None = None
    at: datetime | None = None
    ranker: str | None = None
    budget: Budget | None = None


# --------------------------------------------------------------------------- profile, pool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One item of a person's past: the strongest thing they did with it, and when last.

    ``strength`` is signed, in [-1, 1]: above 0 liked, below 0 disliked, near 0 merely seen.
    """

    item: str
    strength: float
    action: Action
    value: float | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TagWeight:
    """How much a person leans to a tag, in [-1, 1], and the history items behind it."""

    tag: str
    weight: float
    items: tuple[str, ...] = ()


class Start(StrEnum):
    """What the profile could be made of."""

    WARM = "warm"
    WISHES_ONLY = "wishes only"
    REQUEST_ONLY = "history of the request"
    NO_EVENTS = "no events"
    NO_USER = "no user"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known about the person behind a request.

    Attributes:
        history: Oldest first; one entry an item.
        tags: Strongest first.
        wishes: What they stated, newest last.
        hidden: Item ids never to be shown again (dismissed).
        seen: Item ids of the whole past, also where ``history`` holds its newest part only.
    """

    user: str | None
    start: Start
    history: tuple[HistoryEntry, ...] = ()
    tags: tuple[TagWeight, ...] = ()
    wishes: tuple[Wish, ...] = ()
    hidden: frozenset[str] = frozenset()
    scene: str | None = None
    language: str | None = None
    seen: frozenset[str] = frozenset()

    @property
    def likes(self) -> tuple[HistoryEntry, ...]:
        """Entries with a positive strength, oldest first."""
        return tuple(entry for entry in self.history if entry.strength > 0)

    @property
    def dislikes(self) -> tuple[HistoryEntry, ...]:
        """Entries with a negative strength, oldest first."""
        return tuple(entry for entry in self.history if entry.strength < 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One checked fact that speaks for (or against) a candidate.

    Attributes:
        feature: Name of the prior's feature it stands for, such as ``"neighbours"``.
        contribution: That feature's exact share of the prior score, in log-odds.
        items: History item ids behind it, the strongest first.
        fields: Names of catalogue fields or tags behind it.
        words: Words of the request or of a wish that it answers.
    """

    feature: str
    contribution: float
    items: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item in the pool, scored by the prior.

    Attributes:
        prior: log P(item | user, pool) of the conditional logit; sums to 1 over the pool.
        features: Raw feature values by name.
        evidence: Strongest contribution first.
        sources: Names of the sources that brought it.
    """

    item: Item
    prior: float
    features: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Which single constraint to drop, and how many items would then be left."""

    constraint: Constraint
    left: int


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, best prior first, and what happened on the way.

    Attributes:
        fitted: Whether the prior's weights were learnt (else they are the fixed ones).
        relax: Set when nothing was left: the constraint whose removal helps most.
        notes: Sentences for the reader about what was cut, missing, or done instead.
    """

    candidates: tuple[Candidate, ...]
    fitted: bool
    relax: Relaxation | None = None
    notes: tuple[str, ...] = ()


# --------------------------------------------------------------------------- prompts, models


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat completion."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class TokenCount:
    """How many tokens, by which tokenizer, and whether that is the serving model's own."""

    tokens: int
    tokenizer: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A request ready to be sent.

    Attributes:
        template: Name of the template, such as ``"rank/listwise"``.
        version: Its published version.
        sha256: Hash of the template's text.
        labels: Label shown to the model -> item id.
        max_tokens: What the reply may cost.
        schema: JSON schema of the reply, the same for every user; ``None`` for free text.
        dropped: What the budget cut, in words.
    """

    messages: tuple[Message, ...]
    labels: Mapping[str, str]
    tokens: TokenCount
    template: str
    version: str
    sha256: str
    max_tokens: int
    schema: Mapping[str, object] | None = None
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What model calls cost. Tokens are the server's own count where it gave one."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    retries: int = 0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Returns the sum, field by field."""
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.retries + other.retries,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """One reply of a model, checked to be a reply.

    Attributes:
        finish: The server's ``finish_reason``: ``"stop"``, ``"length"``, ...
        top_logprobs: For each decoded token, token -> log-probability; empty if not asked for.
        thought: Whether the model was seen to think before it answered.
    """

    text: str
    model: str
    finish: str
    usage: Usage = Usage()
    top_logprobs: tuple[Mapping[str, float], ...] = ()
    thought: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model said about a pool, before anything is filled in.

    Attributes:
        order: Item ids in the model's order; may be partial, never holds an unknown id.
        logprobs: Item id -> log-probability, where the ranker has them.
        reasons: Item id -> the model's sentence, unchecked.
        repairs: What the parser had to mend, in words.
    """

    order: tuple[str, ...]
    logprobs: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """A full permutation of the pool.

    Attributes:
        order: Every item id of the pool, best first.
        scores: Item id -> final score, strictly decreasing along ``order``.
        ranked_by: What really decided: a request for ``fused`` may end as ``prior``.
        opinion: The model's own, unfilled opinion; ``None`` if no model spoke.
        cause: Why the model did not decide, when it was asked to; else ``None``.
        weight: The weight of the opinion in the fusion, 0 for the prior alone.
        tuned: Whether that weight was learnt.
        ranker: Which ranker was used in the end; empty if none was.
        notes: What the reader should know of how it came about, a sentence each: a ranker that
            the server cannot serve and what took its place, agreement, what a budget cut.
    """

    order: tuple[str, ...]
    scores: Mapping[str, float]
    ranked_by: RankBy
    opinion: Opinion | None = None
    cause: str | None = None
    weight: float = 0.0
    tuned: bool = False
    usage: Usage = Usage()
    ranker: str = ""
    notes: tuple[str, ...] = ()


# --------------------------------------------------------------------------- the answer


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement found in a reason, and whether the evidence supports it."""

    text: str
    kind: str
    supported: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is recommended, in the reader's language.

    Attributes:
        written_by: ``"evidence"`` (a sentence made from the evidence) or ``"model"``.
        claims: What was checked in a model's sentence.
        replaced: The model's sentence that was refused, if this one stands in for it.
    """

    text: str
    written_by: Literal["evidence", "model"]
    claims: tuple[Claim, ...] = ()
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One line of a slate. ``rank`` and ``prior_rank`` start at 1."""

    rank: int
    item: Item
    score: float
    prior_rank: int
    reason: Reason
    evidence: tuple[Evidence, ...] = ()


@runtime_checkable
class Embedder(Protocol):
    """Turns text into vectors.

    ``name`` identifies provider and model: an index refuses to mix two names.
    """

    @property
    def name(self) -> str:
        """Provider and model, such as ``"wordllama:l2_supercat:256"``."""
        ...

    @property
    def dimensions(self) -> int:
        """The width of the rows; a remote model may be asked for it."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns unit rows, shape (len(texts), dimensions); a zero row for text without words."""
        ...


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call to a model: messages and the few parameters that Palate uses.

    Attributes:
        max_tokens: Of the reply.
        schema: JSON schema of the reply, where it must have one.
        top_logprobs: How many log-probabilities a decoded token shall come with.
        labels: Those whose log-probabilities are wanted, for servers that give them by name.
        template: Name and version of the template behind it, such as ``"rank/labels@1"``; part of
            the key of a recorded call, never sent.
        retry: Whether a failed try may be followed by another one; never sent.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    schema: Mapping[str, object] | None = None
    top_logprobs: int = 0
    seed: int | None = None
    labels: tuple[str, ...] = ()
    template: str = ""
    retry: bool = True


@runtime_checkable
class Model(Protocol):
    """A language model behind some provider."""

    name: str

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers one call.

        Args:
            call: What to send.
            deadline: ``time.monotonic()`` value at which to give up, retries included.

        Raises:
            ModelError: or one of its kinds; never anything else.
        """
        ...

    async def aclose(self) -> None:
        """Closes connections; safe to call twice."""
        ...


@runtime_checkable
class StreamingModel(Model, Protocol):
    """A model that can be heard while it writes."""

    def stream(self, call: ModelCall, *, deadline: float) -> AsyncGenerator[str | Completion]:
        """Yields pieces of the reply's text as they come, and the whole completion last.

        Raises:
            ModelError: or one of its kinds, also after pieces were given; never anything else.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a recommender made of one request: ids and strictly decreasing scores."""

    order: tuple[str, ...]
    scores: tuple[float, ...]


@runtime_checkable
class Recommender(Protocol):
    """Anything that can be evaluated."""

    @property
    def name(self) -> str:
        """Name in tables."""
        ...

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        """Ranks each request's candidates (or, without any, retrieves ``n`` items)."""
        ...
