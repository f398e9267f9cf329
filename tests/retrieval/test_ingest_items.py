"""Items and users from files: fields and their types, tags, titles, duplicates."""

import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from palate.domain import Item, User
from palate.errors import CatalogueError
from palate.retrieval.ingest import ingest_events, ingest_items, ingest_users, ingest_values
from palate.retrieval.ingest.titles import Title, split_title


@pytest.fixture
def take(store, write):
    """Ingests a file's content as items."""

    def _take(content, name="items.csv", **options):
        return ingest_items(store, write(name, content), **options)

    return _take


class TestFields:
    def test_types_are_those_of_the_column(self, take, store):
        take(
            "id,title,year,rating,code,in_stock,cast,releaseDate,nothing\n"
            "a,A,1994,8.0,007,true,X Y|Z,1994-10-14,\n"
            "b,B,1999,7.5,112,false,W,1999-03-31,\n"
        )
        assert store.item("a").fields == {
            "year": 1994, "rating": 8, "code": "007", "in_stock": True, "cast": ("X Y", "Z"),
            "release_date": "1994-10-14",
        }  # fmt: skip

    def test_only_the_last_word_of_a_name_makes_a_code_or_a_link(self, take, store):
        take("id,title,paid,lexicon,shopId\na,A,3,x,7\nb,B,4,y,8\n")
        assert store.item("a").fields == {"paid": 3, "lexicon": "x", "shop_id": "7"}

    def test_json_says_itself_what_is_a_number(self, take, store):
        row = {"id": 5, "title": "A", "year": 1994, "size": "12", "tmdbId": 862.0, "ok": True,
               "cast": ["X", "Y"], "genres": [{"id": 1, "name": "Drama"}], "x": None}  # fmt: skip
        take(json.dumps(row) + "\n", name="items.jsonl")
        assert store.item("5") == Item(
            "5",
            "A",
            "",
            ("Drama",),
            {"year": 1994, "size": "12", "tmdb_id": "862", "cast": ("X", "Y"), "ok": True},
        )

    def test_parquet(self, take, store, tmp_path):
        table = pa.table(
            {"id": [1, 2], "title": ["A", "B"], "tags": [["x", "y"], []], "price": [9.99, None]}
        )
        parquet.write_table(table, tmp_path / "plain")
        take((tmp_path / "plain").read_bytes(), name="items.parquet")
        assert store.item("1") == Item("1", "A", "", ("x", "y"), {"price": 9.99})
        assert store.item("2") == Item("2", "B")

    def test_useless_columns_are_named_with_the_reason(self, take):
        report = take(
            f"id,title,poster_path,link,plot,essay,empty\na,A,/x.jpg,https://x,p,{'long ' * 50},\n"
        )
        assert set(report.ignored) == {"poster_path", "link", "essay", "empty"}
        assert "map it to text" in report.ignored["essay"]
        assert report.columns["text"] == "plot"

    def test_a_field_under_another_name(self, take, store):
        take("id,title,dir\na,A,Wu\n", mapping={"director": "dir"})
        assert store.item("a").fields == {"director": "Wu"}

    def test_zero_may_mean_that_nobody_knows(self, take, store):
        report = take("id,title,runtime,price\na,A,0,0\nb,B,90,5\n")
        assert store.item("a").fields == {"price": 0}
        assert report.cleaned["runtime"] == {"0 taken as unknown": 1}

    def test_what_is_no_number_among_numbers_is_left_out_and_counted(self, take, store):
        rows = "".join(f"i{n},T,{n + 1}\n" for n in range(100))
        report = take(f"id,title,size\n{rows}x,T,big\n")
        assert store.item("x").fields == {}
        assert report.cleaned["size"] == {"not a number, left out": 1}

    def test_columns_that_appear_late_in_json_lines(self, take, store):
        filler = "".join(f'{{"id": "{n}", "title": "{"t" * 500}"}}\n' for n in range(4000))
        take(filler + '{"id": "late", "title": "L", "year": 2001}\n', name="items.jsonl")
        assert store.item("late").fields == {"year": 2001}


