"""Items, people, events and feedback over a socket; and what is erased stays so."""

import pytest
from serving import problem


def test_feedback_is_taken_once_and_known_at_once(films):
    events = {"events": [
        {"user": "fay", "item": "heat-1995", "action": "like", "key": "k1"},
        {"user": "fay", "item": "alien-1979", "action": "rate", "value": 2, "key": "k2",
         "recommendation": "r1"},
    ]}  # fmt: skip
    assert films.admin.post("/v1/feedback", json=events).json()["new"] == 2
    assert films.admin.post("/v1/feedback", json=events).json()["new"] == 0
    history = films.admin.get("/v1/users/fay/profile").json()["history"]
    assert {one["item"] for one in history} == {"heat-1995", "alien-1979"}
    slate = films.admin.post("/v1/recommend", json={"user": "fay", "n": 50}).json()
    assert "heat-1995" not in {one["item"]["id"] for one in slate["recommendations"]}


def test_a_batch_is_made_idempotent_by_its_header(films):
    events = {"events": [{"user": "gil", "item": "heat-1995", "action": "click"}] * 2}
    send = {"Idempotency-Key": "batch-1"}
    assert films.admin.post("/v1/feedback", json=events, headers=send).json()["new"] == 2
    assert films.admin.post("/v1/feedback", json=events, headers=send).json()["new"] == 0


@pytest.mark.parametrize(
    "at",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T23:59:59Z",
     "2200-01-02"],
)  # fmt: skip
def test_a_time_that_no_calendar_tells_is_refused_and_harms_nobody(films, at):
    events = [{"user": "tim", "item": "heat-1995", "action": "like"}]
    assert films.admin.post("/v1/feedback", json={"events": events}).status_code == 200
    events[0]["at"] = at
    answer = films.admin.post("/v1/feedback", json={"events": events})
    assert "before 1900" in problem(answer, 422, "unusable-data")["detail"]
    asked = films.admin.post("/v1/recommend", json={"user": "tim", "n": 1, "at": at})
    assert asked.status_code == 200
    for path in ("/v1/users/tim/profile", "/v1/users/tim/export", "/v1/events?user=tim"):
        assert films.admin.get(path).status_code == 200


def test_a_batch_with_a_fault_is_not_taken_at_all(films):
    events = {"events": [
        {"user": "hal", "item": "heat-1995", "action": "like"},
        {"user": "hal", "item": "no-such-film", "action": "like"},
    ]}  # fmt: skip
    problem(films.admin.post("/v1/feedback", json=events), 404, "unknown-item")
    problem(films.admin.get("/v1/users/hal"), 404, "unknown-user")
    bad = {"events": [{"user": "hal", "item": "heat-1995", "action": "rate"}]}
    problem(films.admin.post("/v1/feedback", json=bad), 422, "unusable-data")
    nobody = {"events": [{"item": "heat-1995", "action": "like"}]}
    problem(films.admin.post("/v1/feedback", json=nobody), 422, "invalid-request")


@pytest.mark.parametrize("name", ["new/1", "naïve 花", "a?b#c"])
def test_an_item_is_put_read_and_deleted(films, name):
    from urllib.parse import quote

    item = {"id": name, "title": "<script>", "tags": ["x"], "fields": {"year": 2026, "cast": ["A"]}}
    assert films.admin.post("/v1/items", json={"items": [item]}).json()["new"] == 1
    assert films.admin.post("/v1/items", json={"items": [item]}).json()["unchanged"] == 1
    path = f"/v1/items/{quote(name, safe='')}"
    assert films.admin.get(path).json() == item | {"text": ""}
    assert films.admin.delete(path).json() == {"deleted": 1}
    problem(films.admin.get(path), 404, "unknown-item")
    problem(films.admin.delete(path), 404, "unknown-item")


def listed(client, path, **params):
    """Reads a list to its end."""
    rows, cursor = [], None
    while True:
        page = client.get(path, params=params | ({"cursor": cursor} if cursor else {})).json()
        rows += page["data"]
        cursor = page["next"]
        if cursor is None:
            return rows


def test_lists_are_whole_and_in_order(films):
    store = films.tenants[0].palate.store
    ids = [one["id"] for one in listed(films.admin, "/v1/items", limit=100)]
    assert ids == [one.id for one in store.all_items()]
    ids = [one["id"] for one in listed(films.admin, "/v1/users", limit=60)]
    assert ids == [one.id for one in store.users()]
    rows = listed(films.admin, "/v1/events", limit=50, user="ben")
    assert len(rows) == len(store.user_events("ben"))
    assert {one["user"] for one in rows} == {"ben"}


def test_events_are_read_and_taken_back(films):
    films.admin.post("/v1/events", json={"events": [
        {"user": "ida", "item": "heat-1995", "action": "like"},
        {"user": "ida", "item": "alien-1979", "action": "like"},
    ]})  # fmt: skip
    first, second = listed(films.admin, "/v1/events", user="ida")
    assert films.admin.get(f"/v1/events/{first['id']}").json() == first
    gone = films.admin.post("/v1/events/delete", json={"ids": [first["id"], "999999", "x"]})
    assert gone.json() == {"deleted": 1}
    problem(films.admin.get(f"/v1/events/{first['id']}"), 404, "not-found")
    assert listed(films.admin, "/v1/events", user="ida") == [second]


def test_a_person_is_put_wishes_is_exported_and_erased(films):
    people = {"users": [{"id": "zoe", "name": "Zoe", "language": "en", "fields": {"age": 30}}]}
    assert films.admin.post("/v1/users", json=people).json()["new"] == 1
    wish = films.admin.post("/v1/users/zoe/wishes", json={"text": "slow films"}).json()["id"]
    films.admin.post("/v1/feedback", json={"events": [
        {"user": "zoe", "item": "heat-1995", "action": "like", "text": "so good"}
    ]})  # fmt: skip
    slate = films.admin.post("/v1/recommend", json={"user": "zoe", "n": 1}).json()
    export = films.admin.get("/v1/users/zoe/export").json()
    assert export["name"] == "Zoe"
    assert export["events"][0]["text"] == "so good"
    assert export["wishes"][0]["text"] == "slow films"
    assert [one["id"] for one in export["recommendations"]] == [slate["id"]]
    assert films.admin.delete(f"/v1/users/zoe/wishes/{wish}").json() == {"deleted": 1}
    problem(films.admin.delete(f"/v1/users/zoe/wishes/{wish}"), 404, "not-found")
    gone = films.admin.delete("/v1/users/zoe").json()
    assert gone["events"] == 1
    for path in ("", "/profile", "/export"):
        problem(films.admin.get(f"/v1/users/zoe{path}"), 404, "unknown-user")
    problem(films.admin.get(f"/v1/recommendations/{slate['id']}"), 404, "not-found")
    problem(films.admin.delete("/v1/users/zoe"), 404, "unknown-user")


def test_what_was_added_is_recommended_after_a_fit(example, tmp_path):
    from serving import served

    with served(example) as shop:
        item = {"id": "n1", "title": "Night Tram to Lisbon", "tags": ["drama"]}
        shop.admin.post("/v1/items", json={"items": [item]})
        ask = {"text": "night tram lisbon", "n": 5}
        before = shop.admin.post("/v1/recommend", json=ask).json()
        assert shop.admin.post("/v1/fit").json()["items"] == 481
        after = shop.admin.post("/v1/recommend", json=ask).json()
    assert "n1" not in {one["item"]["id"] for one in before["recommendations"]}
    assert after["recommendations"][0]["item"]["id"] == "n1"
