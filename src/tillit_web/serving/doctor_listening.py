"""What the doctor says of mailboxes, calendars and mails about bookings, from what tillit noted: it asks no server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from tillit.sentences import Sentence
from tillit_web.booking.models import BusyCalendar, OutgoingMail
from tillit_web.booking.queries import count_given_up, mails_under_way
from tillit_web.mailboxes.models import Mailbox, SentMail, TakenMail
from tillit_web.mailboxes.queries import UNSENT, mailboxes
from tillit_web.serving.finding import Finding

SILENT = timedelta(minutes=30)  # it looks every minute while tillit is served
LATE_MAIL = timedelta(hours=2)  # tries go on for about one
LATELY = timedelta(days=7)
ON_THEIR_WAY = (SentMail.State.WAITING, SentMail.State.SENDING)


def examine_mailboxes(*, served: bool, now: datetime) -> Iterator[Finding]:
    """A line for each shared mailbox: last heard from, what waits to go out and since when, what did not go."""
    for row in mailboxes():
        advice = [*_in_advice(row, served, now)]
        found = [_heard(row, now)]
        mails = SentMail.objects.filter(thread__mailbox=row)
        waiting = mails.filter(state__in=ON_THEIR_WAY).aggregate(n=Count("pk"), oldest=Min("message__written_at"))
        if waiting["n"]:
            found.append(f"{waiting['n']:,} to go out, the oldest written {_ago(waiting['oldest'], now)}")
            if row.is_active and now - waiting["oldest"] > LATE_MAIL:
                advice.append("start `tillit serve`" if not served else "Settings, Mailboxes tries its servers")
        if failed := mails.filter(state__in=UNSENT, changed_at__gt=now - LATELY).count():
            found.append(f"{failed:,} not sent in the last seven days")
            advice.append("Mail put aside says why, and sends each again")
        yield Finding(f"mailbox {row.address}", "; ".join(found), "; ".join(advice))


def examine_booking_mails(*, served: bool) -> Iterator[Finding]:
    """A line for mails about bookings, where any waits or was given up."""
    rows = mails_under_way()
    given_up = count_given_up()
    late = rows.exclude(state=OutgoingMail.State.FAILED).filter(problem__isnull=False).count()
    waiting = rows.count() - given_up
    found, advice = [], []
    if waiting:
        found.append(f"{waiting:,} to go out" + (f", {late:,} of them tried in vain" if late else ""))
        if not served:
            advice.append("start `tillit serve`")
    if given_up:
        found.append(f"{given_up:,} given up")
        advice.append("Bookings says why, and sends each again")
    if found:
        yield Finding("mails about bookings", "; ".join(found), "; ".join(advice))


def examine_calendars(*, now: datetime) -> Iterator[Finding]:
    """A line for each calendar that bookings keep clear of: last heard from, and whether that still counts."""
    rows = BusyCalendar.objects.select_related("host")
    for row in rows.annotate(untold=Count("copies", filter=~Q(copies__reason=""))):
        why = f" ({row.reason})" if row.reason else ""
        heard = "never heard from" if row.heard_at is None else f"last heard from {_ago(row.heard_at, now)}"
        found, advice = heard + why, ""
        mend = "Bookings, Calendars says why; read it again there, or connect it anew"
        if not row.is_fresh(now):
            found += f", so nobody can book {row.host.name}"
            advice = mend
        elif row.warned_from is not None and now > row.warned_from:
            found += f"; after {row.fresh_hours} hours of silence nobody can book {row.host.name}"
            advice = mend
        if row.untold:
            found += f"; {row.untold:,} bookings could not be put into it"
            advice = mend
        yield Finding(f"calendar {row.name or row.host.name}", found, advice)


def _heard(row: Mailbox, now: datetime) -> str:
    last = TakenMail.objects.filter(mailbox=row).aggregate(at=Max("taken_at"))["at"]
    came = "no mail yet" if last is None else f"the last mail came {_ago(last, now)}"
    if not row.is_active:
        return f"paused; {came}"
    if not row.imap_host:
        return f"mail is forwarded to tillit; {came}"
    if row.looked_at is None:
        return f"not looked into yet; {came}"
    looked = f"looked into {_ago(row.looked_at, now)}"
    return f"{looked}, in vain: {Sentence.from_json(row.problem)}" if row.problem else f"{looked}; {came}"


def _in_advice(row: Mailbox, served: bool, now: datetime) -> Iterator[str]:
    if not row.is_active or not row.imap_host:
        return
    if row.problem:
        yield "mend it under Settings, Mailboxes, which tries it at once"
    elif served and row.looked_at is not None and now - row.looked_at > SILENT:
        yield "it is looked into every minute while tillit is served: read the log of `tillit serve`"


def _ago(at: datetime, now: datetime) -> str:
    minutes = max(0, round((now - at).total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"
