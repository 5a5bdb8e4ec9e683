"""The owner's privacy page: how far we measure, what is asked, who is not contacted, what is called wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from tillit.vocabulary import MeasurementMode, Purpose
from tillit_web.people import actions, queries
from tillit_web.people.country_rules import country_names, country_page
from tillit_web.people.models import Block, Company, Correction


def test_before_anybody_chose_the_site_asks_first(company: Company) -> None:
    assert queries.company().measurement_mode is MeasurementMode.WITH_CONSENT


def test_the_owner_chooses_how_far_to_measure(as_ana: Client) -> None:
    as_ana.post("/settings/privacy/", {"mode": "count_only", "country": "FI"})
    facts = queries.company()
    assert (facts.measurement_mode, facts.country) == (MeasurementMode.COUNT_ONLY, "FI")
    page = as_ana.get("/settings/privacy/").content.decode()
    assert 'value="count_only" id="mode-count_only" checked' in page
    assert "205 §" in page
    assert "not legal advice" in page
    assert "Finland" in page


@pytest.mark.parametrize("sent", [{"mode": "everything", "country": "SE"}, {"mode": "count_only", "country": "XX"}])
def test_an_impossible_choice_changes_nothing(as_ana: Client, sent: dict[str, str]) -> None:
    as_ana.post("/settings/privacy/", sent)
    assert queries.company().measurement_mode is MeasurementMode.WITH_CONSENT


@pytest.mark.parametrize("code", ["DK", "FI", "NO", "SE"])
def test_every_line_names_its_source_and_its_date(code: str) -> None:
    assert code in country_names()
    for language in ("en", "sv", "nb"):
        with translation.override(language):
            page = country_page(code, today=date(2025, 6, 2))
        assert len({rule.topic for rule in page.rules}) == 4, "device, personal data, mail and phone"
        assert all("§" in rule.source or "BEK" in rule.source or "art." in rule.source for rule in page.rules)
        assert all(rule.authority and rule.as_of >= date(2025, 1, 1) for rule in page.rules)
        assert all(rule.seen.startswith("https://") for rule in page.rules if rule.as_of > date(2025, 6, 1))
        assert page.from_memory == sum(rule.as_of == date(2025, 6, 1) for rule in page.rules)


def test_the_lines_are_in_the_readers_language() -> None:
    words = {}
    for language in ("en", "sv", "nb"):
        with translation.override(language):
            words[language] = country_page("SE", today=date(2025, 6, 2)).rules[0].asks
    assert words["sv"].startswith("Ett ja först")
    assert words["nb"].startswith("Et ja først")
    assert len(set(words.values())) == 3


def test_after_a_year_the_page_warns_that_the_law_may_have_changed(as_ana: Client) -> None:
    oldest = country_page("SE", today=date(2025, 6, 2)).as_of
    for days, is_old in ((365, False), (366, True)):
        with time_machine.travel(datetime.combine(oldest + timedelta(days), time(12), UTC), tick=False):
            page = as_ana.get("/settings/privacy/").content.decode()
        assert f"As of {oldest}; a memory aid, not legal advice. Check with your lawyer." in page
        assert ("more than a year ago" in page) == is_old


def test_a_change_of_words_is_a_new_version_and_the_old_one_stays(as_ana: Client) -> None:
    ours = queries.wording(Purpose.MARKETING, "sv")
    assert ours.version == "tillit-1"
    for text in ("Vi ringer om rea.", "Vi ringer om rea.", "Vi ringer sällan."):
        as_ana.post("/settings/privacy/words/", {"purpose": "marketing", "language": "sv", "text": text})
    now = queries.wording(Purpose.MARKETING, "sv")
    assert (now.version, now.text) == ("2", "Vi ringer sällan.")
    assert queries.wording(Purpose.MARKETING, "nb").version == "tillit-1"
    assert "Vi ringer sällan." in as_ana.get("/settings/privacy/words/").content.decode()


def test_numbers_are_put_on_a_list_and_counted(as_ana: Client) -> None:
    sent = {"lines": "070-174 06 05\nana@example.org\nwhat\n", "source": "own"}
    page = as_ana.post("/settings/privacy/blocked/", sent, follow=True).content.decode()
    assert "2 numbers and addresses are listed." in page
    assert "1 line was neither." in page
    assert Block.objects.count() == 2


def test_a_list_comes_as_a_file_and_goes_again(as_ana: Client) -> None:
    """As spreadsheets write it: cp1252, semicolons, a heading, other columns."""
    text = 'Telefon;Namn\r\n070-174 06 05;Åsa\r\n"+4670 174 06 06";Bo\r\n070-174 06 05;Åsa\r\n'
    sent = {"source": "nix", "list": SimpleUploadedFile("nix.csv", text.encode("cp1252"))}
    page = as_ana.post("/settings/privacy/blocked/", sent, follow=True).content.decode()
    assert "2 numbers and addresses are listed." in page
    assert {row.source for row in Block.objects.all()} == {"nix"}
    as_ana.post("/settings/privacy/blocked/", {"source": "own", "lines": "0701740605"})
    gone = {"source": "nix", "lines": "0701740605\n0701740699", "do": "unblock"}
    assert (
        "1 entry is taken off this list."
        in as_ana.post("/settings/privacy/blocked/", gone, follow=True).content.decode()
    )
    assert sorted(Block.objects.values_list("source", flat=True)) == ["nix", "own"], "what our own list says stays"


def test_what_a_customer_calls_wrong_waits_until_it_is_mended(as_ana: Client) -> None:
    actions.ask_correction(b"a" * 16, "My name is Ana, not Anna.")
    assert "My name is Ana, not Anna." in as_ana.get("/settings/privacy/").content.decode()
    as_ana.post(f"/settings/privacy/corrections/{Correction.objects.get().pk}/")
    assert "My name is Ana" not in as_ana.get("/settings/privacy/").content.decode()
