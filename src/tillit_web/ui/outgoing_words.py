"""Why another server gave no answer, in the reader's words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tillit_web.outgoing import Reason


def why_no_answer(reason: str, *, status: int = 0) -> str:
    """A sentence for a `Reason` that was kept; "" for none."""
    words = {
        Reason.NOT_AN_ADDRESS: _("That is no address of the form https://calendar.example.com/path."),
        Reason.NOT_ENCRYPTED: _("The address must begin with https://."),
        Reason.PRIVATE: _(
            "The address leads into this machine's own network. If that server is yours, name it in TILLIT_OWN_SERVERS."
        ),
        Reason.UNKNOWN_NAME: _("Nobody knows a server of that name."),
        Reason.NO_CONNECTION: _("The server cannot be reached."),
        Reason.BAD_CERTIFICATE: _("The server does not prove who it is: its certificate is not valid."),
        Reason.TOO_SLOW: _("The server took too long to answer."),
        Reason.TOO_LARGE: _("The server's answer is larger than we read."),
        Reason.CUT_SHORT: _("The server went away in the middle of its answer."),
        Reason.NOT_HTTP: _("The server does not answer as a web server should."),
        Reason.REDIRECTED: _("The server sends on to somewhere that is not asked. Type the address it leads to."),
        Reason.REFUSED: _("The server refused (%(status)s). Is the address right, and may it be read?"),
    }
    said = words.get(Reason(reason), "") if reason in set(Reason) else ""
    return said % {"status": status} if "%(" in said else said
