"""tillit.js as it is sent: small, without its comments, for every site."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from tillit.vocabulary import MeasurementMode
from tillit_web.asgi import application
from tillit_web.collect.snippet import snippet, without_comments

LARGEST = 2_200  # bytes, as it travels


def asked(method: str = "GET", query: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The answer to a request for /tillit.js."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": method,
        "path": "/tillit.js",
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    async_to_sync(application)(scope, receive, send)  # type: ignore[arg-type]
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, sent[1]["body"]


def test_it_is_small() -> None:
    assert len(gzip.compress(snippet().body, mtime=0)) <= LARGEST


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_to_every_site_and_kept_a_day() -> None:
    status, headers, body = asked(accept_encoding="gzip, br")
    assert (status, gzip.decompress(body)) == (200, snippet().body)
    assert len(body) <= LARGEST
    assert headers["content-encoding"] == "gzip"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"].startswith("public, max-age=86400")
    assert "set-cookie" not in headers


@pytest.mark.django_db(transaction=True)
def test_a_named_version_is_kept_for_ever() -> None:
    assert "immutable" in asked(query=f"v={snippet().version}")[1]["cache-control"]
    assert "immutable" not in asked(query="v=another")[1]["cache-control"]


@pytest.mark.django_db(transaction=True)
def test_who_has_it_is_sent_nothing() -> None:
    _, headers, body = asked()
    assert body == snippet().body
    assert asked(if_none_match=headers["etag"])[::2] == (304, b"")
    assert asked("HEAD")[2] == b""
    assert asked("POST")[0] == 405


@pytest.mark.parametrize("mode", MeasurementMode)
def test_it_says_how_far_the_company_measures(mode: MeasurementMode) -> None:
    told = snippet(mode).body.decode()
    assert f'const measured = "{mode}";' in told
    assert told.count("const measured") == 1
    assert len(snippet(mode).zipped) <= LARGEST


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("// a comment\n\n  let a = 1;\n", "let a = 1;\n"),
        ("let a = 'http://x'; // kept: it is not a line of its own\n", None),
        ("    // and one that is\nlet b;\n", "let b;\n"),
    ],
)
def test_only_lines_that_are_comments_go(source: str, sent: str | None) -> None:
    assert without_comments(source) == (source if sent is None else sent)


def test_the_program_says_nothing_of_the_device() -> None:
    """What a program that keeps nothing has no use for; `localStorage` is used in one place, after consent."""
    text = snippet().body.decode()
    for word in ("cookie", "sessionStorage", "indexedDB", "eval(", "innerHTML", "canvas", "screen.", "plugins"):
        assert word not in text
    assert text.count("localStorage") == 1