class TestTags:
    @pytest.mark.parametrize(
        ("text", "tags"),
        [
            ("Drama|Sci-Fi", ("Drama", "Sci-Fi")),
            ('"Drama, Comedy"', ("Drama", "Comedy")),
            ("Drama; Comedy", ("Drama", "Comedy")),
            ('"[""Drama"", ""Comedy""]"', ("Drama", "Comedy")),
            ("\"[{'id': 18, 'name': 'Drama'}]\"", ("Drama",)),
            ("Drama|Drama||", ("Drama",)),
            ("(no genres listed)", ()),
            ("", ()),
            ("科幻|爱情", ("科幻", "爱情")),
        ],
    )
    def test_lists(self, take, store, text, tags):
        take(f"id,title,genres\na,A,{text}\n")
        assert store.item("a").tags == tags


class TestTitles:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("Toy Story (1995)", Title("Toy Story", (), 1995)),
            ("Matrix, The (1999)", Title("The Matrix", (), 1999)),
            ("Enfer, L' (1994)", Title("L'Enfer", (), 1994)),
            ("Nosferatu (Nosferatu, eine Symphonie des Grauens) (1922)",
             Title("Nosferatu", ("Nosferatu, eine Symphonie des Grauens",), 1922)),
            ("City of Lost Children, The (Cité des enfants perdus, La) (1995)",
             Title("The City of Lost Children", ("La Cité des enfants perdus",), 1995)),
            ("Seven (a.k.a. Se7en) (1995)", Title("Seven", ("Se7en",), 1995)),
            ("(500) Days of Summer (2009)", Title("(500) Days of Summer", (), 2009)),
            ("2001: A Space Odyssey (1968)", Title("2001: A Space Odyssey", (), 1968)),
            ("Yes, I Do", Title("Yes, I Do")),
            ("Fawlty Towers (1975-1979)", Title("Fawlty Towers", (), 1975)),
            ("Big Bang Theory, The (2007-)", Title("The Big Bang Theory", (), 2007)),
            ("1984", Title("1984")),
            ("(1999)", Title("(1999)")),
        ],
    )  # fmt: skip
    def test_movielens(self, text, title):
        assert split_title(text) == title

    def test_only_where_most_titles_are_like_that(self, take, store):
        take("id,title\na,Lamp (2019)\nb,Chair\nc,Table\n")
        assert store.item("a") == Item("a", "Lamp (2019)")

    def test_a_year_from_a_date(self, take, store):
        take("id,title,release_date\na,A,1994-10-14\nb,B,01-Jan-1995\n")
        assert [store.item(name).fields["year"] for name in "ab"] == [1994, 1995]

    def test_every_script_is_kept(self, take, store):
        title = "🎬 爱情 مرحبا \u200fسينما 👨‍👩‍👧"
        report = take(f"id,title\na,{title}\n")
        assert store.item("a").title == title
        assert report.cleaned == {}

    def test_control_characters_and_line_ends_are_removed(self, take, store):
        report = take('id,title\na,"A\x00B\x1b\nC"\n')
        assert store.item("a").title == "AB C"
        assert report.cleaned["title"] == {"control characters removed": 1}

    def test_half_a_character_in_json(self, take, store):
        take('{"id": "a", "title": "A\\ud83d"}\n', name="items.jsonl")
        assert store.item("a").title.startswith("A")


class TestRows:
    def test_rejected_and_duplicates(self, take, store):
        report = take("id,title\na,old\n,nameless\nb,\na,new\nc,C\n")
        assert report.rejected == {"no id": 1, "no title": 1}
        assert (report.rows, report.stored, report.new, report.duplicates) == (5, 2, 2, 1)
        assert store.item("a").title == "new"

    def test_a_duplicate_far_away(self, take, store):
        filler = "".join(f"{n},{'t' * 200}\n" for n in range(12_000))
        report = take(f"id,title\na,old\n{filler}a,new\n")
        assert (report.new, report.duplicates) == (12_001, 1)
        assert store.item("a").title == "new"

    def test_again(self, take):
        content = "id,title\na,A\nb,B\n"
        assert take(content).new == 2
        again = take(content.replace("B", "X"))
        assert (again.new, again.changed, again.unchanged) == (0, 1, 1)

    def test_a_text_of_10_mb_is_cut_and_counted(self, take, store):
        report = take(
            json.dumps({"id": "a", "title": "A", "text": "x" * 10_000_000}), name="i.jsonl"
        )
        assert len(store.item("a").text) == 100_000
        assert report.cleaned["text"] == {"cut to 100,000 characters": 1}

    @pytest.mark.parametrize(
        ("policy", "runtime"),
        [("mean", 100), ("median", 90), ("most_frequent", 90), ("=1", 1), ("keep", None)],
    )
    def test_policies(self, take, store, policy, runtime):
        rows = "a,A,90\nb,B,90\nc,C,120\nd,D,\ne,E,0\n"
        take(f"id,title,runtime\n{rows}", missing={"runtime": policy})
        assert [store.item(n).fields.get("runtime") for n in "de"] == [runtime, runtime]

    def test_policy_drop(self, take):
        report = take("id,title,runtime\na,A,90\nb,B,\n", missing={"runtime": "drop"})
        assert report.rejected == {"no runtime": 1}

    def test_values(self, store):
        assert ingest_values(store, "items", [Item("a", "A"), Item("a", "B")]).duplicates == 1
        assert ingest_values(store, "users", [User("u")]).new == 1


