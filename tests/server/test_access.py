"""Who may come in, who may do what, and who may name whom: as tables."""

import stat

import pytest
from serving import client, problem, served

from palate.errors import PrerequisiteError
from palate.server.keys import KeyFile
from palate.server.problems import Refused
from palate.server.rates import Rates
from palate.server.serving import Serving, check_address
from palate.server.sessions import LINK_SECONDS, Sessions

#: Scopes, bound to -> person named in a request -> status of asking about them, of telling of them.
NAMED = {
    ("admin", None): {None: (200, 422), "ada": (200, 200), "ben": (200, 200)},
    ("read", None): {None: (200, 403), "ada": (200, 403), "ben": (200, 403)},
    ("feedback", None): {None: (403, 422), "ada": (403, 200), "ben": (403, 200)},
    ("user", "ada"): {None: (200, 200), "ada": (200, 200), "ben": (403, 403)},
    ("read", "ada"): {None: (200, 403), "ada": (200, 403), "ben": (403, 403)},
}


def _asks(caller, user):
    paths = [f"/v1/users/{user}{tail}" for tail in ("", "/profile", "/export")] if user else []
    answers = [caller.get(path) for path in paths]
    answers.append(caller.post("/v1/recommend", json={"user": user, "n": 1}))
    answers.append(caller.post("/v1/predict", json={"user": user, "items": ["heat-1995"]}))
    answers.append(caller.post(
        "/v1/rerank", json={"user": user, "documents": [{"id": "heat-1995"}]}
    ))  # fmt: skip
    return {answer.status_code for answer in answers}


def _tells(caller, user):
    event = {"user": user, "item": "heat-1995", "action": "view"}
    answers = [
        caller.post(path, json={"events": [event]}) for path in ("/v1/feedback", "/v1/events")
    ]
    if user:
        answers.append(caller.post(f"/v1/users/{user}/wishes", json={"text": "x"}))
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize(("scope", "bound"), NAMED)
@pytest.mark.parametrize("named", [None, "ada", "ben"])
def test_who_may_name_whom(key, scope, bound, named):
    asks, tells = NAMED[scope, bound][named]
    caller = key(scope, user=bound)
    assert _asks(caller, named) == {asks}
    assert _tells(caller, named) == {tells}


def test_a_key_of_one_person_means_that_person(key, films):
    caller = key("user", user="ben")
    slate = caller.post("/v1/recommend", json={"n": 1}).json()
    assert films.admin.get(f"/v1/recommendations/{slate['id']}").json()["user"] == "ben"
    assert [one["id"] for one in caller.get("/v1/users").json()["data"]] == ["ben"]
    assert {one["user"] for one in caller.get("/v1/events").json()["data"]} == {"ben"}


def test_slates_and_events_of_others_are_as_good_as_none(key, films):
    other = films.admin.post("/v1/recommend", json={"user": "ada", "n": 1}).json()["id"]
    caller = key("user", user="ben")
    for tail in ("", "/why", "/why-not?item=heat-1995"):
        problem(caller.get(f"/v1/recommendations/{other}{tail}"), 404, "not-found")
    event = films.admin.get("/v1/events", params={"user": "ada", "limit": 1}).json()["data"][0]
    problem(caller.get(f"/v1/events/{event['id']}"), 404, "not-found")
    assert caller.post("/v1/events/delete", json={"ids": [event["id"]]}).json() == {"deleted": 0}


ADMIN = [
    ("post", "/v1/items", {"items": [{"id": "x", "title": "X"}]}),
    ("post", "/v1/items/delete", {"ids": ["x"]}),
    ("delete", "/v1/items/x", None),
    ("post", "/v1/users", {"users": [{"id": "x"}]}),
    ("post", "/v1/users/delete", {"ids": ["x"]}),
    ("post", "/v1/fit", None),
    ("post", "/v1/links", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), ADMIN)
@pytest.mark.parametrize(("scope", "bound"), [one for one in NAMED if one[0] != "admin"])
def test_what_only_an_admin_may_do(key, scope, bound, method, path, body):
    given = {} if body is None else {"json": body}
    problem(key(scope, user=bound).request(method, path, **given), 403, "forbidden")


