"""Where mail goes out."""

from __future__ import annotations

import pytest

from tillit.errors import InputError
from tillit_web.mail import MailServer, mail_server


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("", None),
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, "", "", tls_from_the_start=False)),
        ("smtps://ana:p%40ss@mail.example.org", MailServer("mail.example.org", 465, "ana", "p@ss", True)),
        ("smtp://ana:x@mail.example.org:25", MailServer("mail.example.org", 25, "ana", "x", False)),
    ],
)
def test_an_address_names_a_server(address: str, server: MailServer | None) -> None:
    assert mail_server(address) == server


def test_a_wrong_address_is_refused_without_its_password() -> None:
    with pytest.raises(InputError, match="TILLIT_MAIL is not of the form") as refused:
        mail_server("ana:secret@mail.example.org")
    assert "secret" not in str(refused.value)
