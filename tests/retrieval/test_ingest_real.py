"""The data sets that people have, where PALATE_DATA holds them."""

from palate.retrieval.ingest import ingest_events, ingest_items, ingest_users


def test_ml_latest_small(store, palate_data):
    folder = palate_data / "ml-latest-small"
    items = ingest_items(store, folder / "items_with_tmdb_overview.csv.gz")
    assert (items.new, items.rejected_rows) == (9742, 0)
    assert "poster_path" in items.ignored
    toys = store.item("1")
    assert (toys.title, toys.fields["year"], toys.fields["runtime"]) == ("Toy Story", 1995, 81)
    assert toys.text.startswith("Led by Woody")
    assert store.item("2571").title == "The Matrix"
    ratings = ingest_events(store, folder / "ratings.csv.gz")
    assert (ratings.new, ratings.rejected_rows) == (100_836, 0)
    assert (
        ratings.rows_per_second > 10_000
    )  # on a busy machine; a quiet one does several times as many
    assert ingest_items(store, folder / "links.csv.gz").changed == 9742
    assert ingest_items(store, folder / "tags.csv.gz").rejected_rows == 0
    assert "pixar" in store.item("1").fields["keywords"]
    assert store.item("1").fields["imdb"] == "tt0114709"


def test_ml_100k(store, palate_data):
    folder = palate_data / "ml-100k"
    assert ingest_items(store, folder).new == 1682
    assert ingest_users(store, folder).new == 943
    assert ingest_events(store, folder).new == 100_000
    assert store.item("1").tags == ("Animation", "Children's", "Comedy")


def test_ml_1m(store, palate_data):
    folder = palate_data / "ml-1m"
    assert ingest_items(store, folder).new == 3883
    assert ingest_users(store, folder).new == 6040
    assert ingest_events(store, folder / "last_item_all_users.csv.gz").new == 6040
    assert ingest_events(store, folder / "last_item_all_users.csv.gz").new == 0
    assert store.item("29").title == "The City of Lost Children"