@pytest.mark.parametrize(
    ("scope", "bound", "status"),
    [("read", None, 403), ("feedback", None, 403), ("read", "eve", 403), ("user", "ada", 403),
     ("user", "eve", 200)],
)  # fmt: skip
def test_who_may_erase_whom(key, films, scope, bound, status):
    films.admin.post("/v1/users", json={"users": [{"id": "eve"}]})
    assert key(scope, user=bound).delete("/v1/users/eve").status_code == status


def test_the_keys_of_who_was_erased_are_no_keys(key, films):
    films.admin.post("/v1/users", json={"users": [{"id": "dan"}]})
    caller = key("user", user="dan")
    assert caller.delete("/v1/users/dan").status_code == 200
    problem(caller.get("/v1/items"), 401, "unauthorized")


def test_nobody_uses_up_the_keys_of_somebody_else(key, films):
    event = {"item": "heat-1995", "action": "click", "key": "order-1"}
    assert key("user", user="ada").post("/v1/feedback", json={"events": [event]}).json()["new"] == 1
    event["user"] = "ben"
    assert films.admin.post("/v1/feedback", json={"events": [event]}).json()["new"] == 1


@pytest.mark.parametrize("given", ["?", "x", "pk_1_2", "pk_00000000_", "local_x", "ключ".encode()])
def test_no_key_no_answer(films, given):
    with client(films.url) as caller:
        told = b"Bearer " + (given if isinstance(given, bytes) else given.encode())
        answer = caller.get("/v1/items", headers={"Authorization": told})
        problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_tenant_is_shut_to_the_keys_of_another(example_once, tmp_path):
    import shutil

    folders = [shutil.copytree(example_once, tmp_path / name) for name in ("one", "two")]
    with served(*folders) as both:
        made = both.tenants[1].keys.add(("admin",))
        with client(both.url, made) as second:
            second.post("/v1/users", json={"users": [{"id": "only-two"}]})
            assert second.get("/v1/users/only-two").status_code == 200
            assert second.get("/v1/session").json()["tenant"] == "two"
        problem(both.admin.get("/v1/users/only-two"), 404, "unknown-user")
        # Who is erased in one workspace is still signed in to the other.
        with client(both.url) as here, client(both.url, both.tokens[1]) as there:
            link = there.post("/v1/links", json={"user": "ada"}).json()["url"]
            assert here.get(link).status_code == 303
            assert both.admin.delete("/v1/users/ada").status_code == 200
            assert here.get("/v1/session").json()["tenant"] == "two"
            assert there.delete("/v1/users/ada").status_code == 200
            problem(here.get("/v1/session"), 401, "unauthorized")


# ------------------------------------------------------------------ pages


HOSTS = {
    "127.0.0.1:{port}": 200, "localhost:{port}": 200, "LOCALHOST": 200, "[::1]:{port}": 200,
    "127.0.0.2": 200, "evil.example": 421, "evil.example:{port}": 421, "10.0.0.1": 421,
    "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "": 421, "a@b": 421,
}  # fmt: skip


@pytest.mark.parametrize(("host", "status"), HOSTS.items())
def test_a_name_that_is_not_ours(films, host, status):
    port = films.url.rsplit(":", 1)[1]
    answer = films.admin.get("/healthz", headers={"Host": host.format(port=port)})
    assert answer.status_code == status
    if status == 421:
        problem(answer, 421, "unknown-host")


