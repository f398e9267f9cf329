"""``/v1/items``, and ``/v1/fit``, which learns from what came in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from palate.domain import Item
from palate.server.answers import DeletedOut, FitOut, PageOut, RecordOut, TakenOut
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import Admin, Anyone
from palate.server.shapes import Id, IdsIn, ItemsIn
from palate.workspace.palate import Palate

router = APIRouter(prefix="/v1", tags=["records"])
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str, Query(max_length=512, description="`next` of the page before")]


def item_dict(item: Item) -> dict[str, Any]:
    """Returns an item as JSON-able values."""
    return {
        "id": item.id, "title": item.title, "text": item.text, "tags": list(item.tags),
        "fields": dict(item.fields),
    }  # fmt: skip


@router.post("/items", response_model=TakenOut)
async def put_items(given: ItemsIn, caller: Admin) -> Response:
    """Adds items, or replaces them. They are recommended after the next fit."""
    rows = [one.value() for one in given.items]
    written = asdict(await caller.tenant.call(caller.tenant.palate.put_items, rows))
    return sent({"taken": len(rows), **{k: written[k] for k in ("new", "changed", "unchanged")}})


@router.get("/items", response_model=PageOut)
async def list_items(
    caller: Anyone,
    cursor: Cursor = "",
    limit: Limit = 100,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Lists items by id; with ``q``, those whose title, tags or text answer to the words."""
    if q.strip():
        found = await caller.tenant.call(_search, caller.tenant.palate, q, limit)
        return sent({"data": [item_dict(one) for one in found], "next": None})
    store = caller.tenant.palate.store
    rows = await caller.tenant.call(store.items_after, cursor, limit)
    next_page = rows[-1].id if len(rows) == limit else None
    return sent({"data": [item_dict(one) for one in rows], "next": next_page})


def _search(palate: Palate, words: str, limit: int) -> list[Item]:
    found = palate.index.lexical.search(words, limit)
    return list(palate.store.items([item for item, _ in found]).values())


@router.post("/items/delete", response_model=DeletedOut)
async def delete_items(given: IdsIn, caller: Admin) -> Response:
    """Deletes items; they are never recommended again."""
    return sent({"deleted": await caller.tenant.call(caller.tenant.palate.delete_items, given.ids)})


@router.get("/items/{item:path}", response_model=RecordOut)
async def get_item(item: Annotated[Id, Path()], caller: Anyone) -> Response:
    """Returns one item."""
    return sent(item_dict(await caller.tenant.call(caller.tenant.palate.store.item, item)))


@router.delete("/items/{item:path}", response_model=DeletedOut)
async def delete_item(item: Annotated[Id, Path()], caller: Admin) -> Response:
    """Deletes one item."""
    deleted = await caller.tenant.call(caller.tenant.palate.delete_items, [item])
    if not deleted:
        raise Refused(404, "unknown-item", f"No item has the id {item!r}.")
    return sent({"deleted": deleted})


@router.post("/fit", response_model=FitOut)
async def fit(caller: Admin, rebuild: bool = False) -> Response:
    """Brings indexes, statistics and weights up to date. Other requests wait meanwhile.

    With ``rebuild`` the index is made anew from the store, embeddings included.
    """
    report = await caller.tenant.call_alone(caller.tenant.palate.fit, rebuild=rebuild)
    await caller.tenant.warm()
    return sent({"items": report.items, "events": report.events, "people": report.people,
                 "seconds": report.seconds})  # fmt: skip
