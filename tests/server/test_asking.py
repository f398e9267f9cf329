"""Recommendations, ranking and predictions over a socket."""

from serving import client, problem


def test_a_recommendation_and_its_trace(films):
    answer = films.admin.post("/v1/recommend", json={"user": "ada", "n": 3})
    slate = answer.json()
    assert answer.status_code == 200
    assert [one["rank"] for one in slate["recommendations"]] == [1, 2, 3]
    assert slate["ranked_by"] == "prior"
    assert "total;dur=" in answer.headers["server-timing"]
    trace = films.admin.get(f"/v1/recommendations/{slate['id']}").json()
    assert trace["user"] == "ada"
    assert trace["slate"]["recommendations"] == slate["recommendations"]


def test_it_is_what_the_sdk_says(films):
    answer = films.admin.post(
        "/v1/recommend", json={"user": "ada", "n": 5, "constraints": ["runtime <= 110"]}
    ).json()
    slate = films.tenants[0].palate.recommend("ada", n=5, constraints="runtime <= 110")
    assert [one["item"]["id"] for one in answer["recommendations"]] == [o.item.id for o in slate]


def test_why_and_why_not(films):
    slate = films.admin.post("/v1/recommend", json={"user": "ada", "n": 3}).json()
    item = slate["recommendations"][0]["item"]["id"]
    why = films.admin.get(f"/v1/recommendations/{slate['id']}/why", params={"item": item}).json()
    assert why["evidence"][item]
    other = films.admin.get(
        f"/v1/recommendations/{slate['id']}/why-not", params={"item": "heat-1995"}
    ).json()
    assert other["title"] == "Heat"
    assert other["lines"]


def test_why_not_is_said_in_words_of_the_language(films):
    asked = {"user": "ada", "n": 3, "constraints": ["year >= 2000", "-crime"]}
    slate = films.admin.post("/v1/recommend", json=asked).json()

    def said(**more):
        place, given = f"/v1/recommendations/{slate['id']}/why-not", {"item": "heat-1995"} | more
        return films.admin.get(place, params=given).json()["said"]

    assert "since 2000" in said()[0]
    assert said()[0].endswith("It is 1995.")
    assert said()[1] == "You want no crime, and it is."
    assert said(language="zh")[1] == "你不要犯罪，而它是。"


def test_items_are_reranked_for_a_person(films):
    documents = [{"id": "heat-1995"}, {"id": "alien-1979"}, {"id": "casablanca-1942"}]
    answer = films.admin.post(
        "/v1/rerank", json={"user": "ada", "query": "", "documents": documents, "top_n": 2}
    ).json()
    slate = films.tenants[0].palate.recommend(
        "ada", candidates=[one["id"] for one in documents], n=3
    )
    ids = [documents[one["index"]]["id"] for one in answer["results"]]
    assert ids == [one.item.id for one in slate][:2]
    scores = [one["relevance_score"] for one in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_texts_are_reranked_by_their_likeness(films):
    texts = ["A gentle love story in Paris", "Thieves plan the robbery of a bank"]
    answer = films.admin.post(
        "/v1/rerank",
        json={
            "query": "a bank robbery",
            "documents": texts,
            "return_documents": True,
            "model": "x",
        },
    ).json()
    assert [one["index"] for one in answer["results"]] == [1, 0]
    assert answer["results"][0]["document"] == {"text": texts[1]}
    assert answer["model"].startswith("wordllama")


def test_a_document_that_cannot_be_ranked_is_named(films):
    ask = {"query": "x", "documents": ["a text", {"title": "a", "text": "b"}]}
    body = problem(films.admin.post("/v1/rerank", json=ask), 422, "invalid-request")
    assert {one["where"] for one in body["faults"]} == {
        "body.documents.1", "body.documents.1.title",
    }  # fmt: skip
    ask = {"query": "x", "documents": ["a text", {}]}
    body = problem(films.admin.post("/v1/rerank", json=ask), 422, "invalid-request")
    assert body["detail"] == "Document 1 has neither a text nor an id."


def test_a_prediction(films):
    answer = films.admin.post(
        "/v1/predict", json={"user": "ada", "items": ["heat-1995"], "actions": ["like"]}
    ).json()
    [one] = answer["predictions"]
    assert 0 <= one["value"] <= 1
    assert answer["standing"]["like"]


def test_every_refusal_is_typed(films):
    ask = films.admin
    problem(ask.post("/v1/recommend", json={"user": "nobody"}), 404, "unknown-user")
    problem(ask.post("/v1/recommend", json={"candidates": ["x"]}), 404, "unknown-item")
    problem(ask.post("/v1/recommend", json={"constraints": ["<= <="]}), 422, "unusable-data")
    problem(ask.post("/v1/recommend", json={"ranker": "dice"}), 422, "unusable-setting")
    problem(ask.post("/v1/predict", json={"items": ["heat-1995"], "ask": True}), 422,
            "no-model")  # fmt: skip
    problem(ask.get("/v1/recommendations/r0"), 404, "not-found")
    problem(ask.get("/v1/nothing"), 404, "not-found")
    problem(ask.put("/v1/recommend", json={}), 405, "method-not-allowed")
    body = problem(ask.post("/v1/recommend", json={"n": 0, "who": 1}), 422, "invalid-request")
    assert {one["where"] for one in body["faults"]} == {"body.n", "body.who"}


def test_a_request_keeps_its_id(films):
    answer = films.admin.get("/v1/nothing", headers={"X-Request-Id": "mine-7"})
    assert answer.json()["request"] == "mine-7"
    answer = films.admin.get("/v1/nothing", headers={"X-Request-Id": "not mine, {}"})
    assert answer.json()["request"] != "not mine, {}"


def test_health_needs_no_key_and_metrics_do(films):
    with client(films.url) as stranger:
        assert stranger.get("/healthz").json() == {"status": "ok"}
        assert stranger.get("/readyz").json() == {"status": "ready"}
        problem(stranger.get("/metrics"), 401, "unauthorized")
    films.admin.post("/v1/recommend", json={"user": "ada", "n": 1})
    text = films.admin.get("/metrics").text
    assert 'palate_slates_total{ranked_by="prior",tenant="films"}' in text
    assert 'route="/v1/recommend"' in text
    assert "ada" not in text
