"""What a reader sees where there is nothing for them."""

from __future__ import annotations

import pytest
from django.test import Client

from tillit_web.desk.actions import open_conversation
from tillit_web.people.models import Company


@pytest.mark.django_db
def test_a_form_s_address_has_a_page_for_whoever_opens_it(as_ana: Client) -> None:
    """A browser that gets 405 with no body says that the site is broken."""
    answered = as_ana.get("/settings/team/invite/")
    assert answered.status_code == 405
    assert answered["Allow"] == "POST"
    assert "Nothing was changed." in answered.content.decode()


@pytest.mark.django_db
def test_a_customer_s_browser_is_given_no_cookie_where_something_is_wrong(client: Client, company: Company) -> None:
    """A form to choose a language, as other pages have one, would set Django's."""
    token = open_conversation("Hej", language="sv").token
    answers = {
        400: client.post("/talk/", b"text", content_type="multipart/form-data"),
        404: client.get("/talk/nobody/"),
        405: client.get(f"/talk/{token}/write/"),
    }
    for status, answered in answers.items():
        assert answered.status_code == status
        assert "<h1" in answered.content.decode()
        assert not answered.cookies, status
