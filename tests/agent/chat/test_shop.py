"""Talks about a catalogue without films: prices, brands, sorts that exclude one another."""

import random
import re

import pytest

from palate import Event, Item, Palate
from palate.agent.chat.reading.amounts import amounts_in
from palate.retrieval.constraints import Checker, parse_constraint
from palate.workspace.words import fact_value

KINDS = {"espresso machine": (120, 900), "grinder": (25, 300), "mug": (6, 35), "green tea": (5, 25)}
BRANDS = ("Brewster", "Kaffa", "Lavanza", "Hario Mill", "Zen Leaf")
COLOURS = ("black", "white", "red", "blue")


def _items():
    dice = random.Random(7)
    for kind, (low, high) in KINDS.items():
        for number in range(24):
            brand, colour = BRANDS[number % 5], COLOURS[number % 4]
            price = round(low + (high - low) * number / 23, 2)
            tags = (kind, *(["organic"] if number % 3 == 0 else []))
            title = f"{brand} {dice.choice(['Aurora', 'Basalt', 'Cedar', 'Delta'])} {number + 100}"
            fields = {"price": price, "brand": brand, "colour": colour, "weight": 100 + number * 50}
            # Codes that are words of every sentence, and a field whose name is one of a question.
            fields |= {"origin": ("is", "it", "no", "DE")[number % 4], "average_score": number}
            yield Item(f"{kind.split()[0]}-{number}", title, f"{kind} in {colour}", tags, fields)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "coffee"
    items = list(_items())
    with Palate.init(folder, noun="article") as palate:
        palate.ingest_items(items)
        dice = random.Random(1)
        palate.ingest_events(
            [Event(f"u{n % 20}", dice.choice(items).id, "purchase") for n in range(200)]
        )
        palate.fit()
        yield palate


def _talk(shop, *turns):
    conversation, reply = None, None
    for turn in turns:
        reply = shop.chat(turn, conversation=conversation)
        conversation = reply.conversation
    return reply


def _meets(shop, reply, *conditions):
    assert reply.cards, reply.text
    items = shop.store.items([card.item for card in reply.cards])
    for condition in conditions:
        check = Checker((parse_constraint(condition),))
        assert all(check.holds(item) for item in items.values()), (condition, reply.text)


def test_what_stands_beside_a_title_is_chosen_from_the_catalogue(shop):
    assert shop.settings.catalogue.facts == ("price", "brand", "colour")
    assert shop.origins["catalogue.facts"] == "chosen by fit"
    card = _talk(shop, "a mug").cards[0]
    assert [name for name, _ in card.facts] == ["price", "brand", "colour"]
    assert re.fullmatch(r"\d+(\.\d+)?", card.facts[0][1]), "its name stands beside it"


def test_a_setting_goes_before_the_choice(shop, tmp_path):
    with Palate.init(tmp_path / "own", noun='thing "x"') as palate:
        assert palate.settings.catalogue.noun == 'thing "x"'
    toml = tmp_path / "own" / "palate.toml"
    toml.write_text(toml.read_text().replace("# facts =", "facts ="))
    with Palate.open(tmp_path / "own") as palate:
        palate.ingest_items(list(_items()))
        palate.fit()
    with Palate.open(tmp_path / "own") as palate:
        assert palate.settings.catalogue.facts == ("price", "brand")


@pytest.mark.parametrize(
    ("said", "bounds"),
    [
        ("a mug under 20", ["price < 20"]),
        ("a mug for $20 or less", ["price <= 20"]),
        ("a grinder between 50 and 100", ["price >= 50", "price <= 100"]),
        ("a grinder for 50-100 euros", ["price >= 50", "price <= 100"]),
        ("a grinder around 100 euros", ["price >= 80", "price <= 120"]),
        ("nothing over $30, a mug", ["price <= 30"]),
        ("my budget is 150, an espresso machine", ["price <= 150"]),
        ("a grinder, weight below 500", ["weight < 500"]),
        ("20元以下的 mug", ["price <= 20"]),
    ],
)  # fmt: skip
def test_amounts_are_conditions(shop, said, bounds):
    _meets(shop, _talk(shop, said), *bounds)


@pytest.mark.parametrize(
    "said", ["a grinder under 300 watts", "a mug for 2 people", "over 20 reviews", "10 to 20"]
)
def test_numbers_of_other_things_are_no_prices(shop, said):
    assert not list(amounts_in(said, shop.catalogue.numbers))


def test_thousands_and_commas():
    ranges = {"price": (1.0, 5000.0)}
    [one] = amounts_in("under $1,200", ranges)
    assert one.term.constraints[0].value == 1200
    [one] = amounts_in("12,50 € at most", ranges)
    assert one.term.constraints[0].value == 12.5


