"""How the page looks and sounds: axe-core, sizes, shifts, focus, motion, colours."""

import pytest
from acting import act, ask, shoot

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(films, size, visit, axe, scheme):
    page = visit(films, size, scheme=scheme)

    def faults(where):
        page.wait_for_timeout(400)  # until what moves has come to rest
        found = page.evaluate(f"(() => {{ {axe} }})(), axe.run()")["violations"]
        return [
            (where, one["impact"], one["id"], [node["target"] for node in one["nodes"]][:4])
            for one in found
        ]

    found = faults("empty")
    shoot(page, f"1-empty-{scheme}")
    ask(page, "a heist film from the 1990s")
    page.locator("summary").first.click()
    act(page, "Like")
    page.locator(".chip button").first.click()
    page.locator(".noted").wait_for()
    found += faults("cards")
    shoot(page, f"2-cards-{scheme}")
    page.click("#open-profile")
    page.locator("#doings li").first.wait_for()
    shoot(page, f"3-profile-{scheme}")
    found += faults("profile")
    page.keyboard.press("Escape")
    page.locator(".card").first.get_by_role("button", name="Why ").click()
    page.fill("#expected", "Alien")
    page.press("#expected", "Enter")
    page.locator("#why-not-body h3").wait_for()
    found += faults("why not")
    shoot(page, f"4-why-not-{scheme}")
    page.keyboard.press("Escape")
    page.click("#open-profile")
    page.get_by_role("button", name="Sign out").click()
    page.locator("#signin").wait_for()
    found += faults("signed out")
    shoot(page, f"6-signed-out-{scheme}")
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 860, 861, 1280, 1920])
def test_nothing_is_wider_than_the_screen_or_on_top_of_another(films, visit, width):
    page = visit(films, (width, 844))
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(wide) <= 0
    assert page.evaluate("probe.overlaps()") == []
    ask(page, "a heist film from the 1990s, under two hours, no comedy, nothing by Michael Mann")
    page.wait_for_timeout(400)
    assert page.evaluate(wide) <= 0
    assert page.evaluate("probe.overlaps()") == []


def test_nothing_shifts_while_an_answer_streams(modelled, size, visit):
    modelled.model.wait, modelled.model.words = 0.7, "These fit what you asked for."
    page = visit(modelled, size)
    page.evaluate("probe.watchShifts()")
    for text in ("a heist film", "shorter"):
        answers = page.locator(".under").count()
        page.fill("#say", text)
        page.press("#say", "Enter")
        page.locator(".waiting", has_text="asking the model").wait_for()
        shoot(page, f"7-streaming-{answers}")
        page.locator(".under").nth(answers).wait_for()
        page.wait_for_timeout(500)
    shifts = page.evaluate("probe.shifts")
    assert sum(value for value, _ in shifts) < 0.02, shifts
    shoot(page, "7-answered-by-a-model")
    assert "tool-caller" in page.locator(".under").first.inner_text()
    assert "$" in page.locator("#how").inner_text(), "what it cost"


def test_whatever_has_the_focus_shows_it(films, size, visit):
    page = visit(films, size)
    ask(page, "a heist film")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if not page.evaluate("probe.focusShows()"):
            unseen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 90)"))
    assert unseen == []


def test_the_order_of_the_keyboard_is_the_order_of_the_page(films, size, visit):
    page = visit(films, size)
    ask(page, "a heist film")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "say", "it skipped to the question"
    page.focus(".skip")
    order = ["who", "open-profile", "fresh", "theme", "log"]
    reached = []
    for _ in order:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert reached == order


def test_a_pick_in_the_talk_leads_to_its_card(films, size, visit):
    page = visit(films, size)
    found = ask(page, "a heist film")
    page.locator(".picks button").nth(3).press("Enter")
    assert page.evaluate("document.activeElement.querySelector('h3')?.textContent") == found[3]


def test_motion_stops_for_those_who_want_none(modelled, size, visit):
    modelled.model.wait = 0.7
    page = visit(modelled, size, reduced_motion="reduce")
    page.fill("#say", "a heist film")
    page.press("#say", "Enter")
    page.locator(".waiting").wait_for()
    assert page.evaluate("document.getAnimations().length") == 0
    page.locator(".under").wait_for()
    assert page.evaluate("document.getAnimations().length") == 0


def test_forced_colours_keep_every_edge(films, size, visit):
    page = visit(films, size, forced_colors="active")
    ask(page, "a heist film")
    act(page, "Like")
    edges = page.evaluate(
        """[...document.querySelectorAll(".card, .chip, .said, .acts button")].map(
          one => parseFloat(getComputedStyle(one).borderTopWidth))"""
    )
    assert edges and min(edges) >= 1
    colour = "one => getComputedStyle(one).backgroundColor"
    pressed = page.locator("[aria-pressed=true]").first.evaluate(colour)
    assert pressed != page.locator("[aria-pressed=false]").first.evaluate(colour)
    shoot(page, "8-forced-colours")


def test_a_screen_reader_hears_each_answer_once(films, size, visit):
    page = visit(films, size)
    page.evaluate("probe.listen()")
    found = ask(page, "a heist film")
    page.wait_for_timeout(200)
    heard = page.evaluate("probe.heard")
    assert [found[0] in one for one in heard].count(True) == 1
    assert heard[-1].endswith(f"{len(found)} recommendations are shown.")
    assert page.locator("#log").get_attribute("aria-live") == "off", "or it is read piece by piece"
    names = page.locator("h1, main:not([hidden]) h2, main:not([hidden]) h3").all_inner_texts()
    assert len(names) == 3 + len(found)
