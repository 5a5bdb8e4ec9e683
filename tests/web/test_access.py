"""Every address of the product: who gets in. A new view without its mark fails here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from tillit.vocabulary import Role
from tillit_web.people.access import access

# allauth guards its own: sign-in for strangers, the rest for those signed in.
ALLAUTH = "account/"


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


OURS = [(route, view) for route, view in _views(get_resolver()) if not route.startswith(ALLAUTH)]
GUARDED = [(route, roles) for route, view in OURS if (roles := getattr(view, "allowed_roles", None))]
SAMPLES = {"int": "7", "uuid": "00000000-0000-4000-8000-000000000000"}
PUBLIC = (
    {"welcome/<str:token>/", "new-password/<str:token>/", "demo/enter/<str:token>", "language/"}
    | {
        f"me/{page}"
        for page in (
            "",
            "code/",
            "page/",
            "answer/",
            "need/",
            "meetings/",
            "offers/<int:number>/",
            "talk/",
            "no-contact/",
            "correct/",
            "erase/",
            "close/",
        )
    }
    | {"me/erased/<str:token>/"}  # the receipt says nothing about whom
    | {"meetings/trying/"}  # what is being tried, for everybody to read
    | {"v1/import", "v1/import/<uuid:import_id>"}  # a server's write key lets in
    | {"v1/mail", "v1/calls"}  # signed with a server's secret
    | {"offer/<str:token>/"}  # one offer, to the customer who was sent its link
    | {"book/", "book/<slug:slug>/", "book/calendar/<uuid:feed>.ics", "book/booking/<str:token>/"}
    | {f"book/booking/<str:token>/{page}" for page in ("details/", "move/", "cancel/", "booking.ics")}
    | {"briefing/<str:token>/", "briefing/<str:token>/strike/", "briefing/<str:token>/reading/"}
    | {"briefing/talk/<str:token>/", "briefing/booked/<str:token>/"}  # a signed address opens one meeting
    | {"help/", "help/sitemap.xml", "help/helped/<str:token>/", "help/people/<slug:slug>/", "help/answers/<slug:slug>/"}
    | {"help/compared/<slug:slug>/", "help/^(?P<language>sv|nb|en)/$", r"help/^(?P<language>sv|nb|en)/feed\.xml$"}
    | {"talk/", *(f"talk/<str:token>/{page}" for page in ("", "write/", "person/", "done/", "reach/"))}
    | {r"me/^about-me\.(?P<form>json|html)$"}
)


def _address(route: str) -> str:
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1], "x"), route)


def test_every_view_of_ours_says_who_gets_in() -> None:
    unmarked = [route for route, view in OURS if not hasattr(view, "allowed_roles")]
    assert not unmarked, f"mark with @access(…) or @public: {unmarked}"


def test_strangers_may_open_these_pages_and_no_others() -> None:
    assert {route for route, view in OURS if getattr(view, "allowed_roles", ()) is None} == PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, _ in GUARDED])
def test_a_stranger_is_sent_to_sign_in(client: Client, route: str) -> None:
    for answer in (client.get(_address(route)), client.post(_address(route))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize("route", [route for route, roles in GUARDED if Role.SPECIALIST not in roles])
def test_a_specialist_is_refused_elsewhere(as_bo: Client, route: str) -> None:
    assert as_bo.get(_address(route)).status_code == 403
    assert as_bo.post(_address(route)).status_code == 403


@pytest.mark.parametrize("route", [route for route, roles in GUARDED if Role.ANALYST not in roles])
def test_an_analyst_is_refused_where_owners_decide(as_cy: Client, route: str) -> None:
    assert as_cy.post(_address(route)).status_code == 403


@pytest.mark.parametrize("route", [route for route, roles in GUARDED if Role.OWNER in roles])
def test_outside_the_machine_an_owner_needs_the_second_step_first(
    as_ana: Client, settings: Settings, route: str
) -> None:
    settings.EXPOSED = True
    for answer in (as_ana.get(_address(route)), as_ana.post(_address(route))):
        assert answer.status_code == 302
        assert answer["Location"] == "/account/two-steps/app/"


def test_a_specialist_sees_no_customers_and_needs_no_second_step(as_bo: Client, settings: Settings) -> None:
    settings.EXPOSED = True
    assert as_bo.get("/settings/").status_code == 200


def test_a_paused_member_is_out_at_once(as_ana: Client, as_bo: Client) -> None:
    assert as_bo.get("/settings/").status_code == 200
    bo = as_bo.session["_auth_user_id"]
    as_ana.post(f"/settings/team/{bo}/pause/")
    assert as_bo.get("/settings/").status_code == 302


def test_htmx_is_told_to_leave_for_sign_in(client: Client, db: None) -> None:
    answer = client.get("/settings/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/account/sign-in/")


def test_access_without_a_role_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="@public"):
        access()
