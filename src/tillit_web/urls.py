"""The table of addresses: one line an app."""

from __future__ import annotations

from django.urls import include, path

from tillit_web.calls import over_http as calls_over_http
from tillit_web.calls import views as calls
from tillit_web.mailboxes import over_http as mail_over_http
from tillit_web.people import views as people
from tillit_web.warehouse import over_http

urlpatterns = [
    path("", people.front, name="front"),
    path("", include("tillit_web.people.urls")),
    path("", include("tillit_web.insight.urls")),
    path("settings/site/", include("tillit_web.collect.site_urls")),
    path("settings/robots/", include("tillit_web.warehouse.robots_urls")),
    path("settings/privacy/retention/", include("tillit_web.retention.urls")),
    path("bookings/", include("tillit_web.booking.urls")),
    path("book/", include("tillit_web.booking.book_urls")),
    path("answers/", include("tillit_web.answers.urls")),
    path("help/", include("tillit_web.answers.help_urls")),
    path("desk/", include("tillit_web.desk.urls")),
    path("desk/report/", include("tillit_web.desk.report_urls")),
    path("desk/skills/", include("tillit_web.desk.skills_urls")),
    path("", include("tillit_web.desk.briefing_urls")),
    path("talk/", include("tillit_web.desk.talk_urls")),
    path("meetings/", include("tillit_web.meetings.urls")),
    path("me/", include("tillit_web.me.urls")),
    path("import/", include("tillit_web.warehouse.urls")),
    path("identity/", include("tillit_web.warehouse.identity_urls")),
    path("settings/collection/", include("tillit_web.collect.urls")),
    path("v1/import", over_http.receive, name="import_file"),
    path("v1/import/<uuid:import_id>", over_http.receipt, name="import_receipt"),
    path("", include("tillit_web.mailboxes.urls")),
    path("v1/mail", mail_over_http.receive, name="receive_mail"),
    path("calls/", include("tillit_web.calls.urls")),
    path("offer/<str:token>/", calls.accept, name="accept_offer"),
    path("v1/calls", calls_over_http.receive, name="receive_call"),
    path("account/", include("tillit_web.people.account_urls")),
]

handler400 = "tillit_web.ui.error_pages.bad_request"
handler403 = "tillit_web.ui.error_pages.forbidden"
handler404 = "tillit_web.ui.error_pages.not_found"
handler500 = "tillit_web.ui.error_pages.broken"
