"""A mail is read as what it is: who claims to have written, what is new in it, and what no person wrote."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from tests.desk.hostile_mails import HEAD, MAILS, Hostile, plain
from tillit.desk.mail import MailError, read_mail
from tillit.desk.mail_html import text_of_html
from tillit.desk.mail_text import new_text


@pytest.mark.parametrize("hostile", MAILS, ids=[one.name for one in MAILS])
def test_a_hostile_mail_is_read_rightly_or_refused(hostile: Hostile) -> None:
    if hostile.refused:
        with pytest.raises(MailError) as caught:
            read_mail(hostile.raw)
        assert caught.value.code == hostile.refused
        return
    mail = read_mail(hostile.raw)
    assert {name: getattr(mail, name) for name in hostile.read} == hostile.read
    told = "\n".join((mail.sender, mail.sender_name, mail.subject, mail.text, *mail.attachments))
    assert not {"\x00", "\r", "\x1b", "\u202e"} & set(told)
    assert len(mail.text) <= 20_000


BEFORE = "Ja tack, på torsdag."
HISTORIES = {
    "Gmail sv": "Den mån 2 nov. 2026 kl 10:00 skrev Butiken <info@shop.example>:\n\n> Hej\n> När?",
    "Gmail, broken": "On Mon, Nov 2, 2026 at 10:00 AM The Shop With a Long Name <\ninfo@shop.example> wrote:\n> Hi",
    "Apple nb": "> 2. nov. 2026 kl. 10:00 skrev Butikken <info@shop.example>:\n> \n> Hei",
    "Apple nb, unquoted": "2. nov. 2026 kl. 10:00 skrev Butikken <info@shop.example>:\n\n> Hei",
    "Outlook sv": "________________________________\nFrån: Butiken\nSkickat: den 2 november\nTill: Ana\n\nHej",
    "Outlook nb": "Fra: Butikken\nSendt: mandag 2. november\nTil: Ana\nEmne: Tak\n\nHei",
    "Outlook old": "-----Original Message-----\nFrom: The Shop\nHi",
    "Outlook sv, old": "-----Ursprungligt meddelande-----\nFrån: Butiken\nHej",
    "phone": "Skickat från min iPhone\n\n> 2 nov. 2026 kl. 10:00 skrev Butiken:\n> Hej",
    "signature": "-- \nAna Andersson\n070 123 45 67",
    "bare": "> Hej\n>> När?\n",
}


@pytest.mark.parametrize("after", HISTORIES.values(), ids=HISTORIES)
def test_history_and_signature_are_left_out(after: str) -> None:
    assert new_text(f"{BEFORE}\n\n{after}") == BEFORE


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("On Mon, Bo wrote:\n> A roof?\nYes.\n> When?\nThursday.", "Re: A roof"),
        ("Look below.\n\nFrom: The Shop\nSent: Monday\n\nWe come on Thursday.", "Fwd: A roof"),
        ("> Only this", "Re: A roof"),
        ("Två saker:\n\n-- den första\n-- den andra", "Tak"),
        ("Jag bor på\nFrån: vägen 3", "Tak"),
    ],
    ids=["answers between lines", "forwarded", "nothing new", "dashes", "a word that looks like a header"],
)
def test_nothing_that_may_be_the_customers_own_is_left_out(text: str, subject: str) -> None:
    assert new_text(text, subject=subject) == text


def test_html_reads_as_a_person_would_see_it() -> None:
    html = (
        "<p>Hej &amp; tack,<br>rad&nbsp;två</p><ul><li>ett</li><li>två</li></ul>"
        "<table><tr><td>a</td> <td>b</td></tr></table>3 &lt; 5 och 4 < 6"
        "<div class='gmail_quote'>Den 2 nov skrev vi:<blockquote>Hej</blockquote></div>"
    )
    lines = ["Hej & tack,", "rad två", "- ett", "- två", "a b", "3 < 5 och 4 < 6", "> Den 2 nov skrev vi:", "> > Hej"]
    assert text_of_html(html).strip().split("\n") == lines


def test_a_mail_written_by_the_standard_library_is_read_back() -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Åsa Öberg <asa@exämple.org>".replace("ä", "a"), "info@shop.example"
    message["Subject"] = "Råd om tak – lång rad som måste brytas i flera kodade ord för att få plats, så är det"
    message["Message-ID"], message["In-Reply-To"] = "<m1@example.org>", "<ours@shop.example>"
    message["References"] = "<first@shop.example> <second@example.org>"
    message["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
    message.set_content("Hej!\nVad kostar ett tak?\n")
    message.add_alternative("<p>Hej!</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="ritning på huset.pdf")
    mail = read_mail(message.as_bytes())
    assert (mail.sender, mail.sender_name) == ("asa@example.org", "Åsa Öberg")
    assert mail.subject == message["Subject"]
    assert mail.text == "Hej!\nVad kostar ett tak?"
    assert mail.references == ("ours@shop.example", "second@example.org", "first@shop.example")
    assert mail.attachments == ("ritning på huset.pdf",)
    assert mail.sent_at is not None
    assert mail.sent_at.timestamp() == 1793610000


def test_the_same_mail_by_another_way_is_the_same_and_another_text_is_not() -> None:
    def once(raw: bytes) -> bytes:
        return read_mail(raw).once

    passed_on = b"Received: from a by b\r\nDelivered-To: x@shop.example\r\n" + plain(b"Hello")
    assert once(plain(b"Hello")) == once(passed_on)
    others: list[Any] = [
        plain(b"Hello!"),
        plain(b"Hello", head=HEAD.replace(b"a1@", b"a2@")),
        plain(b"Hello", head=HEAD.replace(b"ana", b"cy")),
    ]
    assert len({once(raw) for raw in (plain(b"Hello"), *others)}) == 4
