"""What a person sees and keeps while an answer is awaited, and finds again afterwards."""

import pytest
from acting import act, ask, opinion, titles
from serving import served

from palate import Palate
from palate.agent.reasons.genres_zh import _NAMES

pytestmark = pytest.mark.browser


def test_a_slow_answer_shows_its_steps_and_the_seconds(modelled, size, visit):
    modelled.model.wait, modelled.model.words = 2.2, "These fit what you asked for."
    page = visit(modelled, size)
    page.fill("#say", "a heist film")
    page.press("#say", "Enter")
    page.locator(".steps .seconds", has_text="2 s").wait_for()
    page.locator(".steps li", has_text="5 found").wait_for()
    steps = page.locator(".steps li > :first-child").all_inner_texts()
    assert steps == ["asking the model", "looking for what fits", "5 found"]
    assert page.locator(".steps li").last.locator(".seconds").count() == 1
    page.locator(".under").wait_for()
    assert page.locator(".steps").count() == 0


def test_a_reload_keeps_the_question_that_was_not_answered(modelled, size, visit):
    modelled.model.wait = 0
    page = visit(modelled, size)
    ask(page, "a heist film")
    modelled.model.wait = 5
    page.fill("#say", "shorter")
    page.press("#say", "Enter")
    page.locator(".waiting").wait_for()
    page.fill("#say", "and a western")
    page.reload()
    page.locator(".under").wait_for()
    assert page.input_value("#say") == "shorter\nand a western"
    assert page.locator(".said.mine").count() == 1
    modelled.model.wait = 0


def test_an_older_answer_leads_to_its_own_cards(films, size, visit):
    page = visit(films, size)
    first = ask(page, "a western")
    second = ask(page, "recommend a musical instead")
    assert first != second
    page.locator(".picks").first.locator("button").nth(1).click()
    assert titles(page) == first
    focused = "document.activeElement.querySelector('h3')?.textContent"
    assert page.evaluate(focused) == first[1]
    page.get_by_role("button", name="Show these 5").last.click()
    assert titles(page) == second
    assert page.evaluate(focused) == second[0]
    page.wait_for_timeout(600)
    top = page.locator(".card").first.bounding_box()["y"]
    assert 0 < top < size[1] / 2, "the cards are brought into view"


def test_what_one_says_at_length_does_not_push_the_answer_away(films, size, visit):
    page = visit(films, size)
    ask(page, "I love slow films. " * 150)
    bubble = page.locator(".said.mine")
    assert bubble.bounding_box()["height"] < 320
    before = bubble.bounding_box()["height"]
    bubble.get_by_role("button", name="Show all of it").click()
    assert bubble.bounding_box()["height"] > 3 * before
    assert bubble.locator("button").count() == 0


def test_a_talk_that_is_opened_again_shows_its_end(films, size, visit):
    who = f"end{size[0]}"
    page = visit(films, size, who=who)
    for said in ("a western", "from the 1960s", "under 150 minutes", "no comedy", "why not Alien?"):
        ask(page, said)
    page.reload()
    page.locator(".under").nth(4).wait_for()
    page.wait_for_timeout(600)
    end = page.locator(".said.theirs").last.bounding_box()
    field = page.locator(".ask").bounding_box()
    assert end["y"] + end["height"] <= field["y"]
    assert end["y"] > 0


def test_a_forgotten_row_leaves_the_focus_and_the_place(films, size, visit):
    who = f"far{size[0]}"
    page = visit(films, size, who=who)
    rows = [one["id"] for one in films.admin.get("/v1/items?limit=30").json()["data"]]
    films.admin.post("/v1/feedback", json={"events": [
        {"user": who, "item": item, "action": "like"} for item in rows
    ]})  # fmt: skip
    page.click("#open-profile")
    page.get_by_role("button", name="more").click()
    row = page.locator("#doings li").nth(24)
    gone = row.locator("span").first.inner_text()
    row.get_by_role("button").click()
    page.locator("#profile .told.on", has_text="Forgotten").wait_for()
    assert page.locator("#doings li").count() == 29, "the list stays as long as it was"
    assert gone not in page.locator("#doings").inner_text()
    index = (
        "[...document.querySelectorAll('#doings li')].indexOf(document.activeElement.closest('li'))"
    )
    assert page.evaluate(index) == 24, "the focus is on the row that took its place"
    assert page.evaluate("document.querySelector('#profile').scrollTop") > 200
    page.locator("#profile [data-close]").click()
    assert not page.locator("#profile").is_visible(), "the way out is in view"


