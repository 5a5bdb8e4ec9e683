"""How allauth behaves here: nobody signs up by themselves, and an address is only a name to sign in by."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class TeamAdapter(DefaultAccountAdapter):
    """Sign-up is closed: members come by one-time links."""

    error_messages = {  # noqa: RUF012 - the base class declares it without ClassVar
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail or the password is wrong."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("This is not the password you have now."),
        "incorrect_code": _("The code is wrong, or its 30 seconds are over."),
        "too_many_login_attempts": _("Too many wrong attempts. Wait a few minutes and try again."),
        "rate_limited": _("Too many wrong attempts. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Always no."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send nothing: a fresh installation opens no outbound connection."""


class SecondStepAdapter(DefaultMFAAdapter):
    """The second step, in our words."""

    error_messages = {  # noqa: RUF012 - the base class declares it without ClassVar
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong, or its 30 seconds are over."),
    }
