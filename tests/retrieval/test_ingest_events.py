"""Events from files: columns, actions, times, idempotency, and what is rejected."""

import gzip
import json
import stat
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from pyarrow import parquet

from palate.domain import Action, Event, Item
from palate.errors import CatalogueError, UnknownItem
from palate.retrieval.ingest import ingest_events, ingest_values

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(store):
    store.upsert_items(Item(name, name.upper()) for name in ("a", "b", "c", "12"))
    return store


@pytest.fixture
def take(shop, write, tmp_path):
    """Ingests a file's content as events."""

    def _take(content, name="events.csv", **options):
        return ingest_events(shop, write(name, content), **options)

    return _take


def only(store, user="u"):
    (event,) = store.user_events(user)
    return event


class TestColumns:
    @pytest.mark.parametrize(
        "user", ["user", "user_id", "userId", "UID", "customer-id", "Customer No"]
    )
    @pytest.mark.parametrize("item", ["item", "movieId", "product_id", "ASIN", "sku"])
    def test_aliases(self, take, shop, user, item):
        take(f"{user},{item},stars,ts\nu,a,4,1714564800\n")
        assert only(shop) == Event("u", "a", Action.RATE, 4.0, NOON)

    def test_everything_an_event_can_have(self, take, shop):
        take(
            "user,item,action,value,time,scene,text,key,recommendation\n"
            "u,a,rate,4.5,2024-05-01T12:00:00Z,evening,fine,k1,slate-7\n"
        )
        assert only(shop) == Event(
            "u", "a", Action.RATE, 4.5, NOON, "evening", "fine", None, "slate-7"
        )

    def test_a_mapping_goes_before_aliases(self, take, shop):
        report = take("user,who,item\nx,u,a\n", mapping={"user": "who"})
        assert report.columns["user"] == "who"
        assert only(shop).item == "a"

    def test_constants(self, take, shop):
        report = take("user,item\nu,a\n", mapping={"action": "=bought", "scene": "=shop"})
        assert only(shop) == Event("u", "a", Action.PURCHASE, scene="shop")
        assert report.columns["action"] == "=bought"

    def test_ignored_columns_are_named(self, take):
        assert list(take("user,item,colour\nu,a,red\n").ignored) == ["colour"]

    @pytest.mark.parametrize(
        ("content", "options", "message"),
        [
            ("item,rating\na,4\n", {}, "no column for user; it has item, rating.*--map user="),
            ("user,item\nu,a\n", {"mapping": {"user": "who"}}, "no column 'who'"),
            ("user,item\nu,a\n", {"mapping": {"usr": "user"}}, "did you mean user"),
            ("user,item\nu,a\n", {"missing": {"colour": "drop"}}, "'colour', which the file"),
            ("user,item\nu,a\n", {"missing": {"user": "guess"}}, "'guess' is no policy"),
            ("user,item\nu,a\n", {"missing": {"item": "mean"}}, "has no numbers"),
        ],
    )
    def test_what_cannot_be_told(self, take, shop, content, options, message):
        with pytest.raises(CatalogueError, match=message):
            take(content, **options)
        assert shop.event_count == 0


class TestActions:
    def test_without_an_action_a_value_makes_a_rating(self, take, shop):
        take("user,item,rating\nu,a,4\nu,b,\n")
        assert [e.action for e in shop.user_events("u")] == [Action.RATE, Action.VIEW]

    @pytest.mark.parametrize(
        ("word", "action"),
        [("bought", "purchase"), ("Watched", "play"), ("thumbs_up", "like"),
         ("add-to-cart", "save"), ("not interested", "dismiss"), ("VIEW", "view"), ("", "view")],
    )  # fmt: skip
    def test_synonyms(self, take, shop, word, action):
        take(f"user,item,event\nu,a,{word}\n")
        assert only(shop).action == action

    def test_an_empty_action_with_a_value_is_a_rating(self, take, shop):
        take("user,item,action,value\nu,a,,3\n")
        assert only(shop).action is Action.RATE


class TestTimes:
    @pytest.mark.parametrize(
        "text",
        ["2024-05-01T12:00:00Z", "2024-05-01 12:00:00", "2024-05-01T14:00:00+02:00",
         "2024-05-01T12:00:00.000", "2024-05-01 05:00:00-0700", "2024-05-01T12:00", "1714564800",
         "1714564800.0", "1714564800000", "1714564800000000", "2024-05-01 14:00:00+02",
         "2024-05-01 12:00:00 UTC"],
    )  # fmt: skip
    def test_one_moment_in_many_ways(self, take, shop, text):
        take(f"user,item,time\nu,a,{text}\n")
        assert only(shop).at == NOON

    @pytest.mark.parametrize("text", ["2024-05-01", "2024/05/01", "01-May-2024", "20240501"])
    def test_days(self, take, shop, text):
        take(f"user,item,date\nu,a,{text}\n")
        assert only(shop).at == NOON.replace(hour=0)

    def test_the_order_of_the_file_where_there_are_no_times(self, take, shop):
        take("user,item\n" + "".join(f"u,{name}\n" for name in "cab"))
        assert [event.item for event in shop.user_events("u")] == ["c", "a", "b"]

    def test_a_missing_time_is_kept_missing(self, take, shop):
        take("user,item,time\nu,a,2024-05-01\nu,b,\n")
        assert [event.at is None for event in shop.user_events("u")] == [False, True]

    def test_the_unit_is_that_of_the_column(self, take, shop):
        report = take("user,item,ts\nu,a,1714564800\nu,b,1714564900\nu,c,9714564800000\n")
        assert report.rejected == {"time is not understood": 1}


