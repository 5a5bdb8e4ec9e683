"""Every number that opens journeys opens that many: all pages walked, every link followed."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.test import Client

from tests.journeys.logs import Event, histories

BEHIND = "/journeys/behind/"
FUNNEL = "/journeys/funnel/?step=page_viewed&step=product_viewed&step=order_completed"
PAGES = (
    "/home/",
    "/journeys/?detail=100",
    "/journeys/stages/",
    FUNNEL,
    f"{FUNNEL}&unit=journey",
    f"{FUNNEL}&order=any",
    f"{FUNNEL}&within=86400&without=store_visited",
    "/journeys/paths/?anchor=product_viewed",
    "/journeys/paths/?anchor=question_asked&look=back&unit=person",
    "/journeys/ways/",
    "/journeys/?channel=store",
    "/journeys/?customers=new&from=1970-01-10&to=1970-03-01",
)


class Links(HTMLParser):
    """The links to lists of journeys, each with the words in it or, in a picture, its label."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: str | None = None
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and (given.get("href") or "").startswith(BEHIND):
            self._open, self._words = given["href"] or "", given.get("aria-label") or ""

    def handle_data(self, data: str) -> None:
        if self._open is not None and not self._words.strip():
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.found.append((self._open, self._words.strip()))
            self._open = None


def number_in(words: str) -> int | None:
    """The count that a link shows; the last number where a date or a name stands before it ("…: 12 journeys")."""
    counts = re.findall(r"\d[\d,]*", words.rpartition(": ")[2] or words)
    return int(counts[0].replace(",", "")) if counts else None


def total_at(client: Client, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200, address
    heading = re.search(r'<h1 class="answer">([\d,]+) journey', answer.content.decode())
    assert heading, f"no total at {address}"
    return int(heading[1].replace(",", ""))


@pytest.mark.parametrize("shown", PAGES)
def test_each_number_is_the_length_of_the_list_behind_it(shown: str, as_cy: Client, small_shop: list[Event]) -> None:
    answer = as_cy.get(shown)
    assert answer.status_code == 200
    links = Links()
    links.feed(answer.content.decode())
    # A wait or a percentage opens a list too, and is no count of it.
    counts = {
        (address, number)
        for address, words in links.found
        if "more than" not in words and "%" not in words and (number := number_in(words)) is not None
    }
    assert len(counts) >= 2, links.found
    for address, number in sorted(counts):
        assert total_at(as_cy, address) == number, address


def test_the_map_counts_what_a_loop_counts(as_cy: Client, small_shop: list[Event]) -> None:
    """Peer: pairs of neighbours in each journey, cut by hand: after an order, or after 30 days without an event."""
    journeys = [journey for history in histories(small_shop) for journey in cut(history)]
    with_pair = Counter(pair for journey in journeys for pair in set(pairwise(journey)))
    text = as_cy.get("/journeys/?detail=100").content.decode()
    assert f"Open all {len(journeys)} journeys" in text
    for (source, target), count in with_pair.items():
        assert total_at(as_cy, f"{BEHIND}?of=arrow&a={source}&b={target}") == count


def cut(history: list[Event]) -> list[list[str]]:
    journeys: list[list[str]] = []
    ordered = False
    before = 0
    for event in history:
        late = event.at - before > 30 * 86_400_000_000
        if not journeys or late or (ordered and event.activity != "order_delivered"):
            journeys.append([])
            ordered = False
        journeys[-1].append(event.activity)
        ordered = ordered or event.activity == "order_completed"
        before = event.at
    return journeys
