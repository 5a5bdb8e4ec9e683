"""How allauth behaves here: nobody signs up by themselves, and an address is only a name to sign in by."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class TeamAdapter(DefaultAccountAdapter):
    """Sign-up is closed: members come by one-time links."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Always no."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send nothing: a fresh installation opens no outbound connection."""
