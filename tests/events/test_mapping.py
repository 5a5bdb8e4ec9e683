"""Mappings: what is read is what was written, and every mistake is named with its remedy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.errors import MappingError
from tillit.events.column_words import names_employee
from tillit.events.mapping import Cell, ConsentRule, EventRule, Mapping, Time, check_columns
from tillit.events.mapping_dump import dump_mapping
from tillit.events.mapping_toml import load_mapping, parse_mapping
from tillit.vocabulary import IdentifierKind

SMALL = 'identifiers = {email = "Email"}\n[[event]]\nactivity = "seen"\ntime = "At"\n'

# Hypothesis knows our own words, too, and a column that names employees is refused.
texts = st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()) and not names_employee(text))
columns = st.lists(texts, max_size=3).map(tuple)
some_columns = st.lists(texts, min_size=1, max_size=3).map(tuple)
rates = st.decimals(min_value=0, max_value=1, places=4).filter(lambda rate: rate < 1)
renames = st.dictionaries(texts, texts, max_size=2)
cells = st.builds(Cell, constant=texts) | st.builds(Cell, column=texts, rename=renames)
formats = st.none() | st.sampled_from(["%d.%m.%Y %H:%M", "epoch_ms"])
rules = st.builds(
    EventRule,
    activity=cells,
    time=st.builds(Time, columns=some_columns, format=formats),
    amount=st.none() | texts,
    channel=st.none() | cells,
    actor=st.none() | st.just(Cell(constant="machine")),
    refund=st.booleans(),
    once_per=columns,
    when=st.dictionaries(texts, some_columns, max_size=2),
)
consents = st.builds(
    ConsentRule,
    purpose=st.just(Cell(constant="marketing")) | st.builds(Cell, column=texts, rename=renames),
    answer=st.just(Cell(constant="yes")) | st.builds(Cell, column=texts, rename=renames),
    time=st.builds(Time, columns=some_columns, format=formats),
    channel=st.just(Cell(constant="sms")) | st.builds(Cell, column=texts),
    wording=st.none() | cells,
    where=st.none() | cells,
)
mappings = st.builds(
    Mapping,
    consents=st.lists(consents, max_size=2).map(tuple),
    events=st.lists(rules, min_size=1, max_size=3).map(tuple),
    identifiers=st.dictionaries(st.sampled_from(list(IdentifierKind)), some_columns, min_size=1),
    source=texts,
    timezone=st.sampled_from([None, "Europe/Stockholm"]),
    hashed=st.booleans(),
    sequence=st.none() | texts,
    event_id=columns,
    currency=st.none() | cells,
    decimal=st.sampled_from([None, ".", ","]),
    margin_rate=st.none() | rates,
    constants=st.dictionaries(st.sampled_from(["channel", "place"]), texts),
    properties=columns,
    names=st.dictionaries(texts, some_columns, max_size=1),
)


@given(mappings)
def test_what_is_written_is_read_back(mapping: Mapping) -> None:
    assert parse_mapping(dump_mapping(mapping), name="m.toml") == mapping


def test_the_whole_form(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(
        """
        source = "shop"
        timezone = "Europe/Oslo"
        sequence = "file order"
        currency = {column = "Currency"}
        money = "gross"
        vat_rate = 0.25
        margin_rate = 0.4
        constants = {channel = "store", function = "sales"}
        identifiers = {email = "Email", phone = ["Mobile", "Phone"]}
        properties = "*"
        names = {name = "Name"}
        [[event]]
        activity = {column = "Type", rename = {purchase = "order_completed"}}
        time = {columns = ["Date", "Time"], format = "%d.%m.%Y %H:%M"}
        amount = "Total"
        once_per = ["Order", "Shop"]
        refund = true
        when = {Status = ["paid", "part paid"]}
        """,
        encoding="utf-8",
    )
    mapping = load_mapping(path)
    assert mapping.identifiers == {IdentifierKind.EMAIL: ("Email",), IdentifierKind.PHONE: ("Mobile", "Phone")}
    assert (mapping.gross, mapping.vat_rate, mapping.margin_rate) == (True, Decimal("0.25"), Decimal("0.4"))
    (rule,) = mapping.events
    assert rule.activity == Cell(column="Type", rename={"purchase": "order_completed"})
    assert rule.time == Time(("Date", "Time"), "%d.%m.%Y %H:%M")
    assert (rule.amount, rule.once_per, rule.refund) == ("Total", ("Order", "Shop"), True)
    assert rule.when == {"Status": ("paid", "part paid")}
    used = ["Type", "Date", "Time", "Total", "Order", "Shop", "Status", "Email", "Mobile", "Phone", "Name", "Currency"]
    assert mapping.property_columns([*used, "Note"]) == ("Note",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sorce = "x"\n' + SMALL, '"sorce" is no key of a mapping. Did you mean "source"?'),
        (SMALL + 'amuont = "Total"\n', 'event 1: "amuont" is no key of a mapping. Did you mean "amount"?'),
        (SMALL.replace("email", "mail"), 'identifiers: "mail" is no key of a mapping. Did you mean "email"?'),
        (SMALL.replace('time = "At"', ""), "event 1: time is missing"),
        (SMALL.replace('"seen"', "3"), "event 1: activity is 3"),
        ('[[event]]\nactivity = "a"\ntime = "At"\n', "identifiers is missing|identifiers is {}"),
        ('identifiers = {email = "Email"}', "event is missing"),
        ('money = "gross"\n' + SMALL, "vat_rate belong together"),
        ("vat_rate = 0.25\n" + SMALL, "vat_rate belong together"),
        ('margin = "M"\nmargin_rate = 0.4\n' + SMALL, "Keep one"),
        ("margin_rate = 40\n" + SMALL, "margin_rate is 40. Write a share"),
        ('decimal = ";"\n' + SMALL, "decimal is ';'"),
        ('timezone = "Stockholm"\n' + SMALL, "timezone is 'Stockholm'. Write a zone like"),
        ('constants = {function = "sale"}\n' + SMALL, "one of marketing, .*sales"),
        (SMALL.replace('"At"', '{column = "At", format = "yyyy-mm-dd"}'), "format is 'yyyy-mm-dd'"),
        ("source = x", "is not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(text: str, said: str) -> None:
    with pytest.raises(MappingError, match=said.replace("(", r"\(")) as refused:
        parse_mapping(text, name="m.toml")
    assert str(refused.value).startswith("m.toml")


def test_a_missing_mapping_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="tillit inspect"):
        load_mapping(tmp_path / "gone.toml")


def test_columns_the_file_does_not_have_are_named_with_the_nearest() -> None:
    mapping = parse_mapping(SMALL, name="m.toml")
    check_columns(mapping, ["Email", "At"], name="x.csv")
    with pytest.raises(MappingError, match=r'"Email", which x\.csv does not have\. Did you mean "E-mail"'):
        check_columns(mapping, ["E-mail", "At"], name="x.csv")


def test_a_constant_that_is_a_column_is_refused() -> None:
    mapping = parse_mapping(SMALL + 'channel = "Source"\n', name="m.toml")
    with pytest.raises(MappingError, match=r'Write channel = \{column = "Source"\}'):
        check_columns(mapping, ["Email", "At", "Source"], name="x.csv")
