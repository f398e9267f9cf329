"""Whatever a catalogue, a person or a model says is text, and stays in its place."""

import pytest
from acting import ask, shoot

pytestmark = pytest.mark.browser


def test_text_is_never_markup(hostile, size, visit):
    page = visit(hostile, size, who="u1")
    found = ask(page, "show me 10 items")
    assert any("<script>" in one for one in found)
    assert any("![x](" in one for one in found)
    page.click("#open-profile")
    page.locator("#doings li").first.wait_for()
    shoot(page, "5-hostile-profile")
    assert page.evaluate("probe.escaped('#profile')") == []
    page.keyboard.press("Escape")
    assert page.evaluate("window.owned") is None
    assert (
        page.locator("main img, main script, main a, dialog img, dialog script, dialog a").count()
        == 0
    )
    shoot(page, "5-hostile")


def test_what_a_person_or_a_model_says_is_text(modelled, size, visit):
    page = visit(modelled, size)
    modelled.model.wait = 0
    modelled.model.words = "Take <b>these</b>. <img src=x onerror=window.owned=1>"
    said = "<img src=x onerror=window.owned=1> a western ![x](https://evil.example/x.png)"
    ask(page, said)
    assert page.locator(".said.mine p").inner_text() == said
    assert "<b>these</b>" in page.locator(".said.theirs").inner_text()
    page.click("#open-profile")
    page.locator("#wish").fill("<script>window.owned=1</script>")
    page.press("#wish", "Enter")
    page.locator("#wishes li", has_text="<script>").wait_for()
    assert page.evaluate("window.owned") is None
    assert page.locator("main img, main b:not(.amounts b), dialog img").count() == 0


def test_long_and_turned_text_stays_in_its_place(hostile, size, visit):
    page = visit(hostile, size, who="u2")
    found = ask(page, "show me 10 items")
    assert any("W" * 300 in one for one in found)
    assert any("gnitrats eht" in one for one in found)
    text = page.evaluate("document.body.textContent")
    assert "\u202e" not in text, "nothing turns the direction of what follows"
    for one in page.locator("summary").all():
        one.click()
    assert page.evaluate("probe.escaped('main')") == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    shoot(page, "5-long")


def test_a_card_without_facts_has_no_empty_list(hostile, size, visit):
    page = visit(hostile, size, who="u3")
    ask(page, "show me 10 items")
    bare = page.locator(".card:not(:has(.facts))")
    assert bare.count() > 0
    assert page.locator(".facts:empty, .facts dd:empty").count() == 0
