"""What a person does on the page, for the tests in a browser."""

import os
from pathlib import Path

#: Where screenshots are kept, if anywhere.
SCREENSHOTS = os.environ.get("PALATE_SCREENSHOTS")
ACTIONS = {"Like": "like", "Not for me": "dismiss", "Seen it": "view"}


def ask(page, text):
    """Asks, and waits for the answer; returns the titles that are shown."""
    answers = page.locator(".under").count()
    page.fill("#say", text)
    page.press("#say", "Enter")
    page.locator(".under").nth(answers).wait_for()
    return titles(page)


def titles(page):
    return page.locator(".card h3").all_inner_texts()


def opinion(page, label, card=0):
    return page.locator(".card").nth(card).locator(f"[data-action={ACTIONS[label]}]")


def act(page, label, card=0):
    """Presses a button below a card, and waits until it is told."""
    button = opinion(page, label, card)
    assert button.inner_text() == label
    button.click()
    page.locator(".card").nth(card).locator(
        f"[data-action={ACTIONS[label]}][aria-pressed=true]"
    ).wait_for()


def shoot(page, name):
    if SCREENSHOTS:
        width = page.viewport_size["width"]
        page.wait_for_timeout(350)
        page.screenshot(path=Path(SCREENSHOTS) / f"{width}-{name}.png")
