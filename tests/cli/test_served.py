"""Commands while a server owns the workspace: they ask it, or say what to do."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from serving import client, served

from palate import Palate


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("owned") / "films")
    with served(folder) as server:
        server.folder = folder
        yield server


def test_recommend_and_why_go_through_the_server(shop, palate):
    made = json.loads(
        palate("recommend", "-u", "ada", "-n", 2, "--json", workspace=shop.folder).out
    )
    with_words = palate("recommend", "-u", "ada", "-n", 2, workspace=shop.folder).out
    assert made["recommendations"][0]["item"]["title"] in with_words
    assert "id r" in with_words
    item = made["recommendations"][0]["item"]["id"]
    why = palate("why", made["id"], item, workspace=shop.folder).out
    assert "evidence:" in why and "place 1 by the prior" in why
    assert json.loads(palate("why", made["id"], "--json", workspace=shop.folder).out)["items"]


def test_ingest_goes_through_the_server_all_of_a_file_or_nothing(shop, palate, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("id,title,when\nnew-1,A New One,1999\nnew-2,Another,x\n")
    told = palate("ingest", "items", file, "--map", "year=when", "--json", workspace=shop.folder)
    report = json.loads(told.out)
    assert (report["stored"], report["source"]) == (2, "new.csv")
    assert shop.admin.get("/v1/items/new-1").json()["title"] == "A New One"
    assert "2" in palate("ingest", "items", file, "--map", "year=when", workspace=shop.folder).out
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "new-3", "title": "Fine"}\nno JSON\n')
    fails = palate("ingest", "items", tmp_path / "none.csv", code=5, workspace=shop.folder).err
    assert "none.csv" in fails
    assert shop.admin.get("/v1/items/new-3").status_code == 404


def test_no_key_may_name_a_file_of_the_server(shop, palate, tmp_path):
    key = palate("keys", "add", "--scope", "admin", workspace=shop.folder).out.split()[-1]
    body = {"kind": "items", "file": str(tmp_path / "secret.csv")}
    with client(shop.url, key) as caller:
        assert caller.post("/v1/ingest", json=body).status_code == 403
    assert "/v1/ingest" not in shop.admin.get("/openapi.json").json()["paths"]


def test_feedback_and_profile_go_through_the_server(shop, palate):
    said = palate("feedback", "mia", "heat-1995", "like", workspace=shop.folder).out
    assert said == "Recorded: mia like Heat.\n"
    assert "Wish" in palate("profile", "wish", "mia", "slow films", workspace=shop.folder).out
    shown = palate("profile", "show", "mia", workspace=shop.folder).out
    assert "Heat" in shown and "slow films" in shown
    number = shop.tenants[0].palate.store.wishes("mia")[0].id
    assert "taken back" in palate("profile", "unwish", "mia", number, workspace=shop.folder).out
    gone = json.loads(
        palate("profile", "forget", "mia", "--yes", "--json", workspace=shop.folder).out
    )
    assert gone["events"] == 1
    assert shop.tenants[0].palate.store.user("mia") is None


def test_predict_why_not_and_fit_go_through_the_server(shop, palate):
    said = palate("predict", "ada", "heat-1995", "--action", "like", workspace=shop.folder).out
    assert re.search(r"^ada, Heat: like \d+% \(", said), said
    assert "like:" in said
    given = palate("predict", "-", "heat-1995", "--json", workspace=shop.folder).out
    assert json.loads(given)["predictions"][0]["user"] is None
    said = palate("why-not", "heat-1995", "-u", "ada", "-n", 2, "--where", "runtime <= 90",
                  workspace=shop.folder).out  # fmt: skip
    assert said.startswith("Why not Heat?") and "runtime <= 90" in said
    before = {p.name for p in (shop.folder / "data" / "index").iterdir()}
    said = palate("fit", "--rebuild", workspace=shop.folder).out
    assert {p.name for p in (shop.folder / "data" / "index").iterdir()} != before
    assert re.match(r"Fitted 48\d items and [\d,]+ events of \d+ people in ", said), said


def test_errors_keep_their_words_and_codes(shop, told):
    assert "nobody" in told("recommend", "-u", "nobody", code=5, workspace=shop.folder)
    assert "no-film" in told("feedback", "ada", "no-film", "like", code=5, workspace=shop.folder)
    assert "action" in told("feedback", "ada", "heat-1995", "eat", code=5, workspace=shop.folder)
    assert "r0" in told("why", "r0", code=1, workspace=shop.folder)


def test_what_a_server_does_not_take_is_told(shop, told):
    line = told("recommend", "--model", "qwen3", code=4, workspace=shop.folder)
    assert "--model" in line
    line = told("fit", "--without", "cases.jsonl", code=4, workspace=shop.folder)
    assert "--without" in line and shop.url in line
    (shop.folder / "data" / "server.token").rename(shop.folder / "data" / "away")
    try:
        assert "token" in told("recommend", code=4, workspace=shop.folder)
    finally:
        (shop.folder / "data" / "away").rename(shop.folder / "data" / "server.token")


def test_a_link_from_the_running_server(shop, palate):
    url = palate("keys", "link", "-u", "ada", workspace=shop.folder).out.strip()
    with client(shop.url) as page:
        assert page.get(url).headers["location"] == "/"
        assert page.get("/v1/session").json()["user"] == "ada"


def test_keys_are_made_listed_and_removed_while_it_runs(shop, palate, told):
    made = palate("keys", "add", "--scope", "read", "--note", "a board", workspace=shop.folder)
    with client(shop.url, made.out.strip()) as caller:
        assert caller.get("/v1/session").json()["scopes"] == ["read"]
        name = made.out.split("_")[1]
        listed = palate("keys", "list", workspace=shop.folder).out
        assert name in listed and "a board" in listed and made.out.strip() not in listed
        palate("keys", "remove", name, workspace=shop.folder)
        assert caller.get("/v1/session").status_code == 401
    told("keys", "remove", name, code=1, workspace=shop.folder)
    palate("keys", "add", "--scope", "king", code=2, workspace=shop.folder)
    palate("keys", "add", "--scope", "user", code=2, workspace=shop.folder)
    palate("keys", "add", "--scope", "admin", "-u", "ada", code=2, workspace=shop.folder)


SERVE = "from palate.cli import main; main()"


def _start(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "-w", str(folder), "serve", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "PALATE_"))},
    )  # fmt: skip
    url = process.stdout.readline().split()[-1]
    deadline = time.monotonic() + 30
    with client(url) as stranger:
        while time.monotonic() < deadline:
            try:
                if stranger.get("/readyz").status_code == 200:
                    return process, url
            except OSError:
                pass
            except Exception as error:
                assert "onnect" in type(error).__name__
            time.sleep(0.05)
    raise AssertionError("it did not start")


def test_acknowledged_feedback_outlives_a_kill_and_a_stop_leaves_nothing(example, palate):
    process, url = _start(example)
    try:
        with client(url, (example / "data" / "server.token").read_text()) as caller:
            for number in range(20):
                event = {"user": "kim", "item": "heat-1995", "action": "click", "key": f"k{number}"}
                done = caller.post("/v1/feedback", json={"events": [event]})
                assert done.json()["new"] == 1
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    # The name of the dead owner stands there still: a command opens the workspace itself.
    assert "url" in json.loads((example / "data" / "owner.json").read_text())
    assert "Heat" in palate("profile", "show", "kim", workspace=example).out
    with Palate.open(example) as opened:
        assert len(opened.store.user_events("kim")) == 20
    process, url = _start(example)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode in (0, 130)
    assert not (example / "data" / "server.token").exists()
    assert not (example / "data" / "owner.json").exists()


def test_reasons_are_asked_for_through_the_server(shop, palate):
    made = json.loads(
        palate("recommend", "-u", "ada", "-n", 2, "--json", workspace=shop.folder).out
    )
    first = made["recommendations"][0]["item"]
    told = palate("why", made["id"], "--ask", workspace=shop.folder).out
    assert told.startswith(f"1. {first['title']}") and "2. " in told
    assert "Written from the evidence: no model is configured." in told
    asked = ("why", made["id"], first["id"], "--ask", "--language", "zh", "--json")
    [one] = json.loads(palate(*asked, workspace=shop.folder).out)["reasons"]
    assert one["item"]["id"] == first["id"] and re.search(r"[一-鿿]", one["reason"]["text"])
