"""The team: inviting, roles, forgotten passwords, and never without an owner."""

from __future__ import annotations

import re

from django.test import Client

from tests.web.conftest import PASSWORD
from tillit_web.people.models import User

NEW_PASSWORD = "thin birch ladder"


def _link(page: str) -> str:
    found = re.search(r'class="copy">http://testserver(/\S+?)<', page)
    assert found, "the page shows no link"
    return found[1]


def test_an_invited_person_joins_with_the_role_of_the_link(as_ana: Client) -> None:
    page = as_ana.post("/settings/team/invite/", {"role": "analyst"}).content.decode()
    stranger = Client()
    stranger.post(_link(page), {"email": "dan@example.org", "password": PASSWORD, "role": "owner"})
    assert User.objects.get(email="dan@example.org").role == "analyst"
    assert stranger.get("/settings/team/").status_code == 403


def test_the_link_is_shown_once(as_ana: Client) -> None:
    page = as_ana.post("/settings/team/invite/", {"role": "analyst"})
    assert 'class="copy"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert 'class="copy"' not in as_ana.get("/settings/team/").content.decode()


def test_a_forgotten_password_is_replaced_by_a_link_and_the_old_one_ends(
    as_ana: Client, as_bo: Client, bo: User
) -> None:
    link = _link(as_ana.post(f"/settings/team/{bo.pk}/password/").content.decode())
    assert Client().post(link, {"password": NEW_PASSWORD}).status_code == 302
    assert as_bo.get("/settings/").status_code == 302, "the session of before is over"
    bo.refresh_from_db()
    assert bo.check_password(NEW_PASSWORD)
    assert Client().post(link, {"password": PASSWORD}).status_code == 410


def test_the_last_owner_can_neither_be_paused_nor_lose_the_role(as_ana: Client, ana: User) -> None:
    as_ana.post(f"/settings/team/{ana.pk}/pause/")
    as_ana.post(f"/settings/team/{ana.pk}/role/", {"role": "analyst"})
    ana.refresh_from_db()
    assert (ana.is_active, ana.role) == (True, "owner")


def test_an_owner_may_step_back_once_there_is_another(as_ana: Client, ana: User, bo: User) -> None:
    as_ana.post(f"/settings/team/{bo.pk}/role/", {"role": "owner"})
    as_ana.post(f"/settings/team/{ana.pk}/role/", {"role": "specialist"})
    ana.refresh_from_db()
    assert ana.role == "specialist"
    assert as_ana.get("/settings/team/").status_code == 403


def test_the_company_keeps_what_the_owner_says(as_ana: Client) -> None:
    saved = {
        "name": "Butiken",
        "timezone": "Europe/Oslo",
        "week_start": "7",
        "currency": "nok",
        "goal_activity": "call_held",
        "lapse_days": "45",
    }
    assert as_ana.post("/settings/company/", saved).status_code == 302
    page = as_ana.get("/settings/").content.decode()
    assert "Europe/Oslo" in page
    assert "NOK" in page
    refused = as_ana.post("/settings/company/", saved | {"currency": "QQQ"})
    assert "SEK, NOK, EUR" in refused.content.decode()
