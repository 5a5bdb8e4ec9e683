"""No page of credit claims a cause without a holdout: in English, Swedish and Norwegian, in catalogues and on pages.

The catalogues are of the pages' own words and of the core's sentences.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client

from tests.web.insight.conftest import BringIn
from tests.web.insight.credit.holdouts import fill_with_holdout
from tests.web.insight.credit.test_pages import shopping
from tillit_web import warehouse
from tillit_web.insight import credit
from tillit_web.people.models import Company

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
CATALOGUES = (APP, Path(warehouse.__file__).parent)  # the words of pages, and the core's sentences
# What is said only where a holdout is: its page, and the core's own answers about it.
MEASURED = ("credit/measured.py", "credit/measured.html", "credit/trials.py", "credit/correction.py")


def claims(text: str, language: str) -> list[str]:
    for allowed in NO_CLAIMS:
        text = text.replace(allowed, "")
    return [found[0] for found in re.finditer(CLAIMS[language], text, re.IGNORECASE)]


def main_of(client: Client, address: str) -> str:
    page = html.unescape(client.get(address).content.decode()).partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_test_knows_a_claim_when_it_sees_one() -> None:
    assert claims("E-mail earned 40 sales.", "en") == ["earned"]
    assert claims("Utan e-post förlorar ni 40 köp.", "sv") == ["förlorar"]
    assert claims("40 kjøp kom takket være e-post.", "nb") == ["takket være"]
    assert claims("34 of 170; shares, not causes", "en") == []


@pytest.mark.parametrize("app", CATALOGUES)
@pytest.mark.parametrize("language", ["sv", "nb"])
def test_no_word_of_a_catalogue_is_a_claim(language: str, app: Path) -> None:
    path = app / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    looked_at = 0
    for message in catalogue:
        about = [where for where, _ in message.locations if "credit/" in where]
        if not about or all(where.endswith(MEASURED) for where in about):
            continue
        for source in message.id if isinstance(message.id, tuple | list) else [message.id]:
            assert not claims(source, "en"), source
        for said in message.string if isinstance(message.string, tuple | list) else [message.string]:
            assert not claims(str(said), language), said
            looked_at += 1
    assert looked_at > 15


@pytest.mark.parametrize("language", ["en", "sv", "nb"])
def test_no_page_claims_what_it_cannot_know(language: str, as_ana: Client, bring_in: BringIn) -> None:
    bring_in(shopping(100, 250))
    as_ana.post("/language/", {"language": language})
    for address in ("/credit/", "/credit/?by=function", "/credit/without/?without=store", "/credit/statement/"):
        text = main_of(as_ana, address)
        assert len(text) > 300, address
        assert not claims(text, language), address


@pytest.mark.parametrize("language", ["en", "sv", "nb"])
def test_a_claim_stands_where_a_holdout_is_and_nowhere_else(
    language: str, as_ana: Client, company: Company, data_directory: Path
) -> None:
    fill_with_holdout(data_directory)
    as_ana.post("/language/", {"language": language})
    for address in ("/credit/", "/credit/without/?without=email"):
        assert claims(main_of(as_ana, address), language), address
    for address in ("/credit/?by=function", "/credit/without/?without=paid_search", "/credit/?channel=email"):
        assert not claims(main_of(as_ana, address), language), address
