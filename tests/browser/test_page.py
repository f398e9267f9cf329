"""The page in a real browser, at both widths: what a person does there, from asking to erasing."""

import pytest
from acting import act, ask, opinion, shoot, titles

pytestmark = pytest.mark.browser


def test_ask_read_like_and_see_the_next_answer_change(films, size, visit):
    page = visit(films, size, who=f"ann{size[0]}")
    shoot(page, "1-empty")
    first = ask(page, "a heist film")
    assert first
    card = page.locator(".card").first
    assert card.locator(".reason").inner_text()
    assert card.locator(".facts dd").first.inner_text().isdigit(), "the year"
    evidence = card.locator("details")
    assert not evidence.locator("li").first.is_visible()
    evidence.locator("summary").press("Enter")
    assert evidence.locator("li").first.is_visible()
    page.locator("#how", has_text="Ranked by").wait_for()
    assert "no model was asked" in page.locator("#how").inner_text()
    act(page, "Like")
    shoot(page, "2-cards")
    second = ask(page, "a heist film")
    assert first[0] not in second
    act(page, "Not for me")
    act(page, "Seen it", card=1)
    third = ask(page, "a heist film")
    assert not {second[0], second[1]} & set(third)


def test_an_opinion_is_taken_back_by_a_second_press(films, size, visit):
    who = f"una{size[0]}"
    page = visit(films, size, who=who)
    ask(page, "a heist film")
    store = films.tenants[0].palate.store
    act(page, "Like")
    act(page, "Not for me")
    assert opinion(page, "Like").get_attribute("aria-pressed") == "false", "one or the other"
    assert [str(one.action) for one in store.user_events(who)] == ["dismiss"]
    act(page, "Seen it")
    page.reload()
    page.locator(".card [data-action=dismiss][aria-pressed=true]").wait_for()
    opinion(page, "Not for me").click()
    page.locator("#status.on", has_text="Taken back").wait_for()
    assert [str(one.action) for one in store.user_events(who)] == ["view"]


def test_why_not_another(films, size, visit):
    page = visit(films, size, who=f"vic{size[0]}")
    ask(page, "a heist film")
    page.locator(".card").first.get_by_role("button", name="Why ").click()
    page.fill("#expected", "Alien")
    page.press("#expected", "Enter")
    page.locator("#why-not-body h3").wait_for()
    assert "By what is known of you it comes" in page.locator("#why-not-body").inner_text()
    assert not page.locator("#why-not-body .amounts").is_visible(), "numbers are on demand"
    page.locator("#why-not-body summary").click()
    assert "by the prior" in page.locator("#why-not-body").inner_text()
    shoot(page, "4-why-not")
    page.keyboard.press("Escape")
    assert not page.locator("#why-not").is_visible()


def test_a_chip_is_removed(films, size, visit):
    page = visit(films, size)
    ask(page, "a comedy from the 1990s, under 100 minutes")
    chips = page.locator(".chip")
    before = chips.count()
    assert before >= 1
    text = chips.first.locator("span").inner_text()
    chips.first.get_by_role("button").click()
    chips.nth(before - 1).wait_for(state="detached")
    assert text not in chips.all_inner_texts()
    page.locator(".noted", has_text=text).wait_for()
    answers = page.locator(".said.theirs").count()
    page.get_by_role("button", name="Ask again without it").press("Enter")
    page.locator(".under").nth(1).wait_for()
    assert page.locator(".said.theirs").count() == answers + 1
    assert text not in chips.all_inner_texts()


def test_the_profile_is_edited_and_erased(films, size, visit):
    who = f"eve{size[0]}"
    page = visit(films, size, who=who)
    ask(page, "a heist film")
    act(page, "Like")
    liked = titles(page)[0]
    page.click("#open-profile")
    page.locator("#doings li").first.wait_for()
    assert liked in page.locator("#doings").inner_text()
    page.fill("#wish", "slow films about work")
    page.press("#wish", "Enter")
    page.locator("#wishes li").first.wait_for()
    assert "slow films about work" in page.locator("#wishes").inner_text()
    shoot(page, "3-profile")
    page.get_by_role("button", name="Remove the wish").click()
    page.locator("#wishes li").first.wait_for(state="detached")
    page.get_by_role("button", name="Forget like").click()
    page.locator("#doings li").first.wait_for(state="detached")
    page.click("#erase")
    assert films.tenants[0].palate.store.user(who) is not None, "one press only asks"
    page.click("#erase")
    page.locator("#profile").wait_for(state="hidden")
    assert films.tenants[0].palate.store.user(who) is None
    assert page.input_value("#who") == ""
    assert page.locator(".said").count() == 0


def test_everything_by_keyboard_alone(films, size, visit):
    page = visit(films, size, who=f"kay{size[0]}")
    page.focus("#say")
    page.keyboard.type("a heist film")
    page.keyboard.press("Enter")
    page.locator(".under").wait_for()
    reached = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(
            "document.activeElement.textContent.trim() || document.activeElement.id"
        ))  # fmt: skip
    assert {"Like", "Not for me", "Seen it", "Why not …?", "Evidence", "Profile", "say"} <= reached


def test_the_page_signs_in_with_a_key_and_says_when_a_link_is_used(films, size, chromium):
    made = films.tenants[0].keys.add(("user",), "ada")
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{films.url}/signin?code=old")
    page.locator("#signin").wait_for()
    assert "used already" in page.inner_text("#signin-why")
    page.fill("#key", "pk_no_key")
    page.press("#key", "Enter")
    page.locator("#key-fault", has_text="no key").wait_for()
    page.fill("#key", made)
    page.press("#key", "Enter")
    page.locator("#main").wait_for()
    assert page.input_value("#who") == "ada"
    assert page.evaluate("document.cookie") == "", "no script can read the session"
    context.close()
