"""The words that customers say yes or no to. Ours until the company writes its own; each version is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from tillit.errors import PurposeError
from tillit.vocabulary import Purpose
from tillit_web.people.consents import ASKED_FOR
from tillit_web.people.models import ConsentWording

OURS = "tillit-1"  # raise it with any change below: answers name the words they were given to
OUR_WORDS: dict[Purpose, str] = {
    Purpose.MEASUREMENT: gettext_noop(
        "We count how visits, questions and orders hang together, to find where our customers have to wait or search. "
        "We look at numbers about all customers, not at you."
    ),
    Purpose.STAFF_READING: gettext_noop(
        "When you talk to us, the person you meet may see what you have read and compared on our pages, so that you "
        "need not start from the beginning."
    ),
    Purpose.PERSONALISATION: gettext_noop(
        "What you have done with us may decide how we meet you: with an answer at once, or with a person."
    ),
    Purpose.VARIATION: gettext_noop(
        "To learn when a person helps, a lot may decide whether a person or a machine meets you first. Say no, and we "
        "do not vary our service to you: you are met by our standing rule. You can always ask for a person."
    ),
    Purpose.MARKETING: gettext_noop("We may send or tell you offers and news that you have not asked for."),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What a customer is asked, and the version that an answer is kept with."""

    purpose: Purpose
    language: str
    version: str
    text: str


def wording(purpose: Purpose, language: str) -> Wording:
    """The words in use for a purpose.

    Raises:
        PurposeError: Nobody is asked about it.
    """
    if purpose not in OUR_WORDS:
        raise PurposeError(f"nobody is asked about '{purpose}'; there are words for {', '.join(ASKED_FOR)}")
    own = _newest(purpose, language)
    if own is not None:
        return Wording(purpose, language, str(own.version), own.text)
    with translation.override(language):
        return Wording(purpose, language, OURS, translation.gettext(OUR_WORDS[purpose]))


@transaction.atomic
def change_wording(purpose: Purpose, language: str, text: str) -> str:
    """Ask in other words from now on. Answers that were given keep the version they were given to.

    Returns:
        The new version, or the one in use if the words are the same.
    """
    now = wording(purpose, language)
    if now.text == text.strip():
        return now.version
    own = _newest(purpose, language)
    version = 1 if own is None else own.version + 1
    ConsentWording.objects.create(purpose=purpose.value, language=language, version=version, text=text.strip())
    return str(version)


def _newest(purpose: Purpose, language: str) -> ConsentWording | None:
    return ConsentWording.objects.filter(purpose=purpose.value, language=language).order_by("-version").first()
