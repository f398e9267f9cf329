"""``/v1/recommend``, ``/v1/rerank``, ``/v1/predict`` and ``/v1/recommendations``."""

from __future__ import annotations

import asyncio
import math
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from palate.domain import Usage
from palate.retrieval.store import Trace
from palate.server.answers import PredictOut, RerankOut, SlateOut, TraceOut, WhyNotOut, WhyOut
from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import InService, Reader, while_here
from palate.server.shapes import DocumentIn, Id, Name, PredictIn, RecommendIn, RerankIn
from palate.workspace.chat_lines import why_not_lines
from palate.workspace.palate import Palate
from palate.workspace.slate import Slate
from palate.workspace.why_not import request_of

router = APIRouter(prefix="/v1", tags=["asking"])
Recommendation = Annotated[Name, Path(description="id of a slate")]


@router.post("/recommend", response_model=SlateOut)
async def recommend(
    request: Request, asked: RecommendIn, caller: Reader, service: InService
) -> Response:
    """Recommends, with reasons and the evidence behind them."""
    user = caller.named(asked.user)
    slate = await while_here(request, _slate(caller, user, asked.wanted()))
    note_slate(request, service, caller, slate)
    return sent(slate.to_dict())


async def _slate(caller: Caller, user: str | None, wanted: dict[str, Any]) -> Slate:
    async with caller.tenant.open() as palate:
        asked = await asyncio.to_thread(palate.request, user, **wanted)
        return await palate.engine.arecommend(asked)


def note_slate(request: Request, service: InService, caller: Caller, slate: Slate) -> None:
    """Counts a slate, and the time that its model took."""
    request.state.model_seconds = slate.usage.seconds
    service.metrics.slates.labels(caller.tenant.name, slate.ranked_by).inc()
    service.metrics.spent(caller.tenant.name, slate.usage)


@router.post("/rerank", response_model=RerankOut)
async def rerank(request: Request, asked: RerankIn, caller: Reader, service: InService) -> Response:
    """Ranks documents: items of the catalogue by id, for a person; or texts, by their likeness.

    Texts know nothing of taste: they are compared with the query by the workspace's embedder.
    """
    user = caller.named(asked.user)
    ids = [_id_of(one) for one in asked.documents]
    for place, one in enumerate(asked.documents):
        if isinstance(one, DocumentIn) and one.id is None and one.text is None:
            raise Refused(422, "invalid-request", f"Document {place} has neither a text nor an id.")
    if any(ids) and not all(ids):
        raise Refused(422, "mixed-documents", "Send ids alone, or texts alone.")
    if all(ids):
        wanted = {
            "text": asked.query or None, "candidates": ids, "n": len(ids), "rank_by": asked.rank_by,
        }  # fmt: skip
        slate = await while_here(request, _slate(caller, user, wanted))
        note_slate(request, service, caller, slate)
        scores = _shares(slate)
        pairs = [(place, scores[item]) for place, item in enumerate(ids) if item in scores]
        made_by, usage = str(slate.ranked_by), slate.usage
    else:
        if user is not None and caller.user is None:
            raise Refused(422, "mixed-documents", "For a person's taste, send ids of items.")
        texts = [_text_of(one) for one in asked.documents]
        found = await caller.tenant.call(_likeness, caller.tenant.palate, asked.query, texts)
        pairs, usage = list(enumerate(found)), Usage()
        made_by = caller.tenant.palate.embedder.name
    pairs.sort(key=lambda pair: -pair[1])
    results = [
        {"index": place, "relevance_score": score}
        | ({"document": _document(asked.documents[place])} if asked.return_documents else {})
        for place, score in pairs[: asked.top_n]
    ]
    tokens = usage.prompt_tokens + usage.completion_tokens
    return sent({
        "id": "k" + secrets.token_hex(6), "model": made_by, "results": results,
        "usage": {"total_tokens": tokens},
    })  # fmt: skip


def _id_of(document: str | DocumentIn) -> str | None:
    return None if isinstance(document, str) else document.id


def _text_of(document: str | DocumentIn) -> str:
    return document if isinstance(document, str) else document.text or ""


def _document(document: str | DocumentIn) -> dict[str, Any]:
    if isinstance(document, str):
        return {"text": document}
    return {k: v for k, v in document.model_dump().items() if v is not None}


def _shares(slate: Slate) -> dict[str, float]:
    """Returns the scores as shares of their sum of exponentials, in (0, 1]."""
    best = max((one.score for one in slate), default=0.0)
    weights = {one.item.id: math.exp(one.score - best) for one in slate}
    total = sum(weights.values()) or 1.0
    return {item: weight / total for item, weight in weights.items()}


def _likeness(palate: Palate, query: str, texts: list[str]) -> list[float]:
    """Returns the cosine of each text with the query, in [-1, 1]."""
    rows = palate.embedder.embed([query, *texts])
    return [float(one) for one in rows[1:] @ rows[0]]


@router.post("/predict", response_model=PredictOut)
async def predict(asked: PredictIn, caller: Reader) -> Response:
    """Foretells what a person would do with items, were they to meet them."""
    user = caller.named(asked.user)
    pairs = [(user, item) for item in asked.items]
    found = await caller.tenant.call(
        caller.tenant.palate.predict_pairs, pairs, asked.actions,
        history=asked.history, ask=asked.ask,
    )  # fmt: skip
    return sent(found.to_dict())


@router.get("/recommendations/{recommendation}", response_model=TraceOut)
async def trace(recommendation: Recommendation, caller: Reader) -> Response:
    """Returns how a slate was made."""
    found = await own_trace(caller, recommendation)
    return sent({
        "id": found.id, "user": found.user, "at": found.at, "slate": dict(found.payload)
    })  # fmt: skip


@router.get("/recommendations/{recommendation}/why", response_model=WhyOut)
async def why(
    recommendation: Recommendation, caller: Reader, item: Annotated[Id | None, Query()] = None
) -> Response:
    """Says how a slate was made or, of one of its items, why it stands where it does."""
    await own_trace(caller, recommendation)
    found = await caller.tenant.call(caller.tenant.palate.why, recommendation, item)
    return sent(found.to_dict())


@router.get("/recommendations/{recommendation}/why-not", response_model=WhyNotOut)
async def why_not(
    recommendation: Recommendation,
    caller: Reader,
    item: Annotated[Id, Query()],
    language: Annotated[Name | None, Query()] = None,
) -> Response:
    """Says what keeps an item out of a slate, in words and by the prior's exact shares."""
    trace = await own_trace(caller, recommendation)
    palate = caller.tenant.palate
    told = await caller.tenant.call(palate.why_not, recommendation, item, stored=True)
    asked = request_of(trace)
    said = why_not_lines(told, asked.constraints, language or asked.language or "en")
    return sent(told.to_dict() | {"title": told.item.title, "said": said})


async def own_trace(caller: Caller, recommendation: str) -> Trace:
    """Returns a trace that a caller may see; one of somebody else is as good as none."""
    found = await caller.tenant.call(caller.tenant.palate.trace, recommendation)
    if caller.user is not None and found.user != caller.user:
        raise Refused(404, "not-found", "There is no such recommendation of this person.")
    return found
