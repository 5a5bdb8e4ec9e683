"""Whatever a file holds, each row ends as accepted or refused with a reason, or the file is refused in one sentence."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.events.text_files import KEY, rows_of
from tillit.errors import FileError, TillitError
from tillit.events.inspecting import inspect_file
from tillit.events.staging import stage

CSV = "customer_id,time,event,amount,currency\n"
GOOD = "ana,2025-03-01T10:00:00Z,Order Completed,12.50,SEK\n"


def csv(*rows: str, header: str = CSV) -> bytes:
    return (header + "".join(rows) + GOOD * 2).encode("utf-8", "surrogatepass")


def row(customer: str = "bo", time: str = "2025-03-01T10:00:00Z", event: str = "visit", amount: str = "") -> str:
    return f"{customer},{time},{event},{amount},SEK\n"


def lines(*objects: object) -> bytes:
    good = {"customer_id": "ana", "time": "2025-03-01T10:00:00Z", "event": "visit"}
    texts = [item if isinstance(item, str) else json.dumps(item) for item in (good, *objects, good)]
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def line(**cells: object) -> dict[str, object]:
    return {"customer_id": "bo", "time": "2025-03-01T10:00:00Z", "event": "visit"} | cells


def xes(inside: str, *, before: str = "") -> bytes:
    log = f'<log><trace><string key="concept:name" value="c"/>{inside}</trace></log>'
    return f'<?xml version="1.0"?>{before}{log}'.encode()


def xes_event(time: str = "2025-03-01T10:00:00Z", name: str = "A", more: str = "") -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{time}"/>{more}</event>'
    )


def parquet(**columns: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def bomb(before: bytes, after: bytes, header: bytes = b"") -> bytes:
    """A hundred kilobytes that unpack to a hundred rows of a megabyte each."""
    sink = io.BytesIO()
    with gzip.GzipFile(fileobj=sink, mode="wb", mtime=0) as file:
        file.write(header)
        for _ in range(100):
            file.write(before + b"x" * 2**20 + after)
    return sink.getvalue()


def nonsense_calls(*times: object) -> bytes:
    calls = [{"type": "track", "userId": {}, "event": [], "properties": 7, "timestamp": time} for time in times]
    return "\n".join(map(json.dumps, calls)).encode()


BILLION_LAUGHS = "<!DOCTYPE log [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip

HOSTILE: dict[str, Callable[[], bytes]] = {
    # how the bytes lie
    "nothing at all": lambda: b"",
    "a byte order mark and nothing": lambda: b"\xef\xbb\xbf",
    "only NULs": lambda: b"\0" * 5_000,
    "random bytes": lambda: bytes((n * 7919 + n // 3) % 256 for n in range(20_000)),
    "utf-16 with an odd byte": lambda: csv(row()).decode().encode("utf-16") + b"\x00",
    "utf-16 without a mark": lambda: csv(row()).decode().encode("utf-16-le"),
    "cp1252 in the middle of utf-8": lambda: csv(row("Åsa")) + "Öst,2025-03-01,x,,\n".encode("cp1252"),
    "a lone surrogate": lambda: csv(row("a\ud800b")),
    "an overlong utf-8 slash": lambda: csv() + b"\xc0\xaf,2025-03-01T10:00:00Z,x,,SEK\n",
    "a NUL in a cell": lambda: csv(row("a\0b")),
    "carriage returns alone": lambda: csv(row()).replace(b"\n", b"\r"),
    # how the table is built
    "a quote never closed": lambda: csv('"bo,2025-03-01T10:00:00Z,x,,SEK\n' + row() * 50),
    "ragged rows": lambda: csv("bo\n", "bo,2025-03-01T10:00:00Z,x,,SEK,more,and more\n", ",,,,,,,,\n"),
    "a cell of a megabyte": lambda: csv(row(event="x" * 2**20)),
    "ten thousand columns": lambda: csv(header=CSV.strip() + "," + ",".join(f"c{n}" for n in range(10_000)) + "\n"),
    "a column called twice": lambda: csv(header="customer_id,time,event,customer_id,time\n"),
    "a header of empty names": lambda: csv(header=",,,,\n"),
    "__proto__ as a column": lambda: csv(header="__proto__,time,constructor,amount,currency\n"),
    # what cells say
    "formulas": lambda: csv(row("=cmd|' /C calc'!A0"), row("@SUM(1+1)"), row("+46701234567"), row("-2+3")),
    "terminal escapes": lambda: csv(row("\x1b[2J\x1b]0;x\x07")),
    "right-to-left overrides": lambda: csv(row("\u202egnp.exe")),
    "the year 0": lambda: csv(row(time="0000-01-01T00:00:00Z")),
    "the year 9999": lambda: csv(row(time="9999-12-31T23:59:59Z")),
    "the year 300000": lambda: csv(row(time="300000-01-01T00:00:00Z")),
    "the 30th of February": lambda: csv(row(time="2025-02-30T10:00:00Z")),
    "an offset of 99 hours": lambda: csv(row(time="2025-03-01T10:00:00+99:00")),
    "a leap second": lambda: csv(row(time="2016-12-31T23:59:60Z")),
    "a number of 5,000 digits": lambda: csv(row(amount="9" * 5_000)),
    "1e999999 kronor": lambda: csv(row(amount="1e999999")),
    "NaN kronor": lambda: csv(row(amount="NaN"), row(amount="inf"), row(amount="-0")),
    "digits of another script": lambda: csv(row(amount="١٢٫٥٠"), row(time="٢٠٢٥-٠٣-٠١T10:00:00Z")),
    # JSON Lines
    "half an object": lambda: lines('{"customer_id": "bo"'),
    "an object inside an object, deep": lambda: lines('{"a":' * 5_000 + "1" + "}" * 5_000),
    "brackets without end": lambda: lines("[" * 200_000),
    "NaN in JSON": lambda: lines('{"customer_id": "bo", "amount": NaN}'),
    "a key twice": lambda: lines('{"customer_id": "bo", "customer_id": "cy"}'),
    "__proto__ in JSON": lambda: lines({"__proto__": {"admin": True}, **line()}),
    "half a surrogate pair": lambda: lines('{"customer_id": "\\ud83d", "time": "2025-03-01", "event": "x"}'),
    "an integer of 5,000 digits": lambda: lines('{"customer_id": ' + "1" * 5_000 + ', "time": "2025-03-01"}'),
    "other types everywhere": lambda: lines(line(customer_id=[1, 2], time={"a": 1}, event=None), line(time=True)),
    "ten thousand keys": lambda: lines(line(**{f"k{n}": n for n in range(10_000)})),
    "a line of 9 MB": lambda: lines(line(note="x" * (9 * 2**20))),
    "Segment calls of nonsense": lambda: nonsense_calls(None, -1, {}, "soon", 10**30),
    # XES
    "an external entity": lambda: xes(
        xes_event("&x;"), before='<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "a billion laughs": lambda: xes(xes_event(name="&j;"), before=BILLION_LAUGHS),
    "XES cut off": lambda: xes(xes_event() * 20)[:-300],
    "XES with absurd times": lambda: xes(xes_event("soon") + xes_event("99999-01-01") + xes_event("")),
    "XES nested without end": lambda: xes("<list>" * 10_000),
    "an XES event of nothing": lambda: xes("<event/>" * 3 + xes_event()),
    # Parquet
    "Parquet's name and nothing more": lambda: b"PAR1" + b"\0" * 100 + b"PAR1",
    "Parquet with absurd times": lambda: parquet(
        customer_id=[1, 2], time=pa.array([-(2**62), 2**62], pa.timestamp("ms")), event=["a", "b"]
    ),
    "Parquet of nothing but nulls": lambda: parquet(customer_id=pa.nulls(3), time=pa.nulls(3), event=pa.nulls(3)),
    "Parquet with nested everything": lambda: parquet(customer_id=[[1]], time=[{"a": {"b": 1}}], event=[b"\xff\xfe"]),
    # gzip
    "gzip cut off": lambda: gzip.compress(csv(*(row(f"k{n}") for n in range(20_000))))[:-2_000],
    "gzip with a wrong sum": lambda: gzip.compress(csv(row()))[:-8] + b"\0" * 8,
    "gzip of gzip": lambda: gzip.compress(gzip.compress(csv(row()))),
    "a gzip bomb of CSV": lambda: bomb(b"bo,2025-03-01T10:00:00Z,", b",,SEK\n", CSV.encode()),
    "a gzip bomb of JSON": lambda: bomb(b'{"customer_id": "bo", "event": "', b'"}\n'),
    "a gzip bomb of XES": lambda: bomb(b'<event><string key="concept:name" value="', b'"/></event>', b"<log><trace>"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_every_row_is_accounted_for_or_the_file_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "upload.csv"
    path.write_bytes(HOSTILE[what]())
    refusal = ""
    try:
        staged = stage([path], [None], key=KEY, received_at=1, work=tmp_path / "work")
    except TillitError as refused:
        refusal = str(refused)
    if refusal:
        assert len(refusal) < 4_000, "a message is for people"
        assert "\x1b" not in refusal
        return
    receipt = staged.receipt
    assert receipt.rows == receipt.accepted + receipt.duplicate + receipt.rejected
    assert sum(count for _, count in receipt.reasons) == receipt.rejected
    assert len(rows_of(staged.events)) == receipt.events


@pytest.mark.parametrize("what", HOSTILE)
def test_inspecting_never_ends_unexpectedly(tmp_path: Path, what: str) -> None:
    path = tmp_path / "upload.csv"
    path.write_bytes(HOSTILE[what]())
    try:
        found = inspect_file(path)
    except TillitError:
        return
    assert len(found.rows) <= 5


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("a gzip bomb of CSV", "unpacks to more than 300 times its size"),
        ("a gzip bomb of JSON", "unpacks to more than 300 times its size"),
        ("a gzip bomb of XES", "unpacks to more than 300 times its size"),
        ("an external entity", "declares a document type or entity"),
        ("a billion laughs", "declares a document type or entity"),
        ("gzip cut off", "cut off or damaged"),
        ("gzip of gzip", "gzip inside gzip"),
    ],
)
def test_an_attack_is_refused_for_what_it_is(tmp_path: Path, what: str, said: str) -> None:
    path = tmp_path / "upload.csv"
    path.write_bytes(HOSTILE[what]())
    with pytest.raises(FileError, match=said):
        stage([path], [None], key=KEY, received_at=1, work=tmp_path / "work")
