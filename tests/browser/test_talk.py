"""The talk over time: reloads, tabs, stops, errors, languages, and forgetting."""

import json

import pytest
from acting import act, ask, opinion, shoot, titles
from serving import served

pytestmark = pytest.mark.browser
REFUSED = "Failed to load resource"


def last(page):
    return page.locator(".said.theirs").last.inner_text()


def test_a_reload_keeps_the_talk(films, size, visit):
    page = visit(films, size)
    found = ask(page, "a heist film")
    ask(page, "from the 1990s")
    found = titles(page)
    page.reload()
    page.locator(".under").nth(1).wait_for()
    assert titles(page) == found
    assert page.locator(".said.mine p").all_inner_texts() == ["a heist film", "from the 1990s"]
    assert page.locator(".chip").count() == 2
    ask(page, "no comedy")
    assert page.locator(".chip").count() == 3, "it is the same talk"
    page.click("#fresh")
    page.reload()
    page.locator("#hints li").first.wait_for()
    assert page.locator(".said").count() == 0, "a new talk stays new"


def test_a_tab_takes_up_what_another_added(films, size, visit):
    page = visit(films, size)
    ask(page, "a heist film")
    name = page.evaluate("sessionStorage.conversation")
    other = page.context.new_page()
    other.goto(films.url)
    other.locator("#hints li").first.wait_for()
    assert other.locator(".said").count() == 0, "a tab has a talk of its own"
    other.evaluate("name => { sessionStorage.conversation = name }", name)
    other.evaluate("sessionStorage.who = 'ada'")
    other.reload()  # as a tab that was duplicated
    other.locator(".under").wait_for()
    ask(other, "from the 1990s")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator("#status.on", has_text="another tab").wait_for()
    assert page.locator(".said.mine").count() == 2
    assert page.locator(".chip").count() == 2
    ask(page, "no comedy")
    assert page.locator(".chip").count() == 3


def test_an_answer_is_stopped_and_tried_again(modelled, size, visit):
    modelled.model.wait, modelled.model.words = 0, "These fit what you asked for."
    page = visit(modelled, size, who=f"sue{size[0]}")
    ask(page, "a western")
    found = titles(page)
    modelled.model.wait = 5
    page.fill("#say", "a musical")
    page.press("#say", "Enter")
    page.locator(".waiting").wait_for()
    page.fill("#say", "and another thing")
    page.press("#say", "Enter")
    page.locator("#status.on", has_text="One question at a time").wait_for()
    assert page.input_value("#say") == "and another thing"
    assert page.inner_text("#send") == "Stop"
    page.keyboard.press("Escape")
    page.locator(".broken", has_text="Stopped").wait_for()
    assert page.inner_text("#send") == "Ask"
    assert titles(page) == found, "what stood there stands there again"
    shoot(page, "7-stopped")
    modelled.model.wait = 0
    page.locator(".broken button").click()
    page.locator(".under:not(.broken)").nth(1).wait_for()
    assert page.locator(".broken").count() == 0
    assert page.locator(".said.mine").count() == 2
    assert "musical" in page.locator("#chips").inner_text()


def test_a_model_that_is_down_is_told(modelled, size, visit):
    modelled.model.wait = 0
    page = visit(modelled, size)
    answer, modelled.model._server.answer = modelled.model._server.answer, lambda _: (500, {})
    try:
        found = ask(page, "a western")
    finally:
        modelled.model._server.answer = answer
    assert found, "the rules answered"
    assert "The model did not answer" in last(page)
    assert "Answered by rules" in page.locator(".under").last.inner_text()


def test_a_server_that_is_gone_is_told_and_tried_again(example, size, visit):
    with served(example) as server:
        page = visit(server, size, expected="ERR_CONNECTION_REFUSED")
        ask(page, "a western")
    answers = page.locator(".under").count()
    page.fill("#say", "a musical")
    page.press("#say", "Enter")
    page.locator(".broken", has_text="palate serve").wait_for()
    shoot(page, "7-server-gone")
    assert page.locator(".under").count() == answers + 1
    opinion(page, "Like").click()
    page.locator("#status.on.fault", has_text="does not answer").wait_for()


