"""Palate inside somebody else's LangChain: a retriever and a tool.

    from palate import Palate, PalateRetriever, PalateTool

    with Palate.open("shop") as palate:
        agent = create_agent(model, tools=[PalateTool(palate=palate, user="ada")])

Both recommend: profile, constraints, and reasons whose claims are checked. Titles and descriptions
are other people's words; they come as single lines without marks that models take for turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import ArgsSchema, BaseTool
from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from palate.domain import Recommendation
from palate.errors import PalateError
from palate.prompts.clean import one_line

_MOST = 20


class Recommendations(Protocol):
    """A slate, as far as these adapters read it."""

    id: str

    def __iter__(self) -> Iterator[Recommendation]:
        """Yields the recommendations, best first."""

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""


class Recommending(Protocol):
    """What `Palate` offers to these adapters."""

    def recommend(
        self,
        user: str | None = None,
        *,
        text: str | None = None,
        n: int = 10,
        constraints: Sequence[str] = (),
    ) -> Recommendations:
        """Recommends."""


class PalateRetriever(BaseRetriever):
    """Returns recommendations as documents.

    A document's text is the title with its reason; its metadata hold ``id``, ``title``, ``rank``,
    ``score``, ``reason``, ``tags``, the item's ``fields``, and the ``recommendation`` that
    `Palate.why` and `Palate.feedback` take.

    Attributes:
        palate: An open workspace; its owner closes it.
        user: For whom; ``None`` for a stranger.
        k: How many documents.
        constraints: Such as ``"year >= 1990"``; they always hold.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    palate: SkipValidation[Recommending]
    user: str | None = None
    k: int = Field(5, ge=1, le=100)
    constraints: tuple[str, ...] = ()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        slate = self.palate.recommend(
            self.user, text=query or None, n=self.k, constraints=self.constraints
        )
        return [_document(one, slate.id) for one in slate]


def _document(one: Recommendation, recommendation: str) -> Document:
    item = one.item
    told = {
        "id": item.id, "title": item.title, "rank": one.rank, "score": one.score,
        "reason": one.reason.text, "tags": list(item.tags), "fields": dict(item.fields),
        "recommendation": recommendation,
    }  # fmt: skip
    return Document(_line(one), id=item.id, metadata=told)


def _line(one: Recommendation) -> str:
    return f"{one_line(one.item.title, 120)}: {one_line(one.reason.text, 400)}"


class Asked(BaseModel):
    """What a model gives the tool."""

    text: str = Field("", description="what the person is looking for, in words")
    constraints: list[str] = Field(
        [], description="such as 'year >= 1990', 'runtime <= 120', 'tags has comedy', '-horror'"
    )
    n: int = Field(5, ge=1, le=_MOST, description="how many")


class PalateTool(BaseTool):
    """Recommends, as a tool of an agent; it reads, and writes nothing.

    The model is given numbered titles with reasons; the artifact of the tool's message is the slate
    as JSON-able values. What the model asks wrongly it is told in a sentence, as it would be a
    person.

    Attributes:
        palate: An open workspace; its owner closes it.
        user: For whom; ``None`` for a stranger. The model cannot name somebody else.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str = "recommend"
    description: str = (
        "Recommend items of the catalogue to the person you talk with, best first, each with a "
        "checked reason. Name only titles that it returns."
    )
    args_schema: ArgsSchema | None = Asked
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    palate: SkipValidation[Recommending]
    user: str | None = None

    def _run(
        self,
        text: str = "",
        constraints: Sequence[str] = (),
        n: int = 5,
    ) -> tuple[str, dict[str, Any]]:
        try:
            slate = self.palate.recommend(
                self.user, text=text or None, n=n, constraints=tuple(constraints)
            )
        except PalateError as error:
            return str(error), {}
        found = slate.to_dict()
        lines = [f"{one.rank}. {_line(one)}" for one in slate]
        # Without any, what the slate remarks says which constraint to drop.
        return "\n".join(lines or found["remarks"]) or "Nothing was found.", found
