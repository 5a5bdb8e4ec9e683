"""Logs of web servers become rows without a network address; lines that are none are broken rows with a reason."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.text_files import KEY, rows_of
from tillit.events.inspecting import inspect_file
from tillit.events.read_weblog import WeblogReader, is_weblog
from tillit.events.reading import open_reader
from tillit.events.staging import stage

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile"


def line(
    path: str = "/",
    *,
    address: str = "192.0.2.77",
    status: int = 200,
    before: str = "-",
    method: str = "GET",
    time: str = "22/Nov/2026:04:29:11 +0100",
) -> str:
    return f'{address} - - [{time}] "{method} {path} HTTP/1.1" {status} 120 "{before}" "{PHONE}"'


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "access.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str | None]]:
    return [row for chunk in WeblogReader(path) for row in chunk.table.to_pylist()]


def test_a_request_in_cells(tmp_path: Path) -> None:
    address = "/skor?utm_campaign=v%C3%A5r&gclid=abc&token=s3cret"
    own = [line("/site.css", before="https://shop.example/")] * 2
    row = rows(written(tmp_path, *own, line(address, before="https://www.google.se/")))[2]
    assert row == {
        "kind": "page",
        "time": "2026-11-22T04:29:11+01:00",
        "visitor": "2026-11-22 192.0.2.0/24 Chrome 126 phone",
        "path": "/skor",
        "channel": "paid_search",
        "campaign": "vår",
        "referring_site": "google.se",
        "status": "200",
        "agent": "Chrome 126 phone",
    }


@pytest.mark.parametrize(
    ("before", "channel"),
    [
        ("-", "direct"),
        ("https://shop.example/skor", "web"),
        ("https://www.shop.example/skor", "web"),
        ("https://www.google.com/", "organic_search"),
        ("https://l.facebook.com/", "social"),
        ("https://blog.example/", "referral"),
        ("https://mail.google.com/", "email"),
    ],
)
def test_where_a_visit_came_from(tmp_path: Path, before: str, channel: str) -> None:
    own = [line("/static/a.css", before="https://shop.example/")] * 3
    assert rows(written(tmp_path, *own, line("/", before=before)))[3]["channel"] == channel


@pytest.mark.parametrize(
    ("request_line", "kind"),
    [
        (line("/skor"), "page"),
        (line("/skor.html?x=1.css"), "page"),
        (line("/skor", status=304), "page"),
        (line("/bild.jpg"), "file"),
        (line("/favicon.ico"), "file"),
        (line("/api/kundvagn"), "file"),
        (line("/skor", status=301), "moved"),
        (line("/skor", status=404), "refused"),
        (line("/kassa", method="POST"), "form"),
        (line("/", method="HEAD"), "other"),
    ],
)
def test_what_a_request_was_for(tmp_path: Path, request_line: str, kind: str) -> None:
    assert rows(written(tmp_path, request_line))[0]["kind"] == kind


def test_the_common_format_and_a_virtual_host_are_read_too(tmp_path: Path) -> None:
    common = '192.0.2.77 - ana [22/Nov/2026:04:29:11 +0000] "GET /skor HTTP/1.0" 200 -'
    found = rows(written(tmp_path, common, f"shop.example:443 {line('/skor', address='2001:db8:85a3::7')}"))
    assert [row["visitor"] for row in found] == [
        "2026-11-22 192.0.2.0/24",
        "2026-11-22 2001:db8:85a3::/48 Chrome 126 phone",
    ]
    assert found[0]["channel"] == "web"  # the Common format does not say where a visit came from


def test_broken_lines_are_rejected_without_their_addresses(tmp_path: Path) -> None:
    broken = [
        line()[:60],
        line(time="22/Foo/2026:04:29:11 +0100"),
        line(address="pc-17.example.org"),
        '2001:db8:85a3::7 said 850709-9805 and "nothing',
    ]
    path = written(tmp_path, line(), *broken, line())
    staged = stage([path], [None], key=KEY, received_at=1, work=tmp_path / "work")
    assert (staged.receipt.accepted, staged.receipt.rejected) == (2, 4)
    assert staged.rejected_csv is not None
    said = staged.rejected_csv.read_text(encoding="utf-8")
    assert "Line 3: its time is not written like" in said
    assert "turn off name lookups" in said
    assert "[address]" in said
    for secret in ("192.0.2.77", "2001:db8:85a3::7", "850709-9805"):
        assert secret not in said


def test_no_address_is_in_anything_an_import_keeps(tmp_path: Path) -> None:
    path = written(tmp_path, line("/?email=ana@example.org"), line("/skor/ana@example.org"), "broken 192.0.2.77")
    stage([path], [None], key=KEY, received_at=1, work=tmp_path / "work")
    kept = [file for file in (tmp_path / "work").rglob("*") if file.is_file()]
    assert kept
    events = stage([path], [None], key=KEY, received_at=1, work=tmp_path / "again").events
    everything = b"".join(file.read_bytes() for file in kept) + repr(rows_of(events)).encode()
    assert b"192.0.2.77" not in everything
    assert b"ana@example.org" not in everything


def test_gzip_is_read_as_it_is_and_understood(tmp_path: Path) -> None:
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress("\n".join([line("/skor"), line("/bild.jpg")]).encode()))
    assert open_reader(path).format == "weblog"
    found = inspect_file(path)
    assert found.recipe == "Web server log"
    assert [len(row.events) for row in found.rows] == [1, 0]
    assert any("network and a kind of browser on one day" in note for note in found.notes)


def test_a_file_with_commas_and_brackets_is_no_log() -> None:
    assert not is_weblog(b"time,name\n2026-01-01,[a]\n")
    assert is_weblog("\n".join([line(), "cut off", line()]).encode())


@given(
    st.text(st.characters(blacklist_characters='"\\\\', blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)
)
def test_whatever_a_stranger_sent_the_line_is_read(text: str) -> None:
    """The request, the page before and the browser's name are what the visitor wrote."""
    assert is_weblog(f'192.0.2.7 - - [22/Nov/2026:04:29:11 +0100] "{text}" 200 1 "{text}" "{text}"'.encode())