@pytest.mark.parametrize(
    ("status", "kind", "headers", "told"),
    [
        (429, "x", {"Retry-After": "7"}, "Try again in 7 s"),
        (503, "busy", {}, "too much to do"),
        (503, "not-ready", {}, "Only reading."),
        (504, "x", {}, "model did not answer"),
        (500, "x", {}, "log tells more under r-5"),
        (403, "x", {}, "may not do that: Only reading."),
        (422, "x", {}, "Only reading."),
    ],
)  # fmt: skip
def test_each_error_says_what_to_do(films, size, visit, status, kind, headers, told):
    page = visit(films, size, expected=REFUSED)
    problem = {"type": f"urn:palate:problem:{kind}", "detail": "Only reading.", "request": "r-5"}
    page.route("**/v1/chat", lambda route: route.fulfill(
        status=status, headers=headers, content_type="application/problem+json",
        body=json.dumps(problem),
    ))  # fmt: skip
    page.fill("#say", "a western")
    page.press("#say", "Enter")
    page.locator(".broken", has_text=told).wait_for()
    page.unroute("**/v1/chat")
    page.locator(".broken button").click()
    page.locator(".under:not(.broken)").wait_for()
    assert page.locator(".said.mine").count() == 1


def test_an_answer_that_breaks_off_is_told(films, size, visit):
    page = visit(films, size)
    page.route(
        "**/v1/chat",
        lambda route: route.fulfill(
            content_type="text/event-stream", body='event: piece\ndata: {"text": "Here is"}\n\n'
        ),
    )
    page.fill("#say", "a western")
    page.press("#say", "Enter")
    page.locator(".broken", has_text="broke off").wait_for()
    assert last(page) == "Here is"


def test_a_session_that_is_over_asks_for_a_key_and_the_talk_goes_on(films, size, visit):
    page = visit(films, size, who=f"tom{size[0]}", expected=REFUSED)
    ask(page, "a western")
    films.service.sessions._open.clear()
    page.fill("#say", "from the 1960s")
    page.press("#say", "Enter")
    page.locator("#signin-why", has_text="session is over").wait_for()
    shoot(page, "6-session-over")
    page.fill("#key", films.tenants[0].keys.add(("read", "feedback"), None))
    page.press("#key", "Enter")
    page.locator(".chip").wait_for()
    assert page.input_value("#say") == "from the 1960s", "what was typed is not lost"
    page.press("#say", "Enter")
    page.locator(".under").nth(1).wait_for()
    assert "western" in page.locator("#chips").inner_text()


def test_whatever_meets_the_end_of_a_session_leads_to_the_sign_in(films, size, visit):
    page = visit(films, size, expected=REFUSED)
    ask(page, "a western")
    page.fill("#say", "half a question")
    films.service.sessions._open.clear()
    opinion(page, "Like").click()
    page.locator("#signin-why", has_text="session is over").wait_for()
    page.goto(f"{films.url}/signin?code={films.service.sessions.link(films.caller)}")
    page.locator(".chip").wait_for()
    assert page.input_value("#say") == "half a question"


def test_after_forget_me_the_talk_goes_on_in_a_new_one(films, size, visit):
    who = f"lee{size[0]}"
    page = visit(films, size, who=who, expected="404")
    ask(page, "a western")
    ask(page, "forget me")
    ask(page, "yes")
    assert "erased" in last(page)
    ask(page, "a comedy")
    assert page.locator(".chip").all_inner_texts()[0].startswith("comedy")
    assert page.locator(".chip").count() == 1
    assert page.locator(".broken").count() == 0
    page.reload()
    page.locator(".under").first.wait_for()
    assert page.locator(".said.mine p").all_inner_texts() == ["a comedy"]


