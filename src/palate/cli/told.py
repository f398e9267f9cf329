"""What a server answered, printed as the command itself would print it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from palate.cli.common import console, print_json, say


def tell_slate(slate: Mapping[str, Any], as_json: bool) -> None:
    """Prints recommendations."""
    if as_json:
        print_json(slate)
        return
    for one in slate["recommendations"]:
        tags = ", ".join(one["item"].get("tags", [])[:4])
        say(f"{one['rank']:>2}  {one['item']['title']}{f'  ({tags})' if tags else ''}")
        say(f"    {one['reason']['text']}")
    say(slate["how"])
    for remark in slate["remarks"]:
        say(remark)
    console().print(f"id {slate['id']}", style="dim")


def tell_why(why: Mapping[str, Any], as_json: bool) -> None:
    """Prints how a slate was made."""
    from palate.workspace.why import Why

    if as_json:
        print_json(why)
    else:
        console().print(Why(**why))


def tell_profile(profile: Mapping[str, Any], as_json: bool) -> None:
    """Prints what is known of a person."""
    if as_json:
        print_json(profile)
        return
    from palate.workspace.card import rows_table
    from palate.workspace.words import shown

    newest = list(reversed(profile["history"]))
    leans = [f"{one['tag']} {one['weight']:+.2f}" for one in profile["tags"][:10]]
    rows = [
        ("person", profile["user"]),
        ("known from", f"{profile['start']}, {len(newest)} items"),
        ("leans to", ", ".join(leans)),
        ("liked lately", ", ".join(o["title"] for o in newest if o["strength"] > 0.15)),
        ("disliked", ", ".join(o["title"] for o in newest if o["strength"] < 0)),
        *((f"wish {one['id']}", ("" if one["likes"] else "not: ") + one["text"])
          for one in profile["wishes"]),
    ]  # fmt: skip
    console().print(rows_table([(label, shown(text)) for label, text in rows if text]))
