"""The form of a mailbox."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillit_web.mailboxes.actions import OwnAddress, refuse_own_address
from tillit_web.mailboxes.models import Mailbox, Secrets
from tillit_web.ui.templatetags.tillit import said

_SECRET = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})


class MailboxForm(forms.ModelForm[Mailbox]):
    """A shared mailbox. What opens it is typed in and never shown again."""

    password = forms.CharField(label=gettext_lazy("Password"), required=False, max_length=500, widget=_SECRET)
    refresh_token = forms.CharField(
        label=gettext_lazy("Refresh token"), required=False, max_length=8000, widget=_SECRET
    )
    client_secret = forms.CharField(label=gettext_lazy("Client secret"), required=False, max_length=500, widget=_SECRET)

    class Meta:
        model = Mailbox
        fields: ClassVar = [
            *("address", "name", "language", "imap_host", "imap_port", "folder", "smtp_host", "smtp_port", "has_tags"),
            *("user", "sign_in", "token_address", "client_id", "scope"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["address"].disabled = True  # what is locked belongs to it
            kept = gettext_lazy("Leave it empty to keep what was typed before.")
            for name in ("password", "refresh_token", "client_secret"):
                self.fields[name].help_text = kept

    @property
    def typed(self) -> Secrets:
        """What was typed to open it with."""
        given = self.cleaned_data
        return Secrets(
            password=given["password"], refresh_token=given["refresh_token"], client_secret=given["client_secret"]
        )

    def clean_address(self) -> str:
        """No colleague's own."""
        return self._not_own(str(self.cleaned_data["address"]).strip().lower())

    def clean_user(self) -> str:
        """Nor one by whose name it would be opened."""
        return self._not_own(str(self.cleaned_data["user"]).strip())

    def clean(self) -> dict[str, Any]:
        """A token needs where it comes from."""
        found: dict[str, Any] = super().clean() or {}
        has_server = found.get("imap_host") or found.get("smtp_host")
        if has_server and found.get("sign_in") == Mailbox.SignIn.XOAUTH2:
            for name in ("token_address", "client_id"):
                if not found.get(name):
                    self.add_error(name, _("To sign in with a token this is needed."))
        return found

    def _not_own(self, address: str) -> str:
        try:
            refuse_own_address(address)
        except OwnAddress as error:
            raise forms.ValidationError(said(error.sentence)) from None
        return address