def test_a_person_erases_themself_and_is_signed_out(films, size, visit):
    who = f"ivy{size[0]}"
    page = visit(films, size, bound=who, expected=REFUSED)
    page.locator("#main").wait_for()
    assert page.input_value("#who") == who
    assert page.locator("#who").get_attribute("readonly") is not None
    ask(page, "a western")
    act(page, "Like")
    page.click("#open-profile")
    page.click("#erase")
    page.locator(".told.on", has_text="Press again").wait_for()
    page.click("#erase")
    page.locator("#signin-why", has_text="is erased").wait_for()
    assert films.tenants[0].palate.store.user(who) is None
    assert page.evaluate("sessionStorage.conversation") is None


def test_talks_are_listed_opened_and_erased(films, size, visit):
    who = f"max{size[0]}"
    page = visit(films, size, who=who)
    ask(page, "a western")
    page.click("#fresh")
    ask(page, "a musical")
    page.click("#open-profile")
    page.locator("#talks li").nth(1).wait_for()
    page.get_by_role("button", name="Open the talk a western").click()
    page.locator(".said.mine p", has_text="a western").wait_for()
    assert "western" in page.locator("#chips").inner_text()
    page.click("#open-profile")
    page.get_by_role("button", name="Erase the talk a western").click()
    page.locator("#talks li").nth(1).wait_for(state="detached")
    page.keyboard.press("Escape")
    assert page.locator(".said").count() == 0, "it was this one"
    assert [one.title for one in films.tenants[0].palate.conversations(who)] == ["a musical"]


def test_a_stranger_erases_the_talk(films, size, visit):
    page = visit(films, size, who="")
    ask(page, "a western")
    name = page.evaluate("sessionStorage.conversation")
    page.click("#open-profile")
    page.get_by_role("button", name="Erase this talk").click()
    page.locator("#status.on", has_text="erased").wait_for()
    assert page.locator(".said").count() == 0
    assert films.admin.get(f"/v1/conversations/{name}").status_code == 404


def test_the_page_follows_the_language_of_the_talk(films, size, visit):
    page = visit(films, size)
    ask(page, "90年代的喜剧，不要歌舞片")
    assert page.locator(".chip span").all_inner_texts() == ["1990年代", "喜剧", "不要歌舞"]
    assert page.get_attribute("html", "lang") == "zh"
    assert opinion(page, "Like").inner_text() == "喜欢"
    assert page.locator(".facts dt").first.inner_text() == "年份"
    page.locator("summary").first.click()
    shown = page.locator(".card").first.locator(".amounts").inner_text()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in shown)
    page.locator("#how", has_text="排序").wait_for()
    shoot(page, "9-chinese")
    page.reload()
    page.locator("#how", has_text="排序").wait_for()
    page.click("#fresh")
    assert "想找" in page.locator(".lead").inner_text()
    hints = page.locator("#hints button").all_inner_texts()
    ask(page, hints[-1])
    assert titles(page), "a hint is answered"
    ask(page, "something shorter")
    assert page.get_attribute("html", "lang") == "en"
    assert opinion(page, "Like").inner_text() == "Like"


def test_both_languages_say_everything(films, size, visit):
    page = visit(films, size)
    missing = page.evaluate(
        """async () => { const [en, zh] = [(await import("/english.js")).ENGLISH,
          (await import("/chinese.js")).CHINESE];
          const holes = text => String(text).match(/\\{\\w+\\}/g)?.sort().join() || "";
          return [...new Set([...Object.keys(en), ...Object.keys(zh)])].filter(name => !(name in en)
            || !(name in zh) || (name !== "words" && holes(en[name]) !== holes(zh[name]))); }"""
    )
    assert missing == []


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_each_hint_is_answered_with_cards(films, visit, place):
    page = visit(films, (1280, 860))
    page.locator("#hints button").nth(place).click()
    page.locator(".under").wait_for()
    assert titles(page)
