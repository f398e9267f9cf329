"""Palate for an agent or a chain that somebody built with LangChain: a retriever and a tool.

Both take a workspace (`palate.Palate`) or a running server (`Server`). Importing this file loads
LangChain; nothing else of Palate does before a chat wants it.

    from palate.agent.langchain import PalateRetriever, PalateTool, Server

    PalateRetriever(source=palate, user="ada").invoke("a tense heist film")
    create_agent(model, [PalateTool(source=Server("http://127.0.0.1:8000", key))])
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from palate.errors import CatalogueError, PalateError, PrerequisiteError
from palate.prompts.clean import one_line

if TYPE_CHECKING:
    from palate.domain import Constraint

#: Seconds that a server may take, and characters of a line that a model reads.
_SECONDS, _LONGEST = 60, 400


class _Slate(Protocol):
    def to_dict(self) -> Mapping[str, Any]: ...


class Recommends(Protocol):
    """What both adapters need: `palate.Palate` has it, and so has `Server`."""

    def recommend(
        self,
        user: str | None = None,
        *,
        text: str | None = None,
        n: int = 10,
        constraints: Sequence[str | Constraint] = (),
    ) -> _Slate:
        """Recommends."""
        ...


@dataclass(frozen=True)
class _Told:
    """What a server answered."""

    data: Mapping[str, Any]

    def to_dict(self) -> Mapping[str, Any]:
        return self.data


@dataclass(frozen=True)
class Server:
    """A running `palate serve`.

    Attributes:
        url: Where it listens, without a path.
        key: As `palate keys add --scope read` printed it; never shown.
    """

    url: str
    key: str = field(repr=False)

    def recommend(
        self,
        user: str | None = None,
        *,
        text: str | None = None,
        n: int = 10,
        constraints: Sequence[str | Constraint] = (),
    ) -> _Slate:
        """Asks ``POST /v1/recommend``.

        Raises:
            CatalogueError: The server refused, with its own words.
            PrerequisiteError: It does not answer, or cannot.
        """
        asked = {"user": user, "text": text, "n": n, "constraints": [str(c) for c in constraints]}
        request = Request(
            f"{self.url.rstrip('/')}/v1/recommend",
            json.dumps(asked).encode(),
            {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=_SECONDS) as answer:
                return _Told(json.load(answer))
        except HTTPError as error:
            kind = PrerequisiteError if error.code >= 500 else CatalogueError
            raise kind(_refusal(error)) from None
        except (URLError, OSError, ValueError) as error:
            raise PrerequisiteError(
                f"{self.url} does not answer ({error}): is it served?"
            ) from None


def _refusal(error: HTTPError) -> str:
    try:
        problem = json.load(error)
        faults = (f"{one['where']}: {one['message']}" for one in problem.get("faults", ()))
        return " ".join([problem["detail"], *faults])
    except (ValueError, KeyError, TypeError):
        return f"The server refused with status {error.code}."


class PalateRetriever(BaseRetriever):
    """Recommendations as documents: for a chain that wants a retriever.

    Attributes:
        source: A workspace, or a `Server`.
        user: Whose recommendations; a stranger's without.
        n: How many documents.
        constraints: That each item must meet, such as ``"year >= 1990"``.
    """

    source: Any
    user: str | None = None
    n: int = 10
    constraints: tuple[str, ...] = ()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        """Returns a document an item, best first; its metadata holds the facts and the reason.

        Raises:
            PalateError: As of `Palate.recommend`.
        """
        del run_manager
        source: Recommends = self.source
        slate = source.recommend(
            self.user, text=query or None, n=self.n, constraints=self.constraints
        ).to_dict()
        return [_document(one, slate["id"]) for one in slate["recommendations"]]


def _document(one: Mapping[str, Any], recommendation: str) -> Document:
    item = one["item"]
    facts = {name: value for name, value in item.items() if name not in ("id", "title")}
    rows = [f"{name}: {_words(value)}" for name, value in facts.items() if value not in ("", [])]
    return Document(
        "\n".join(one_line(row, _LONGEST) for row in (item["title"], *rows)),
        id=item["id"],
        metadata={
            "id": item["id"], "title": item["title"], "rank": one["rank"],
            "reason": one["reason"]["text"], "recommendation": recommendation, "facts": facts,
        },
    )  # fmt: skip


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


class Wanted(BaseModel):
    """What a model gives to `PalateTool`."""

    text: str = Field("", description="What the person is looking for, in their words.")
    constraints: list[str] = Field(
        default_factory=list,
        description="Conditions such as 'year >= 1990', 'tags has comedy', 'runtime <= 100'.",
    )
    n: int = Field(5, ge=1, le=20, description="How many.")


class PalateTool(BaseTool):
    """Recommendations as a tool: for an agent that somebody built.

    The model reads a numbered line an item; the whole slate is the message's ``artifact``. Whose
    recommendations they are is the program's to say, and never the model's.

    Attributes:
        source: A workspace, or a `Server`.
        user: Whose recommendations; a stranger's without.
    """

    name: str = "recommend"
    description: str = (
        "Recommend items from the catalogue, each with a checked reason. Name only items that "
        "this returns."
    )
    args_schema: type[BaseModel] = Wanted
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_tool_error: bool = True
    source: Any
    user: str | None = None

    def _run(
        self, text: str = "", constraints: Sequence[str] = (), n: int = 5
    ) -> tuple[str, Mapping[str, Any]]:
        source: Recommends = self.source
        try:
            slate = source.recommend(self.user, text=text or None, n=n, constraints=constraints)
        except PalateError as error:
            raise ToolException(str(error)) from None
        told = slate.to_dict()
        return _lines(told), told


def _lines(slate: Mapping[str, Any]) -> str:
    lines = [
        one_line(f"{one['rank']}. {one['item']['title']} - {one['reason']['text']}", _LONGEST)
        for one in slate["recommendations"]
    ]
    if lines:
        return "\n".join(lines)
    relax = slate.get("relax")
    without = f" Without {relax['constraint']!r}, {relax['left']} would." if relax else ""
    return f"Nothing in the catalogue meets that.{without}"