def test_a_page_elsewhere_gets_nothing(films, signed_in):
    page, ask = signed_in(), {"json": {"user": "ada", "n": 1}}
    own = {"Origin": films.url, "Sec-Fetch-Site": "same-origin"}
    assert page.post("/v1/recommend", headers=own, **ask).status_code == 200
    for foreign in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": films.url, "Sec-Fetch-Site": "cross-site"},
        {},  # a form of old browsers, with the cookie and without an origin
    ):
        problem(page.post("/v1/recommend", headers=foreign, **ask), 403, "foreign-page")
    problem(page.get("/v1/users", headers={"Sec-Fetch-Site": "cross-site"}), 403, "foreign-page")
    answer = page.options("/v1/recommend", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_a_link_signs_in_once(films, key):
    url = films.admin.post("/v1/links", json={"user": "ada"}).json()["url"]
    with client(films.url) as page, client(films.url) as thief:
        answer = page.get(url)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
        assert page.get("/v1/session").json()["user"] == "ada"
        problem(page.get("/v1/users/ben"), 403, "another-person")
        assert thief.get(url).headers["location"] == "/?link=used"
        problem(thief.get("/v1/session"), 401, "unauthorized")
        page.request("DELETE", "/v1/session", headers={"Origin": films.url})
        problem(page.get("/v1/session"), 401, "unauthorized")


def test_a_page_may_sign_in_with_a_key(films):
    made = films.tenants[0].keys.add(("user",), "ada")
    with client(films.url, Origin=films.url) as page:
        problem(page.post("/signin", json={"key": "pk_a_b"}), 401, "unauthorized")
        assert page.post("/signin", json={"key": made}).status_code == 200
        assert page.get("/v1/session").json()["user"] == "ada"


def test_pages_end_with_the_key_that_let_them_in(films):
    keys = films.tenants[0].keys
    made = keys.add(("admin",))
    own = {"Origin": films.url}
    with client(films.url) as page, client(films.url, made) as admin, client(films.url) as other:
        assert page.post("/signin", json={"key": made}, headers=own).status_code == 200
        link = admin.post("/v1/links", json={"user": "ada"}).json()["url"]
        unused = admin.post("/v1/links", json={}).json()["url"]
        assert other.get(link).status_code == 303
        assert page.get("/v1/session").status_code == other.get("/v1/session").status_code == 200
        keys.remove(made.split("_")[1])
        for one in (page, other):
            problem(one.get("/v1/session"), 401, "unauthorized")
        assert other.get(unused).headers["location"] == "/?link=used"
        problem(other.get("/v1/session"), 401, "unauthorized")


def test_links_and_sessions_end():
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    code, cookie = sessions.link("somebody"), sessions.start("somebody")
    assert sessions.find(cookie) == "somebody"
    now[0] = LINK_SECONDS + 1
    assert sessions.redeem(code) is None
    now[0] = 13 * 3600
    assert sessions.find(cookie) is None


# ------------------------------------------------------------------ keys, rates, addresses


def test_keys_are_kept_as_hashes_for_their_owner_alone(tmp_path):
    keys = KeyFile(tmp_path / "keys.json")
    made = keys.add(("read",), None, "a dashboard")
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert made.split("_", 2)[2] not in (tmp_path / "keys.json").read_text()
    found = keys.find(made)
    assert found is not None and found.note == "a dashboard"
    assert keys.find(made + "x") is None
    other = KeyFile(tmp_path / "keys.json")  # another process
    other.remove(found.id)
    assert keys.find(made) is None
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(PrerequisiteError, match="damaged"):
        keys.find(made)


def test_a_bucket_is_emptied_and_filled():
    now = [0.0]
    rates = Rates(2.0, 3, lambda: now[0])
    for _ in range(3):
        rates.take("a")
    with pytest.raises(Refused) as caught:
        rates.take("a")
    assert caught.value.headers["Retry-After"] == "1"
    rates.take("b")
    now[0] += 0.5
    rates.take("a")
    with pytest.raises(Refused):
        rates.take("a")
    now[0] += 60
    for _ in range(3):
        rates.take("a")
    with pytest.raises(Refused):
        rates.take("a")


def test_too_many_requests_are_told_so(example):
    with served(example, rate=1, burst=3) as shop:
        answers = [shop.admin.get("/v1/session") for _ in range(5)]
        assert [one.status_code for one in answers][:3] == [200, 200, 200]
        problem(answers[-1], 429, "too-many-requests")
        assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("serving", "keys", "told"),
    [
        (Serving("127.0.0.1"), 0, None),
        (Serving("::1"), 0, None),
        (Serving("localhost", open=True), 0, None),
        (Serving("0.0.0.0"), 0, "palate keys add"),
        (Serving("192.168.1.5"), 0, "palate keys add"),
        (Serving("0.0.0.0"), 1, None),
        (Serving("0.0.0.0", open=True), 1, "--open"),
    ],
)
def test_another_address_is_refused_without_keys(serving, keys, told):
    if told is None:
        check_address(serving, keys)
        return
    with pytest.raises(PrerequisiteError, match=told):
        check_address(serving, keys)
