"""The owner's privacy page: how far we measure, what is asked, who is not contacted, what is called wrong."""

from __future__ import annotations

import pytest
from django.test import Client

from tillit.vocabulary import MeasurementMode, Purpose
from tillit_web.people import actions, queries
from tillit_web.people.country_rules import COUNTRIES
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


@pytest.mark.parametrize("sent", [{"mode": "everything", "country": "SE"}, {"mode": "count_only", "country": "XX"}])
def test_an_impossible_choice_changes_nothing(as_ana: Client, sent: dict[str, str]) -> None:
    as_ana.post("/settings/privacy/", sent)
    assert queries.company().measurement_mode is MeasurementMode.WITH_CONSENT


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_every_rule_names_its_source(code: str) -> None:
    rules = COUNTRIES[code].rules
    assert len(rules) == 3
    assert all("§" in rule.source or "BEK" in rule.source for rule in rules)


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


def test_what_a_customer_calls_wrong_waits_until_it_is_mended(as_ana: Client) -> None:
    actions.ask_correction(b"a" * 16, "My name is Ana, not Anna.")
    assert "My name is Ana, not Anna." in as_ana.get("/settings/privacy/").content.decode()
    as_ana.post(f"/settings/privacy/corrections/{Correction.objects.get().pk}/")
    assert "My name is Ana" not in as_ana.get("/settings/privacy/").content.decode()
