"""``/v1/users``: people, what is known of them, what they wish, and forgetting all of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from palate.domain import User
from palate.errors import UnknownUser
from palate.server.answers import (
    DeletedOut,
    ForgottenOut,
    PageOut,
    ProfileOut,
    RecordOut,
    TakenOut,
    WishOut,
)
from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import Admin, Anyone, InService, Reader, Service, Teller
from palate.server.shapes import Id, IdsIn, UsersIn, WishIn

router = APIRouter(prefix="/v1/users", tags=["people"])
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str, Query(max_length=512, description="`next` of the page before")]
Who = Annotated[Id, Path(description="id of a person")]


def user_dict(user: User) -> dict[str, Any]:
    """Returns a person as JSON-able values."""
    return {
        "id": user.id, "name": user.name, "language": user.language, "fields": dict(user.fields)
    }  # fmt: skip


@router.post("", response_model=TakenOut)
async def put_users(given: UsersIn, caller: Admin) -> Response:
    """Adds people, or replaces what is known of them; their events stay."""
    rows = [one.value() for one in given.users]
    new, changed, same = await caller.tenant.call(caller.tenant.palate.store.put_users, rows)
    return sent({"taken": len(rows), "new": new, "changed": changed, "unchanged": same})


@router.get("", response_model=PageOut)
async def list_users(caller: Reader, cursor: Cursor = "", limit: Limit = 100) -> Response:
    """Lists people by id; a key of one person sees that person."""
    store = caller.tenant.palate.store
    if caller.user is not None:
        own = await caller.tenant.call(store.user, caller.user)
        return sent({"data": [user_dict(own)] if own else [], "next": None})
    rows = await caller.tenant.call(store.users_after, cursor, limit)
    next_page = rows[-1].id if len(rows) == limit else None
    return sent({"data": [user_dict(one) for one in rows], "next": next_page})


@router.post("/delete", response_model=DeletedOut)
async def delete_users(given: IdsIn, caller: Admin, service: InService) -> Response:
    """Erases people, one after the other; those who are not there are passed over."""
    deleted = 0
    for user in dict.fromkeys(given.ids):
        try:
            await _forget(caller, service, user)
            deleted += 1
        except UnknownUser:
            continue
    return sent({"deleted": deleted})


@router.get("/{user:path}/profile", response_model=ProfileOut)
async def profile(user: Who, caller: Reader) -> Response:
    """Returns what is known of a person, as recommendations see it."""
    who = caller.named(user)
    palate = caller.tenant.palate
    card = await caller.tenant.call(lambda: palate.profile(who or user).to_dict())
    return sent(card)


@router.get("/{user:path}/export", response_model=RecordOut)
async def export(user: Who, caller: Reader) -> Response:
    """Returns everything that is kept of a person: record, events, wishes, talks and slates."""
    caller.named(user)
    return sent(await caller.tenant.call(caller.tenant.palate.export, user))


@router.post("/{user:path}/wishes", response_model=WishOut)
async def wish(user: Who, given: WishIn, caller: Teller) -> Response:
    """Records what a person says they want, or do not want."""
    caller.named(user)
    palate = caller.tenant.palate
    return sent({"id": await caller.tenant.call(palate.wish, user, given.text, likes=given.likes)})


@router.delete("/{user:path}/wishes/{number}", response_model=DeletedOut)
async def unwish(
    user: Who, number: Annotated[int, Path(ge=0, le=2**53)], caller: Teller
) -> Response:
    """Takes a wish back."""
    caller.named(user)
    known = await caller.tenant.call(caller.tenant.palate.unwish, user, number)
    if not known:
        raise Refused(404, "not-found", f"This person has no wish {number}.")
    return sent({"deleted": 1})


@router.get("/{user:path}", response_model=RecordOut)
async def get_user(user: Who, caller: Reader) -> Response:
    """Returns the record of a person."""
    caller.named(user)
    known = await caller.tenant.call(caller.tenant.palate.store.user, user)
    if known is None:
        raise UnknownUser(user)
    return sent(user_dict(known))


@router.delete("/{user:path}", response_model=ForgottenOut)
async def forget(user: Who, caller: Anyone, service: InService) -> Response:
    """Erases a person from every file of the workspace; their keys and sessions end."""
    caller.owns(user)
    return sent(await _forget(caller, service, user))


async def _forget(caller: Caller, service: Service, user: str) -> dict[str, Any]:
    gone = await caller.tenant.call_alone(caller.tenant.palate.forget, user)
    caller.tenant.keys.forget(user)
    service.sessions.end_of(user, caller.tenant)
    return asdict(gone)
