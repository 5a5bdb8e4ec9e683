"""What every page has: safety headers, no inline style, its language, the reader's own rail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tillit.vocabulary import Role
from tillit_web.people.models import Company
from tillit_web.ui.navigation import RAIL, rail_for

PRODUCT = Path(__file__).parents[3] / "src" / "tillit_web"
PAGES = [
    "/settings/",
    "/settings/team/",
    "/settings/company/",
    "/account/two-steps/",
    "/account/password/",
    "/nothing/",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_forbids_what_it_does_not_need(as_ana: Client, address: str) -> None:
    answer = as_ana.get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = answer.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_no_template_has_inline_style_or_script() -> None:
    templates = list(PRODUCT.rglob("*.html"))
    assert len(templates) > 20
    # Data for search engines is no script: no browser runs it.
    forbidden = re.compile(
        r"<style|\sstyle=|\son(click|load|change|submit)=|<script(?! type=\"application/ld\+json\")(?![^>]*\ssrc=)"
    )
    assert not [str(path) for path in templates if forbidden.search(path.read_text(encoding="utf-8"))]


def test_a_name_that_is_not_ours_is_not_answered(client: Client, db: None) -> None:
    assert client.get("/account/sign-in/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/account/sign-in/", headers={"Host": "localhost:8000"}).status_code == 200


def test_each_rail_entry_leads_somewhere_and_marks_itself() -> None:
    for entry in RAIL:
        assert reverse(entry.url_name)
        marked = [line.entry for line in rail_for(Role.OWNER, entry.url_name) if line.is_current]
        assert marked == [entry], f"{entry.url_name} marks {marked}"


def test_the_page_is_in_the_language_the_member_chose(as_ana: Client) -> None:
    as_ana.post("/language/", {"language": "sv", "next": "/settings/"})
    page = as_ana.get("/settings/").content.decode()
    assert '<html lang="sv">' in page
    assert "Inställningar" in page


def test_choosing_a_language_never_leads_to_another_site(client: Client, db: None) -> None:
    assert client.post("/language/", {"language": "sv", "next": "https://evil.example/"})["Location"] == "/"


def test_a_made_up_company_says_so_on_every_page(as_ana: Client) -> None:
    assert "Simulated" not in as_ana.get("/settings/").content.decode()
    Company.objects.update(is_simulated=True)
    assert "Simulated" in as_ana.get("/settings/").content.decode()


def test_a_form_made_elsewhere_is_refused_in_plain_words(ana: object) -> None:
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "sv"})
    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


def test_the_search_stands_on_every_page_and_sends_in_the_body(as_ana: Client) -> None:
    for address in ("/settings/", "/home/", "/import/"):
        page = as_ana.get(address).content.decode()
        form = re.search(r'<form class="search"[^>]*>.*?</form>', page, re.DOTALL)
        assert form, address
        assert 'method="post" action="/journeys/find/"' in form[0]
        assert 'name="identifier"' in form[0]
        assert "csrfmiddlewaretoken" in form[0]


# Written by Django, or put together from a number.
NOT_IN_A_TEMPLATE = re.compile(r"errorlist|columns-\d")


def test_every_class_of_the_stylesheets_is_used() -> None:
    written = [path for suffix in ("html", "py", "js") for path in PRODUCT.rglob(f"*.{suffix}")]
    words = set(re.findall(r"[\w-]+", " ".join(path.read_text(encoding="utf-8") for path in written)))
    for sheet in PRODUCT.rglob("*.css"):
        selectors = re.findall(
            r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        )
        classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", " ".join(selectors)))
        unused = {name for name in classes - words if not NOT_IN_A_TEMPLATE.fullmatch(name)}
        assert not unused, f"{sheet.name}: {sorted(unused)}"