class TestTwice:
    def test_the_same_file_adds_nothing(self, take):
        content = "user,item,rating,ts\nu,a,4,1\nu,b,5,2\n"
        assert (take(content).new, take(content).new) == (2, 0)
        assert take(content).duplicates == 2

    def test_without_times_repeats_count_but_not_across_files(self, take, shop):
        content = "user,item\nu,a\nu,b\nu,a\n"
        assert take(content).new == 3
        assert take(content).new == 0
        assert take(content + "u,a\n").new == 1
        assert shop.event_count == 4

    def test_two_texts_at_one_moment_are_two_events(self, take):
        assert take("userId,movieId,tag,timestamp\nu,a,fun,9\nu,a,long,9\n").new == 2

    def test_a_file_and_the_same_values_are_the_same(self, take, shop):
        take("user,item,rating,time\nu,a,4,2024-05-01T12:00:00Z\n")
        assert shop.add_events([Event("u", "a", Action.RATE, 4.0, NOON)]) == 0

    def test_keys_of_the_source(self, take, shop):
        assert take("user,item,event_id\nu,a,k1\nu,a,k2\nu,b,k1\n").new == 2
        assert shop.add_events([Event("u", "c", Action.VIEW, key="k2")]) == 0


class TestRejects:
    CONTENT = (
        "user,item,action,rating,time\n"
        "u,a,rate,4,2024-05-01\n"
        "u,a,rate,abc,2024-05-01\n"
        ",a,rate,4,2024-05-01\n"
        "u,,rate,4,2024-05-01\n"
        "u,nope,rate,4,2024-05-01\n"
        "u,a,juggle,,2024-05-01\n"
        "u,a,rate,,2024-05-01\n"
        "u,a,rate,4,soon\n"
        "u,a,rate,inf,2024-05-01\n"
        "u,a,rate,4\n"
        "\n"
    )
    REASONS = {  # noqa: RUF012
        "value is not a number": 2,
        "no user": 1,
        "no item": 1,
        "item is not in the catalogue": 1,
        "action is not known": 1,
        "rating without a value": 1,
        "time is not understood": 1,
        "wrong number of columns": 1,
    }

    def test_each_with_its_reason_and_line(self, take, shop, tmp_path):
        rejects = tmp_path / "out" / "rejects.jsonl"
        report = take(self.CONTENT, rejects=rejects)
        assert dict(report.rejected) == self.REASONS
        assert (report.rows, report.stored, report.rejected_rows) == (10, 1, 9)
        rows = [json.loads(line) for line in rejects.read_text().splitlines()]
        assert len(rows) == 9
        assert {"line": 3, "reason": "value is not a number"}.items() <= rows[1].items()
        assert rows[1]["row"]["rating"] == "abc"
        assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
        assert stat.S_IMODE(rejects.parent.stat().st_mode) == 0o700

    def test_none_no_file(self, take, tmp_path):
        rejects = tmp_path / "rejects.jsonl"
        rejects.write_text("of an earlier run")
        assert take("user,item\nu,a\n", rejects=rejects).rejects is None
        assert not rejects.exists()

    def test_all_of_them_is_an_error(self, take, shop):
        with pytest.raises(CatalogueError, match=r"all 2 rows were rejected.*not in the catalogue"):
            take("user,item\nu,x\nu,y\n")
        assert shop.user_count == 0

    def test_json_lines(self, take, shop):
        report = take(
            '{"user": 7, "item": "a", "rating": 4.5}\n'
            "nonsense\n"
            "[1, 2]\n"
            '{"user": 7, "item": "a", "rating": "abc"}\n'
            '{"user": 7, "item": 12.0, "extra": {"x": [1]}}\n',
            name="events.jsonl",
        )
        assert report.rejected == {
            "not valid JSON": 1, "not a JSON object": 1, "value is not a number": 1
        }  # fmt: skip
        assert [e.item for e in shop.user_events("7")] == ["a", "12"]


