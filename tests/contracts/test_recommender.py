"""What everything that can be evaluated must do. A new recommender joins by its name."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palate import Palate
from palate.domain import Recommender, Request
from palate.errors import EvalError
from palate.eval.controls import Identity, ItemKNN, Popularity, Random

STRANGER = "somebody-who-is-not-there"


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract") / "films"
    with Palate.init(folder, example="movies") as palate:
        palate.fit()
        yield palate


@pytest.fixture(scope="module")
def ids(films):
    return [item.id for item in films.store.all_items()]


@pytest.fixture(scope="module", params=["prior", "popularity", "item-kNN", "random", "identity"])
def recommender(request, films, ids):
    arrays = films.store.event_arrays()
    make = {
        "prior": lambda: films.engine.recommender("prior"),
        "popularity": lambda: Popularity(arrays),
        "item-kNN": lambda: ItemKNN(arrays),
        "random": lambda: Random(items=ids),
        "identity": Identity,
    }
    return make[request.param]()


def check(ranked):
    assert len(set(ranked.order)) == len(ranked.order) == len(ranked.scores)
    assert all(one > other for one, other in pairwise(ranked.scores))


def test_it_is_a_recommender(recommender):
    assert isinstance(recommender, Recommender)
    assert recommender.name


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_given_candidates_come_back_all_of_them_and_nothing_else(recommender, ids, data):
    listed = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=30, unique=True))
    history = data.draw(st.lists(st.sampled_from(ids), max_size=5))
    (found,) = recommender.rank([Request(history=tuple(history), candidates=tuple(listed))])
    check(found)
    assert sorted(found.order) == sorted(listed)


def test_a_batch_is_what_its_requests_are_alone(recommender, ids):
    requests = [Request(user="ada", candidates=tuple(ids[n : n + 20])) for n in (0, 30, 60)]
    together = recommender.rank(requests)
    assert [found.order for found in together] == [
        recommender.rank([request])[0].order for request in requests
    ]


def test_retrieval_gives_n_items_of_the_catalogue(recommender, ids):
    if recommender.name == "identity":  # the given order has nothing to draw from
        with pytest.raises(EvalError, match="needs candidates"):
            recommender.rank([Request(n=7)])
        return
    (found,) = recommender.rank([Request(history=tuple(ids[:3]), n=7)])
    check(found)
    assert len(found.order) >= 7
    assert set(found.order) <= set(ids)
