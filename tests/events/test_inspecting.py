"""A well-made file needs no mapping; of any other we say what we took for what, and what we are unsure of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.events.text_files import KEY, rows_of
from tillit.errors import AmbiguityError, FileError, MappingError
from tillit.events.inspecting import inspect_file, understand
from tillit.events.mapping import FILE_ORDER, Mapping
from tillit.events.staging import stage


def written(tmp_path: Path, text: str, name: str = "events.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def roles(mapping: Mapping) -> dict[str, str]:
    """The columns of a mapping with one event, by what they are."""
    return {column: key.removeprefix("event 1: ") for key, column in mapping.columns() if not key.startswith("event 2")}


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        pytest.param(
            "event_id,person_id,ts,channel,kind,function,amount",
            [
                "0,7,2025-01-01T08:00:00Z,direct,page_view:home,marketing,",
                "1,7,2025-01-01T08:01:00Z,direct,order,sales,99.5",
            ],
            {
                "event_id": "event_id",
                "person_id": "identifiers: customer",
                "ts": "time",
                "channel": "channel",
                "kind": "activity",
                "function": "function",
                "amount": "amount",
            },
            id="benchmark",
        ),
        pytest.param(
            "case_id,registered_at,amount_requested,activity,lifecycle,resource,timestamp",
            ["1,2011-10-01T00:38:44Z,20000,A_SUBMITTED,COMPLETE,112,2011-10-01T00:38:44Z"] * 2,
            {
                "case_id": "identifiers: customer",
                "timestamp": "time",
                "activity": "activity",
                "registered_at": "properties",
                "amount_requested": "properties",
                "lifecycle": "properties",
            },
            id="process log",
        ),
        pytest.param(
            "Kundnr;Datum;Händelse;Kanal;Belopp;Butik;Säljare",
            ["1001;2025-03-01 10:00;Order lagd;butik;12,50;Malmö;Cy", "1002;2025-03-02 11:30;Besök;butik;;Lund;Cy"],
            {
                "Kundnr": "identifiers: customer",
                "Datum": "time",
                "Händelse": "activity",
                "Kanal": "channel",
                "Belopp": "amount",
                "Butik": "place",
            },
            id="Swedish",
        ),
        pytest.param(
            "Kundenr;Dato;Klokkeslett;Hendelse;Kanal;Beløp;Butikk;Selger",
            ["1001;01.03.2025;10:00;Ordre;butikk;12,50;Oslo;Cy", "1002;02.03.2025;11:30;Besøk;butikk;;Bergen;Cy"],
            {
                "Kundenr": "identifiers: customer",
                "Dato": "time",
                "Klokkeslett": "time",
                "Hendelse": "activity",
                "Kanal": "channel",
                "Beløp": "amount",
                "Butikk": "place",
            },
            id="Norwegian",
        ),
        pytest.param(
            "CustomerID,Email,occurredAt,eventName,productId",
            [
                "7,ana@example.org,2025-01-01T08:00:00Z,add_to_cart,p1",
                "8,bo@example.org,2025-01-01T09:00:00Z,view_item,p2",
            ],
            {
                "CustomerID": "identifiers: customer",
                "Email": "identifiers: email",
                "occurredAt": "time",
                "eventName": "activity",
                "productId": "object",
            },
            id="camel case",
        ),
    ],
)
def test_a_well_made_file_is_understood_without_a_doubt(
    tmp_path: Path, header: str, rows: list[str], expected: dict[str, str]
) -> None:
    found = inspect_file(written(tmp_path, "\n".join([header, *rows]) + "\n"))
    assert found.unsure == ()
    assert found.mapping is not None
    assert roles(found.mapping) == expected
    assert found.mapping.sequence == (None if "event_id" in header else FILE_ORDER)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 mars 2025", "2025-03-01"),
        ("01-Mar-2025", "2025-03-01"),
        ("Sat Mar 01 2025 10:00:00 GMT+0100", "2025-03-01"),
        ("45717", "2025-03-01"),
        ("45717,5", "2025-03-01"),
    ],
)
def test_a_column_called_like_a_time_is_one_however_it_is_written(tmp_path: Path, text: str, day: str) -> None:
    found = inspect_file(written(tmp_path, f"kund;datum;händelse\nAna;{text};köp\nBo;{text};besök\n"))
    assert found.problem is None
    at = found.rows[0].events[0].occurred_at
    assert datetime.fromtimestamp(at / 1e6, ZoneInfo("Europe/Stockholm")).strftime("%Y-%m-%d") == day
    assert [("days as spreadsheets count" in line, day in line) for line in found.unsure] == (
        [(True, True)] if text.startswith("45717") else []
    )


def test_days_of_a_spreadsheet_give_way_to_a_column_of_times(tmp_path: Path) -> None:
    found = inspect_file(written(tmp_path, "kund,time,sett\nAna,45717,2025-03-02 10:00\nBo,45718,2025-03-03 10:00\n"))
    assert found.mapping is not None
    assert found.mapping.events[0].time.columns == ("sett",)


def test_a_column_called_like_an_amount_that_is_not_read_is_named(tmp_path: Path) -> None:
    rows = ["Ana;2026-03-01 10:00;köp;199,00", "Bo;2026-03-01 10:00;köp;gratis", "Bo;2026-03-02 10:00;köp;0"]
    found = inspect_file(written(tmp_path, "\n".join(["kund;tid;händelse;belopp", *rows]) + "\n"))
    assert any('"belopp" is called like an amount, but "gratis" in it is no number' in line for line in found.unsure)


def test_staging_without_a_mapping_uses_what_was_understood(tmp_path: Path) -> None:
    text = "kund,tid,händelse\nAna,2025-03-01T10:00:00Z,purchase\nBo,2025-03-01T10:00:00Z,W_Completeren aanvraag\n"
    staged = stage([written(tmp_path, text)], [None], key=KEY, received_at=1, work=tmp_path / "work")
    assert (staged.receipt.rows, staged.receipt.accepted, staged.receipt.events) == (2, 2, 2)
    found = [(event["activity"], event["sequence"]) for event in rows_of(staged.events)]
    assert found == [("order_completed", 1), ("W_Completeren aanvraag", 2)]


def test_a_file_of_orders_says_that_its_rows_were_taken_for_orders(tmp_path: Path) -> None:
    text = (
        "order_id,customer_id,order_purchase_timestamp,order_delivered_customer_date,order_estimated_delivery_date\n"
        "o1,ana,2018-07-29 13:54:51,2018-08-13 19:08:37,2018-09-03 00:00:00\n"
        "o2,bo,2018-04-11 12:51:28,,2018-05-03 00:00:00\n"
    )
    found = inspect_file(written(tmp_path, text))
    assert [[event.activity for event in row.events] for row in found.rows] == [
        ["order_completed", "order_delivered"],
        ["order_completed"],
    ]
    assert any("every row is read as an order" in line for line in found.unsure)
    assert any(
        '"order_delivered_customer_date" is taken for the time of order_delivered' in line for line in found.unsure
    )


def test_a_price_that_few_rows_have_makes_no_order_of_the_others(tmp_path: Path) -> None:
    rows = [
        f"k{n % 9},2025-03-0{1 + n % 7} 10:00:00,{('visit', 'question', 'sale')[n % 3]},{n % 3 // 2 * n or ''}"
        for n in range(40)
    ]
    found = inspect_file(written(tmp_path, "\n".join(["kund,tid,skeende,belopp", *rows]) + "\n"))
    assert found.mapping is not None
    assert found.mapping.events[0].activity.column == "skeende"
    assert any('"skeende" is taken for what happened: 3 different values' in line for line in found.unsure)


def test_what_the_first_rows_showed_is_counted_anew_and_not_told_twice(tmp_path: Path) -> None:
    path = written(
        tmp_path, "kund,tid,händelse\n" + "Ana,2025-03-30 02:30:00,visit\n" * 300 + "Bo,2025-03-30 02:31:00,visit\n"
    )
    assert any("skip in spring" in note for note in inspect_file(path).notes)
    staged = stage([path], [None], key=KEY, received_at=1, work=tmp_path / "work")
    (told,) = [note for note in staged.notes if "skip in spring" in note]
    assert "301" in told


def test_columns_without_telling_names_are_guessed_by_what_stands_in_them(tmp_path: Path) -> None:
    words = ("besök", "köp", "fråga")
    rows = [f"{n % 2},k{n % 40},2025-03-{1 + n % 28:02} 10:00,{words[n % 3]},{n % 50}.50" for n in range(120)]
    found = inspect_file(written(tmp_path, "\n".join(["a,b,c,d,e", *rows]) + "\n"))
    assert found.mapping is not None
    assert {column: key for column, key in roles(found.mapping).items() if key != "properties"} == {
        "b": "identifiers: customer",
        "c": "time",
        "d": "activity",
    }
    assert [line.split(":")[0] for line in found.unsure if line.startswith('"b"')] == ['"b" is taken for the customer']
    assert len(found.unsure) == 3


@pytest.mark.parametrize(
    ("header", "cells", "column", "format_"),
    [
        ("user_id,timestamp,event", "7,1735718400,view_item", "timestamp", "epoch_s"),
        ("user_id,ts,event", "7,1735718400000,view_item", "ts", "epoch_ms"),
        ("customer_id,timestamp,event", "1515915625,2025-01-01 10:00,view_item", "timestamp", None),
    ],
)
def test_counts_from_1970_are_times_only_where_the_name_says_so(
    tmp_path: Path, header: str, cells: str, column: str, format_: str | None
) -> None:
    found = inspect_file(written(tmp_path, f"{header}\n{cells}\n"))
    assert found.mapping is not None
    assert found.mapping.events[0].time.columns == (column,)
    assert found.mapping.events[0].time.format == format_


def test_who_somebody_is_enters_no_event(tmp_path: Path) -> None:
    text = (
        "customer_id,time,event,namn,personnummer,ip,extra,handläggare,visit\n"
        "7,2025-03-01T10:00:00Z,x,Ana A,19900101-0000,192.0.2.1,ana@example.org,Bo,3\n"
    )
    mapping, notes = understand(written(tmp_path, text))
    assert mapping.properties == ("visit",)
    assert mapping.names == {"name": ("namn",)}
    assert any('"handläggare": left out as employees' in note for note in notes)


def test_a_user_beside_a_case_may_be_who_handled_it(tmp_path: Path) -> None:
    mapping, notes = understand(written(tmp_path, "case_id,user_id,time,activity\n1,7,2025-03-01T10:00:00Z,x\n"))
    assert "user_id" not in dict(mapping.columns()).values()
    assert any('"user_id" is left out' in note for note in notes)


def test_times_without_an_offset_are_read_where_the_columns_speak(tmp_path: Path) -> None:
    swedish, notes = understand(written(tmp_path, "kund,datum,händelse\n1,2025-03-01 10:00,x\n"))
    norwegian, _ = understand(written(tmp_path, "kunde,dato,hendelse\n1,2025-03-01 10:00,x\n"))
    english, _ = understand(written(tmp_path, "customer,date,event\n1,2025-03-01 10:00,x\n"))
    offset, _ = understand(written(tmp_path, "kund,datum,händelse\n1,2025-03-01T10:00:00+01:00,x\n"))
    assert [m.timezone for m in (swedish, norwegian, english, offset)] == [
        "Europe/Stockholm",
        "Europe/Oslo",
        None,
        None,
    ]
    assert any("Europe/Stockholm" in note for note in notes)


def test_five_rows_are_shown_with_what_would_be_refused(tmp_path: Path) -> None:
    lines = ["kund,tid,händelse", *(f"K{n},2025-03-0{n}T10:00:00Z,köp" for n in range(1, 9))]
    lines[2] = "K2,snart,köp"
    lines[3] = "K3,2025-03-03T10:00:00Z"
    found = inspect_file(written(tmp_path, "\n".join(lines) + "\n"))
    assert [row.row for row in found.rows] == [1, 2, 3, 4, 5]
    assert [bool(row.refused) for row in found.rows] == [False, True, True, False, False]
    assert [[event.who for event in row.events] for row in found.rows] == [["K1"], [], [], ["K4"], ["K5"]]
    assert found.rows[3].raw == ("K4", "2025-03-04T10:00:00Z", "köp")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kund,händelse\nAna,köp\n", "No column says when things happened"),
        ("Rapport för mars\n\nkund;datum;händelse\nAna;2026-03-01;köp\n", "remove what stands above them"),
        ("kund,date_of_birth\nAna,1990-03-01\n", "No column says when things happened"),
        ("kund,datum\nAna,i går\n", '"datum" is called like a time, but "i går" in it is none'),
        ("tid,belopp\n2025-03-01T10:00:00Z,12.5\n", "No column says whose the events are"),
        ("kund,tid,händelse\n", "column names but no rows"),
        ("kund,tid,händelse\nAna\nBo\n", "None of its first 2 rows can be read"),
    ],
)
def test_what_cannot_be_understood_says_what_is_missing(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    found = inspect_file(path)
    assert found.mapping is None
    assert found.problem is not None
    assert said in found.problem
    with pytest.raises(MappingError, match=said):
        understand(path)


@pytest.mark.parametrize(
    "text",
    [
        "Top queries,Clicks,Impressions,CTR,Position\nlampor,3,120,2.5%,8.1\n",
        "Sidor,Klick,Exponeringar,CTR,Position\n/lampor,3,120,2.5%,8.1\n",
        "date,visitors,pageviews,visits,views_per_visit,bounce_rate,visit_duration\n2026-01-01,10,18,11,1.8,40,90\n",
        "name,visitors,bounce_rate,visit_duration\n/,12,50,30\n",
    ],
)
def test_totals_are_recognised_and_cannot_become_journeys(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    found = inspect_file(path)
    assert found.totals_only
    assert found.mapping is None
    with pytest.raises(FileError, match="cannot become journeys"):
        understand(path)


def test_segment_calls_need_no_mapping(tmp_path: Path) -> None:
    call = '{"type":"track","messageId":"m%d","userId":"ana","timestamp":"2025-03-01T10:00:0%dZ","event":"%s"}\n'
    text = call % (1, 1, "Product Viewed") + call % (2, 2, "Order Completed")
    staged = stage([written(tmp_path, text, "calls.jsonl")], [None], key=KEY, received_at=1, work=tmp_path / "work")
    found = [(event["event_id"], event["activity"], event["subject_kind"]) for event in rows_of(staged.events)]
    assert found == [("m1", "product_viewed", "customer"), ("m2", "order_completed", "customer")]


def test_an_xes_log_needs_no_mapping(tmp_path: Path) -> None:
    time = '<date key="time:timestamp" value="2025-03-01T10:00:00Z"/>'
    event = '<event><string key="concept:name" value="{}"/>' + time + "</event>"
    log = f'<log><trace><string key="concept:name" value="c1"/>{event.format("A")}{event.format("B")}</trace></log>'
    path = written(tmp_path, log, "log.xes")
    assert inspect_file(path).unsure == ()
    staged = stage([path], [None], key=KEY, received_at=1, work=tmp_path / "work")
    assert [(event["activity"], event["sequence"]) for event in rows_of(staged.events)] == [("A", 1), ("B", 2)]


def test_dates_that_can_be_read_in_two_ways_ask_for_an_answer(tmp_path: Path) -> None:
    path = written(tmp_path, "kund,datum,händelse\n1,03/04/2025,köp\n2,05/06/2025,köp\n")
    found = inspect_file(path)
    assert found.mapping is not None
    assert found.problem is not None
    assert [row.raw for row in found.rows] == [("1", "03/04/2025", "köp"), ("2", "05/06/2025", "köp")]
    with pytest.raises(AmbiguityError, match="no row tells the day from the month"):
        understand(path)


def test_lines_of_one_order_ask_whether_the_amount_is_the_orders(tmp_path: Path) -> None:
    lines = ["order_id,customer_id,date,total", "o1,ana,2025-03-01,10.50", "o1,ana,2025-03-01,4.00"]
    once = inspect_file(written(tmp_path, "\n".join(lines[:2]) + "\n"))
    twice = inspect_file(written(tmp_path, "\n".join(lines) + "\n"))
    assert not [line for line in once.unsure if "once_per" in line]
    assert [line for line in twice.unsure if 'write once_per = "order_id"' in line]


def test_a_yes_or_no_is_not_taken_for_what_happened(tmp_path: Path) -> None:
    rows = [f"k{n},2025-03-01T10:{n:02}:00Z,{'FM'[n % 2]}" for n in range(40)]
    found = inspect_file(written(tmp_path, "\n".join(["customer_id,time,gender", *rows]) + "\n"))
    assert found.mapping is not None
    assert found.mapping.events[0].activity.constant == "contact"
