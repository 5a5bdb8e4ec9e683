"""A shop whose machine knows five things in Swedish, and whose people are at work or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from tillit_web.answers.models import Expert, LibraryAnswer
from tillit_web.booking.models import Host, Kind
from tillit_web.people.models import Company

KNOWN = {
    "Hur lång är leveranstiden?": ("Hur länge tar leveransen?", "När kommer min leverans?", "Hur snabb är leveransen?"),
    "Kan jag lämna tillbaka en lampa?": ("Hur lämnar jag tillbaka en lampa?", "Får jag lämna tillbaka lampan?"),
    "När öppnar butiken?": ("När är butiken öppen?", "Butikens öppettider?", "Öppettider på söndag?"),
    "Lagar ni gamla cyklar?": ("Kan ni laga en cykel?", "Laga cykel?", "Vem lagar min cykel?"),
    "Vad kostar ett nytt kök?": ("Är ett nytt kök dyrt?", "Pris på kök?", "Vad är priset på ett kök?"),
}
KNOWN_QUESTION, UNKNOWN_QUESTION = "hur lång är leveranstiden", "säljer ni presentkort till hundar"


@pytest.fixture
def library(company: Company) -> dict[str, LibraryAnswer]:
    """Published answers by Ada, who agreed to be named."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    ada = Expert.objects.create(slug="ada", name="Ada", title="säljer cyklar", agreed_at=then)
    answers = {
        question: LibraryAnswer.objects.create(
            slug=f"svar-{place}",
            language="sv",
            question=question,
            variants="\n".join(variants),
            text=f"Svar **{place}** på: {question}",
            expert=ada,
            checked_on=timezone.localdate(),
            is_published=True,
        )
        for place, (question, variants) in enumerate(KNOWN.items())
    }
    # Written at one moment in every test, so that its index is made once for all of them.
    LibraryAnswer.objects.update(changed_at=then)
    return answers


@pytest.fixture
def kind(company: Company) -> Kind:
    """Half an hour with Ada."""
    made = Kind.objects.create(slug="call", language="en", name="A call", where="We call you", minutes=30)
    made.hosts.set([Host.objects.create(name="Ada")])
    return made
