"""Who asks, and what they may do: the one place where a right is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from palate.server.problems import Refused
from palate.server.tenants import Tenant

Scope = Literal["admin", "read", "feedback", "user"]
Need = Literal["read", "feedback", "admin"]
#: Callers who have shown no key of the file: a page by its link, a command, anybody (`--open`).
KEYLESS = ("page", "local", "open")
SCOPES: tuple[str, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has shown who they are.

    Attributes:
        name: Of the key or session; stands in logs and limits.
        tenant: The workspace that the key belongs to.
        scopes: ``admin`` may do everything; ``read`` may ask; ``feedback`` may tell; ``user`` may
            do both, for one person.
        user: The one person that a key is bound to; ``None`` is not bound.
    """

    name: str
    tenant: Tenant
    scopes: frozenset[str]
    user: str | None = None

    @property
    def valid(self) -> bool:
        """Whether the key behind a session is still in use: a page ends with it.

        A page that was signed in through another caller's link is called ``page-`` and their name.
        """
        behind = self.name.rpartition("page-")[2]
        return behind in KEYLESS or self.tenant.keys.holds(behind)

    def must(self, need: Need) -> None:
        """Checks a right.

        Raises:
            Refused: The caller has it not.
        """
        given = {"admin"} | ({need} if need != "admin" else set())
        if self.user is not None and need != "admin":
            given.add("user")
        if not self.scopes & given:
            raise Refused(403, "forbidden", f"This key may not do that: it needs the scope {need}.")

    def named(self, user: str | None) -> str | None:
        """Returns the person that a request is about.

        A key that is bound to one person means that person, named or not.

        Raises:
            Refused: The key is bound to somebody else.
        """
        if self.user is None:
            return user
        if user not in (None, self.user):
            raise Refused(
                403, "another-person", "This key is bound to one person, and that is not this one."
            )
        return self.user

    def owns(self, user: str) -> None:
        """Checks that a person's record may be erased or taken back by this caller.

        Raises:
            Refused: It is neither an admin nor that person.
        """
        self.named(user)
        if not self.scopes & ({"admin"} | ({"user"} if self.user == user else set())):
            raise Refused(
                403, "forbidden", "Only an admin, or a key of that person, may erase a person."
            )
