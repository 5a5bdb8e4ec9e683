"""Addresses of mailboxes, and of what did not come in or go out."""

from __future__ import annotations

from django.urls import path

from tillit_web.mailboxes import views

app_name = "mailboxes"
urlpatterns = [
    path("settings/mailboxes/", views.overview, name="overview"),
    path("settings/mailboxes/new/", views.one, name="new"),
    path("settings/mailboxes/<int:mailbox>/", views.one, name="one"),
    path("settings/mailboxes/<int:mailbox>/try/", views.examine, name="examine"),
    path("settings/mailboxes/<int:mailbox>/sign-in/", views.sign_in, name="sign_in"),
    path("settings/mailboxes/signed-in/", views.signed_in, name="signed_in"),
    path("settings/mailboxes/<int:mailbox>/pause/", views.pause, name="pause"),
    path("settings/mailboxes/<int:mailbox>/remove/", views.remove, name="remove"),
    path("mail/", views.aside, name="aside"),
    path("mail/held/<int:held>/", views.held, name="held"),
    path("mail/held/<int:held>/take-in/", views.take_in, name="take_in"),
    path("mail/held/<int:held>/throw-away/", views.throw_away, name="throw_away"),
    path("mail/sent/<int:sent>/again/", views.send_again, name="send_again"),
]
