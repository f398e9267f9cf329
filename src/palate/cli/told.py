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


def tell_fit(report: Mapping[str, Any], as_json: bool) -> None:
    """Prints what was learnt from."""
    if as_json:
        print_json(report)
        return
    console().print(
        f"Fitted {report['items']:,} items and {report['events']:,} events of "
        f"{report['people']:,} people in {report['seconds']:.1f} s."
    )


def tell_why_not(found: Mapping[str, Any], as_json: bool) -> None:
    """Prints what keeps an item out of a slate."""
    if as_json:
        print_json(found)
        return
    say(f"Why not {found['title']}?")
    for line in found["lines"]:
        say(line)


def tell_predictions(found: Mapping[str, Any], as_json: bool) -> None:
    """Prints what people are foretold to do."""
    if as_json:
        print_json(found)
        return
    for one in found["predictions"]:
        amount = _amount(one["action"], one["value"])
        asked = "" if one["model"] is None else f"; the model says {one['model']:.0%}"
        say(f"{one['user'] or 'a stranger'}, {one['title']}: {one['action']} {amount} "
            f"({one['basis']}{asked})")  # fmt: skip
    for line in found["standing"].values():
        say(line)


def _amount(action: str, value: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:.1f}" if action == "rate" else f"{value:.0%}"
