"""The frame and its loader: where they may stand, what they weigh, and that they keep and read nothing."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest

from tests.web.desk.asking import Answered, ask
from tillit_web.collect.actions import create_key
from tillit_web.collect.keyring import KeyRing
from tillit_web.desk.widget import Widget, loader, stylesheet
from tillit_web.people.models import Company
from tillit_web.ui.static_files import static_files

SHOP = "https://shop.example"
MOST_BYTES = 15_000


def _get(path: str, **rest: Any) -> Answered:
    return ask(Widget(KeyRing()), path, takes_receive=False, **rest)


@pytest.fixture
def shop(transactional_db: None) -> None:
    """A company with one registered site."""
    Company.objects.create(id=1, name="Exempelbutiken", currency="SEK")
    create_key("shop", origins=[SHOP, "https://www.shop.example"])


@pytest.mark.usefixtures("shop")
def test_the_frame_stands_on_registered_sites_alone() -> None:
    policy = _get("/widget/").headers["content-security-policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["frame-ancestors"].split() == [SHOP, "https://www.shop.example"]
    assert directives["default-src"] == "'none'"
    assert not re.search("unsafe|data:|\\*", policy)


def test_without_a_registered_site_it_stands_nowhere(transactional_db: None) -> None:
    Company.objects.create(id=1, name="Exempelbutiken")
    create_key("till", origins=[])
    assert "frame-ancestors 'none'" in _get("/widget/").headers["content-security-policy"]


@pytest.mark.usefixtures("shop")
def test_nothing_is_kept_and_no_session_is_looked_at() -> None:
    plain = _get("/widget/")
    signed_in = _get("/widget/", headers={"Cookie": "tillit_language=sv; sessionid=abc", "Accept-Language": "sv"})
    assert plain.body == signed_in.body
    for answer in (plain, signed_in, _get("/widget.js"), _get("/widget/widget.css")):
        assert answer.status == 200
        assert "set-cookie" not in answer.headers


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("language", "machine", "person"),
    [
        ("sv", "Jag är en maskin.", "Prata med en av oss"),
        ("nb", "Jeg er en maskin.", "Snakk med en av oss"),
        ("en", "I am a machine.", "Talk to one of us"),
        ("xx", "I am a machine.", "Talk to one of us"),
    ],
)
def test_it_says_what_it_is_and_how_to_reach_a_person(language: str, machine: str, person: str) -> None:
    page = _get("/widget/", query=f"language={language}").body.decode()
    assert machine in page
    assert f">{person}</button>" in page
    assert re.search(r'<span id="wait">[^<]*\d\d:\d\d', page), "the wait is a time"
    assert 'id="person" hidden' not in page


@pytest.mark.usefixtures("shop")
def test_without_script_the_form_opens_the_page_of_its_own() -> None:
    page = _get("/widget/", query="language=sv").body.decode()
    assert re.search(r'<form id="ask" method="post" action="/talk/[^"]*" target="_blank">', page)
    assert "<style" not in page
    assert "style=" not in page
    assert not re.search(r"<script(?! type=\"module\" src=)", page)


@pytest.mark.usefixtures("shop")
def test_all_of_it_weighs_less_than_fifteen_kilobytes() -> None:
    page = _get("/widget/", query="language=sv").body
    parts = {
        "loader": len(loader().zipped),
        "style": len(stylesheet().zipped),
        "page": len(gzip.compress(page)),
        **{name: len(static_files()[name].zipped) for name in ("desk/widget.js", "desk/stream.js")},
    }
    assert sum(parts.values()) <= MOST_BYTES, parts


def test_the_loader_asks_nothing_of_the_page_that_a_strict_policy_refuses() -> None:
    program = loader().body.decode()
    for refused in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc"):
        assert refused not in program
    for kept in ("cookie", "localStorage", "sessionStorage", "indexedDB", "caches", "sendBeacon", "fetch("):
        assert kept not in program
    assert '"Fråga oss"' in program
    assert "const words = {}" not in program


def test_programs_are_kept_for_ever_under_their_version_and_not_sent_twice() -> None:
    first = _get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(first.body) == loader().body
    assert _get("/widget.js", query=f"v={loader().version}").headers["cache-control"].endswith("immutable")
    assert "immutable" not in first.headers["cache-control"]
    again = _get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert _get("/widget.js", method="POST").status == 405
    assert _get("/widget/else").status == 404