def test_cheap_is_the_cheaper_third_of_what_else_is_asked_for(shop):
    machines = sorted(i.fields["price"] for i in _items() if "espresso machine" in i.tags)
    third, half = machines[len(machines) // 3], machines[len(machines) // 2]
    reply = _talk(shop, "a cheap espresso machine")
    _meets(shop, reply, "tags has espresso machine", f"price <= {third}")
    assert 'I take "cheap" as price at most' in reply.text
    reply = _talk(shop, "an espresso machine", "not cheap")
    _meets(shop, reply, f"price >= {third}")
    reply = _talk(shop, "an espresso machine", "nothing too expensive")
    _meets(shop, reply, f"price <= {half}")


def test_cheaper_and_dearer_go_by_what_was_shown(shop):
    first = _talk(shop, "a grinder")
    prices = sorted(shop.store.item(card.item).fields["price"] for card in first.cards)
    middle = prices[len(prices) // 2]
    _meets(shop, _talk(shop, "a grinder", "cheaper"), f"price < {middle}", "tags has grinder")
    _meets(shop, _talk(shop, "a grinder", "more expensive please"), f"price > {middle}")
    _meets(shop, _talk(shop, "a grinder", "便宜一点"), f"price < {middle}")


def test_another_sort_is_another_search_and_its_price_goes_too(shop):
    reply = _talk(shop, "an organic espresso machine under 500", "a red mug")
    _meets(shop, reply, "tags has mug", "colour = red", "tags has organic")
    assert 'That replaces "espresso machine", "price under 500".' in reply.text
    # Said in one breath it is an impossible wish, and what to drop is asked.
    reply = _talk(shop, "a mug that is also a grinder")
    assert not reply.cards and reply.question


def test_brands_are_conditions_and_denied(shop):
    _meets(shop, _talk(shop, "a mug by Kaffa"), "brand = Kaffa")
    _meets(shop, _talk(shop, "a mug", "not from Kaffa"), "brand != Kaffa", "tags has mug")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("which brands do you carry?", r"Brewster \(20\), Kaffa \(20\)"),
        ("what colours do your mugs come in?", r"^There are: black \(6\), white \(6\)"),
        ("有哪些品牌？", r"有：Brewster \(20\)、Kaffa"),
        ("how many mugs are there?", r"There are 24 articles \(mug\)"),
        ("how many teapots do you have?", r'^Nothing in the catalogue speaks of "teapots"\.$'),
        ("the cheapest teapot?", r'^Nothing in the catalogue speaks of "teapot"\.$'),
        ("the cheapest mug?", r": 6\.0\.$|: 6\.$"),
        ("the most expensive grinder?", r": 300(?:\.0)?\.$"),
        ("最便宜的 mug 是哪个？", r"：6(?:\.0)?。$"),
        ("hello", r"a kind, articles you loved, what it may cost"),
        ("asdf qwer", r"Name a kind, an article you liked, or say what it may cost"),
        ("你好", r"想找什么.*价格"),
    ],
)  # fmt: skip
def test_questions_are_answered_from_the_store(shop, said, answer):
    reply = _talk(shop, said)
    assert re.search(answer, reply.text), reply.text
    assert not reply.chips


def test_of_those_means_the_slate_that_was_shown(shop):
    shown = [shop.store.item(card.item) for card in _talk(shop, "a grinder").cards]
    cheapest = min(shown, key=lambda item: item.fields["price"])
    assert cheapest.title in _talk(shop, "a grinder", "which of those is the cheapest?").text
    # A turn that nothing fits leaves what stands above in place.
    reply = _talk(shop, "a grinder", "under 5", "which of those is the cheapest?")
    assert cheapest.title in reply.text


def test_comparing_tells_prices(shop):
    reply = _talk(shop, "a mug", "compare the first and the second, which is cheaper?")
    assert reply.text.count("price ") == 2 and "is cheaper." in reply.text


def test_codes_are_no_words_and_words_no_codes(shop):
    reply = _talk(shop, "a grinder", "which of those is the cheapest?")
    assert re.search(r": \d+(\.\d+)?\.$", reply.text), reply.text
    assert [chip.text for chip in reply.chips] == ["grinder"]
    assert [chip.text for chip in _talk(shop, "is it a mug? no").chips] == ["mug"]
    _meets(shop, _talk(shop, "a mug from DE"), "origin = DE")


def test_a_field_called_average_asks_for_no_mean(shop):
    _meets(shop, _talk(shop, "mugs with an average score over 12"), "average_score > 12")
    assert "On average" in _talk(shop, "what is the average price?").text


def test_what_is_not_known_stands_on_no_card():
    bare = Item("x", "Bare", fields={"price": 5})
    assert fact_value(bare, "price") == "5"
    assert [fact_value(bare, name) for name in ("runtime", "pages", "year", "brand")] == [""] * 4
