"""A small library of answers."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from tillit_web.answers.models import Expert, LibraryAnswer
from tillit_web.people.models import Company
from tillit_web.ui.slugs import free_slug

LIBRARY = {
    "Hur ofta ska takpannor bytas?": ("När byter man takpannor?", "Hur länge håller takpannor?"),
    "Kan jag förvara min båt hos er i vinter?": ("Har ni vinterförvaring av båtar?", "Vinterplats för båten?"),
    "Vad kostar ett nytt kök?": ("Hur dyrt är ett kök?", "Pris på nytt kök?"),
    "Har ni öppet på söndagar?": ("Öppettider söndag?", "När öppnar ni på söndag?"),
    "Får jag lämna tillbaka en använd lampa?": ("Kan en använd lampa returneras?", "Retur av lampa jag använt?"),
    "Hur lång tid tar en cykelreparation?": ("När är min cykel lagad?", "Hur länge lagar ni en cykel?"),
    "Vilken färg håller längst på trä utomhus?": ("Bästa utomhusfärgen för trä?", "Färg till trä utomhus?"),
}


@pytest.fixture
def ada(company: Company) -> Expert:
    """A colleague who has agreed to be named."""
    return Expert.objects.create(slug="ada", name="Ada", title="säljer tak", agreed_at=timezone.now())


@pytest.fixture
def library(ada: Expert) -> list[LibraryAnswer]:
    """Seven published answers in Swedish, checked today."""
    return [
        LibraryAnswer.objects.create(
            slug=free_slug(LibraryAnswer, question),
            language="sv",
            question=question,
            variants="\n".join(variants),
            text=f"**Svar** om {question.lower()}",
            expert=ada,
            checked_on=today(),
            is_published=True,
        )
        for question, variants in LIBRARY.items()
    ]


def today() -> date:
    """Today, as pages know it."""
    return timezone.localdate()