def test_nothing_said_in_passing_outlasts_what_it_was_about(films, size, visit):
    page = visit(films, size, who=f"pas{size[0]}")
    ask(page, "a western")
    act(page, "Like")
    page.locator("#status.on").wait_for()
    ask(page, "from the 1960s")
    assert page.locator("#status.on").count() == 0
    page.click("#open-profile")
    page.fill("#wish", "slow films")
    page.press("#wish", "Enter")
    page.locator("#profile .told.on").wait_for()
    assert page.evaluate("document.activeElement.id") == "wish"
    page.keyboard.press("Escape")
    page.click("#open-profile")
    page.locator("#wishes li").wait_for()
    assert page.locator("#profile .told.on").count() == 0


def test_what_a_stranger_thinks_counts_for_the_talk(films, size, visit):
    page = visit(films, size, who="")
    first = ask(page, "an action film from the 1990s")
    opinion(page, "Not for me").click()
    page.locator("#status.on", has_text="counts for this talk").wait_for()
    page.locator(".under").nth(1).wait_for()
    assert page.locator(".said.mine p").last.inner_text() == f'I did not like "{first[0]}"'
    assert first[0] not in titles(page)
    page.fill("#who", "nell")
    page.press("#who", "Tab")
    page.locator("#status.on", has_text="A new talk, for nell").wait_for()
    assert page.locator(".said").count() == 0


def test_an_opinion_moves_nothing(films, size, visit):
    page = visit(films, size, who=f"mov{size[0]}")
    ask(page, "a western")
    place = (
        "[...document.querySelectorAll('.card')[0].querySelectorAll('.acts button')].map("
        "one => JSON.stringify(one.getBoundingClientRect().toJSON().width))"
    )
    before, height = page.evaluate(place), page.locator(".card").first.bounding_box()["height"]
    act(page, "Like")
    assert page.evaluate(place) == before
    # Of a pixel's fractions a browser is not sure.
    assert abs(page.locator(".card").first.bounding_box()["height"] - height) < 0.01
    colour = "one => getComputedStyle(one).backgroundColor"
    assert opinion(page, "Like").evaluate(colour) != opinion(page, "Seen it").evaluate(colour)


def test_where_nothing_is_recommended_the_place_says_so(films, visit):
    page = visit(films, (1280, 860))
    ask(page, "a musical from 1930 by Kubrick under 20 minutes")
    assert titles(page) == []
    assert page.locator(".none").is_visible()
    page.click("#fresh")
    ask(page, "a western")
    assert not page.locator(".none").is_visible()


def test_a_workspace_that_is_not_ready_says_what_to_run(tmp_path, size, visit):
    Palate.init(tmp_path / "raw", example="movies").close()
    with served(tmp_path / "raw") as server:
        page = visit(server, size, expected="503")
        page.fill("#say", "a western")
        page.press("#say", "Enter")
        page.locator(".broken code", has_text="palate fit").wait_for()


def test_genres_are_in_the_language_of_the_page(films, size, visit):
    page = visit(films, size)
    held = page.evaluate("""async () => (await import("/chinese.js")).CHINESE.genres""")
    assert {name: held.get(name) for name in _NAMES} == _NAMES
    ask(page, "一部喜剧")
    page.locator(".card").first.get_by_role("button", name="为什么是").click()
    page.fill("#expected", "Alien")
    page.press("#expected", "Enter")
    page.locator("#why-not-body p", has_text="你要的是：喜剧").wait_for()
    page.keyboard.press("Escape")
    page.click("#fresh")
    hint = page.locator("#hints button").nth(1).inner_text()
    assert "不要" in hint
    assert not any(letter.isascii() and letter.isalpha() for letter in hint)
