"""What a reader sees where there is nothing for them."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_form_s_address_has_a_page_for_whoever_opens_it(as_ana: Client) -> None:
    """A browser that gets 405 with no body says that the site is broken."""
    answered = as_ana.get("/settings/team/invite/")
    assert answered.status_code == 405
    assert answered["Allow"] == "POST"
    assert "Nothing was changed." in answered.content.decode()
