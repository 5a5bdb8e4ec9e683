"""No page of credit claims a cause without a holdout: in English, Swedish and Norwegian, in catalogues and on pages."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client

from tests.web.insight.conftest import BringIn
from tests.web.insight.credit.test_pages import shopping
from tillit_web.insight import credit

CLAIMS = {
    "en": r"\b(earn\w*|los[et]|loses|losing|losses|because|caused?|causes|thanks to|due to)\b",
    "sv": r"\b(förtjän\w*|intjän\w*|tjäna\w*|förlor\w*|förlust\w*|tapp\w*|därför att|eftersom|på grund av|orsak\w*|"
    r"tack vare)\b",
    "nb": r"\b(fortjen\w*|opptjen\w*|tjen[te]\w*|tap\w*|mist\w*|fordi|på grunn av|årsak\w*|forårsak\w*|takket være)\b",
}
# Said of what is not known, and of what the numbers are not.
NO_CLAIMS = (
    "What would be lost without it: not known.",
    "Vad som skulle gå förlorat utan det: inte känt.",
    "Hva som ville gå tapt uten det: ikke kjent.",
    "not causes",
    "inte orsaker",
    "ikke årsaker",
)
APP = Path(credit.__file__).parents[1]


def claims(text: str, language: str) -> list[str]:
    for allowed in NO_CLAIMS:
        text = text.replace(allowed, "")
    return [found[0] for found in re.finditer(CLAIMS[language], text, re.IGNORECASE)]


def test_the_test_knows_a_claim_when_it_sees_one() -> None:
    assert claims("E-mail earned 40 sales.", "en") == ["earned"]
    assert claims("Utan e-post förlorar ni 40 köp.", "sv") == ["förlorar"]
    assert claims("40 kjøp kom takket være e-post.", "nb") == ["takket være"]
    assert claims("34 of 170; shares, not causes", "en") == []


@pytest.mark.parametrize("language", ["sv", "nb"])
def test_no_word_of_the_catalogue_is_a_claim(language: str) -> None:
    path = APP / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    looked_at = 0
    for message in catalogue:
        if not any("credit" in where for where, _ in message.locations):
            continue
        for source in message.id if isinstance(message.id, tuple | list) else [message.id]:
            assert not claims(source, "en"), source
        for said in message.string if isinstance(message.string, tuple | list) else [message.string]:
            assert not claims(str(said), language), said
            looked_at += 1
    assert looked_at > 100


@pytest.mark.parametrize("language", ["en", "sv", "nb"])
def test_no_page_claims_what_it_cannot_know(language: str, as_ana: Client, bring_in: BringIn) -> None:
    bring_in(shopping(100, 250))
    as_ana.post("/language/", {"language": language})
    for address in ("/credit/", "/credit/?by=function", "/credit/without/?without=store", "/credit/statement/"):
        page = html.unescape(as_ana.get(address).content.decode()).partition("<main")[2]
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert len(text) > 300, address
        assert not claims(text, language), address