class TestUsers:
    def test_columns(self, store, write):
        report = ingest_users(
            store, write("u.csv", "user_id,name,lang,age,town\nu,Ada,zh-CN,36,London\n,x,,,\n")
        )
        assert store.user("u") == User("u", "Ada", "zh-CN", {"age": 36, "town": "London"})
        assert report.rejected == {"no id": 1}


class TestMovieLens:
    """Files of each shape, in small; the real ones are in test_ingest_real.py."""

    def test_csv_folder_with_links_and_tags(self, store, write, tmp_path):
        write("ml/movies.csv", "movieId,title,genres\n1,Toy Story (1995),Comedy|Children\n"
                               "2,\"Matrix, The (1999)\",(no genres listed)\n")  # fmt: skip
        write("ml/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n2,0133093,\n9,1,1\n")
        write("ml/tags.csv", "userId,movieId,tag,timestamp\n1,1,Fun,1\n2,1,fun,1\n2,1,pixar,2\n")
        write("ml/ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n")
        report = ingest_items(store, tmp_path / "ml")
        assert store.item("1") == Item("1", "Toy Story", "", ("Comedy", "Children"), {
            "year": 1995, "imdb": "tt0114709", "tmdb": "862", "keywords": ("fun", "pixar"),
        })  # fmt: skip
        assert store.item("2").fields == {"year": 1999, "imdb": "tt0133093"}
        assert report.rejected == {"item is not in the catalogue": 1}
        again = write("tags.csv", "userId,movieId,tag,timestamp\n1,1,Toys,1\n2,1,fun,1\n")
        ingest_items(store, again)
        assert store.item("1").fields["keywords"] == ("fun", "pixar", "toys")
        assert ingest_events(store, tmp_path / "ml").new == 1
        assert ingest_events(store, tmp_path / "ml" / "tags.csv").new == 3

    def test_dat_in_latin_1(self, store, write, tmp_path):
        write("ml/movies.dat", "1::Amélie, The (2001)::Comedy|Romance\n".encode("latin-1"))
        write("ml/users.dat", "1::F::1::10::48067\n")
        write("ml/ratings.dat.gz", "1::1::5::978300760\n1::1::x::978300760\n")
        for take in (ingest_items, ingest_users, ingest_events):
            report = take(store, tmp_path / "ml")
        assert report.rejected == {"value is not a number": 1}
        assert store.item("1").title == "The Amélie"
        assert store.user("1").fields["zip"] == "48067"
        assert store.user_events("1")[0].value == 5

    def test_u_files(self, store, write, tmp_path):
        flags = "|".join("1" if n in (3, 4) else "0" for n in range(19))
        row = f"1|Toy Story (1995)|01-Jan-1995||http://x|{flags}\n"
        other = row.replace("1|Toy", "2|Ol\xe9").replace(flags, "1" + "|0" * 18)
        write("ml/u.item", (row + other).encode("latin-1"))
        write("ml/u.user", "1|24|M|technician|85711\n")
        write("ml/u.data", "1\t1\t3\t881250949\n")
        for take in (ingest_items, ingest_users, ingest_events):
            take(store, tmp_path / "ml")
        assert store.item("1").tags == ("Animation", "Children's")
        assert store.item("2") == Item(
            "2", "Olé Story", "", (), {"release_date": "01-Jan-1995", "year": 1995}
        )
        assert store.user("1").fields["occupation"] == "technician"
        assert store.event_count == 1

    def test_a_folder_without_such_files(self, store, tmp_path):
        with pytest.raises(CatalogueError, match=r"no file of items: it would be one of movies"):
            ingest_items(store, tmp_path)