class TestMissing:
    CONTENT = "user,item,rating,time\nu,a,1,1\nu,b,,2\nu,c,1,3\nu,12,4,4\n"

    @pytest.mark.parametrize(
        ("policy", "value"),
        [("=2.5", 2.5), ("constant=2.5", 2.5), ("mean", 2.0), ("median", 1.0),
         ("most_frequent", 1.0), ("keep", None)],
    )  # fmt: skip
    def test_policies(self, take, shop, policy, value):
        report = take(self.CONTENT, missing={"value": policy})
        assert shop.user_events("u")[1].value == value
        assert sum(report.cleaned.get("value", {}).values()) == (value is not None)

    def test_drop(self, take, shop):
        report = take(self.CONTENT, missing={"rating": "drop"})
        assert report.rejected == {"no value": 1}
        assert shop.event_count == 3


class TestCleaning:
    def test_ids_that_a_spreadsheet_made_floats(self, take, shop):
        report = take("user,item\n7.0,12.0\n")
        assert only(shop, "7").item == "12"
        assert report.cleaned["item"] == {"12.0 read as 12": 1}

    def test_control_characters(self, take, shop):
        report = take("user,item,text\nu\x00,a,fi\x07ne\n")
        assert only(shop).text == "fine"
        assert report.cleaned["text"] == {"control characters removed": 1}

    def test_a_text_of_10_mb_is_cut_and_does_not_hang(self, take, shop):
        take(f'user,item,text\nu,a,"{"xy" * 5_000_000}"\n')
        assert len(only(shop).text) == 100_000


class TestFormats:
    ROWS = (("u", "a", "4.0"), ("u", "b", "2.0"))

    @pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
    def test_separators(self, take, mark):
        rows = "".join(mark.join(row) + "\n" for row in (("user", "item", "rating"), *self.ROWS))
        assert take(rows, name="events.tsv" if mark == "\t" else "events.csv").new == 2

    @pytest.mark.parametrize("packed", ["", ".gz"])
    def test_parquet(self, take, shop, write, tmp_path, packed):
        users, items, ratings = zip(*self.ROWS, strict=True)
        table = pa.table(
            {
                "user": users,
                "item": pa.array(items).dictionary_encode(),
                "rating": pa.array([float(rating) for rating in ratings], pa.float32()),
                "time": pa.array([NOON, NOON], pa.timestamp("ns", "Asia/Tokyo")),
                "n": [[1, 2], [3]],
            }
        )
        parquet.write_table(table, tmp_path / "plain")
        report = take((tmp_path / "plain").read_bytes(), name=f"events.parquet{packed}")
        assert report.new == 2
        assert shop.user_events("u")[1] == Event("u", "b", Action.RATE, 2.0, NOON)

    def test_single_precision_prints_as_it_was_meant(self, take, shop, tmp_path):
        ratings = pa.array([0.1, None], pa.float32())
        table = pa.table({"user": ["u", "u"], "item": ["a", "b"], "rating": ratings})
        parquet.write_table(table, tmp_path / "plain")
        take((tmp_path / "plain").read_bytes(), name="events.parquet")
        assert [e.value for e in shop.user_events("u")] == [0.1, None]

    def test_parquet_without_its_reader_says_what_to_install(self, take, shop, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(CatalogueError, match=r"pip install 'palate\[parquet\]'.*CSV"):
            take(b"PAR1 whatever", name="events.parquet")
        assert shop.event_count == 0

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_byte_order_marks(self, take, shop, encoding):
        take("user,item,text\nu,a,汉字\n".encode(encoding))
        assert only(shop).text == "汉字"

    def test_old_line_ends(self, take):
        assert take(b"user,item\ru,a\ru,b\r").new == 2

    def test_windows_line_ends_and_no_last_one(self, take):
        assert take(b"user,item\r\nu,a\r\n\r\nu,b").new == 2

    def test_quotes_across_lines_and_blocks(self, take, shop):
        filler = "".join(f"v{n},a,{'plain' * 20}\n" for n in range(10_000))
        text = 'he said ""hm"",\nthen\n' * 5
        content = f'user,item,text\n{filler}u,a,"{text}"\n{filler}u,b,"x, y"\n'
        report = take(content)
        assert report.rejected == {}
        assert [e.text for e in shop.user_events("u")] == [
            text.replace('""', '"').strip(), "x, y"
        ]  # fmt: skip

    def test_progress_ends_with_all_bytes(self, take, tmp_path):
        seen = []
        take(
            "user,item\nu,a\n",
            name="e.csv.gz",
            progress=lambda done, total: seen.append((done, total)),
        )
        size = (tmp_path / "e.csv.gz").stat().st_size
        assert seen[-1] == (size, size)


def test_values_instead_of_a_file(shop):
    report = ingest_values(shop, "events", (Event("u", name, Action.VIEW) for name in "ab"))
    assert (report.rows, report.new) == (2, 2)
    with pytest.raises(UnknownItem):
        ingest_values(shop, "events", [Event("u", "nope", Action.VIEW)])


def test_packed_files_are_the_same(take, write):
    content = "user,item,rating\n" + "".join(f"u{n},a,{n % 5}\n" for n in range(1000))
    assert take(content, name="events.csv.gz").new == 1000
    assert take(gzip.compress(content.encode()), name="events.csv").new == 0
