"""One-time links: the owner's first, and everybody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.web.conftest import PASSWORD
from tillit.vocabulary import Role
from tillit_web.people import actions, queries
from tillit_web.people.models import OneTimeLink, User

FOUNDING = {
    "company_name": "Exempelbutiken",
    "email": "Ana@Example.org",
    "password": PASSWORD,
    "zone": "Europe/Oslo",
}


@pytest.mark.django_db
def test_the_first_link_makes_the_owner_and_the_company_and_works_once(client: Client) -> None:
    token = actions.make_link(OneTimeLink.Kind.FIRST_OWNER, Role.OWNER)
    assert client.get(f"/welcome/{token}/").status_code == 200
    client.post("/language/", {"language": "nb"})
    answer = client.post(f"/welcome/{token}/", FOUNDING, follow=True)
    assert answer.status_code == 200
    owner = User.objects.get()
    assert (owner.email, owner.role, owner.language) == ("ana@example.org", "owner", "nb")
    assert queries.company().name == "Exempelbutiken"
    assert queries.company().timezone == "Europe/Oslo"
    again = Client().post(f"/welcome/{token}/", FOUNDING | {"email": "eve@example.org"})
    assert again.status_code == 410
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_link_stops_working_when_its_time_is_over(client: Client) -> None:
    token = actions.make_link(OneTimeLink.Kind.FIRST_OWNER, Role.OWNER)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert client.post(f"/welcome/{token}/", FOUNDING).status_code == 410
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_new_first_link_replaces_the_one_before(client: Client) -> None:
    lost = actions.make_link(OneTimeLink.Kind.FIRST_OWNER, Role.OWNER)
    actions.make_link(OneTimeLink.Kind.FIRST_OWNER, Role.OWNER)
    assert client.get(f"/welcome/{lost}/").status_code == 410


@pytest.mark.django_db
def test_a_link_spent_between_reading_and_sending_makes_nobody() -> None:
    token = actions.make_link(OneTimeLink.Kind.INVITATION, Role.SPECIALIST)
    link = queries.open_link(token, OneTimeLink.Kind.INVITATION)
    assert link is not None
    actions.join(link, actions.NewMember("bo@example.org", PASSWORD, "sv"))
    with pytest.raises(actions.LinkSpent):
        actions.join(link, actions.NewMember("eve@example.org", PASSWORD, "sv"))
    assert [user.email for user in User.objects.all()] == ["bo@example.org"]


@pytest.mark.django_db
def test_only_the_digest_of_a_token_is_kept() -> None:
    token = actions.make_link(OneTimeLink.Kind.INVITATION, Role.ANALYST)
    row = OneTimeLink.objects.get()
    assert token.encode() not in bytes(row.token_digest)
    assert len(bytes(row.token_digest)) == 32


@pytest.mark.django_db
def test_a_short_password_makes_nobody(client: Client) -> None:
    token = actions.make_link(OneTimeLink.Kind.FIRST_OWNER, Role.OWNER)
    answer = client.post(f"/welcome/{token}/", FOUNDING | {"password": "short"})
    assert answer.status_code == 200
    assert "12" in answer.content.decode()
    assert not User.objects.exists()
