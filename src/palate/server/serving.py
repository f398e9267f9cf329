"""How a server is to be run."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from palate.errors import PrerequisiteError


@dataclass(frozen=True, slots=True)
class Serving:
    """What `palate serve` was told.

    Attributes:
        host: Address to listen on.
        port: 0 takes a free one.
        names: Host names under which it is reached, besides addresses.
        open: Whoever reaches it may do everything; on loopback only.
        rate: Requests a second that one caller may make, and ``burst`` at once; 0: no bound.
        body: Bytes of a request, at most; ``bulk`` of one that carries many rows.
        patience: Seconds in which a caller must have sent its request, or taken a piece of ours.
        in_flight: Requests at once; more are told to come back. ``person`` of them may be of one
            person whom a key or a page is bound to.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    open: bool = False
    rate: float = 100.0
    burst: int = 200
    body: int = 1_000_000
    bulk: int = 16_000_000
    patience: float = 20.0
    in_flight: int = 1000
    person: int = 20

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Says whether a host name or address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_address(serving: Serving, keys: int) -> None:
    """Refuses what would let strangers in.

    Raises:
        PrerequisiteError: The address is not loopback, and it is open or no key was made.
    """
    if serving.loopback:
        return
    if serving.open:
        raise PrerequisiteError(
            f"--open lets anybody in who can reach {serving.host}: it works on 127.0.0.1 alone."
        )
    if not keys:
        raise PrerequisiteError(
            f"Others can reach {serving.host}, and there is no key yet: make one with "
            "`palate keys add`, or serve on 127.0.0.1."
        )
