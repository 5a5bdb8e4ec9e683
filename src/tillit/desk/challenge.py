"""*Worth challenging*: the one mismatch or drawback that a customer may have missed, by rules that can be read.

Whoever decides alone misses what nobody tells them. Each rule states what was seen, never what the customer should do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from tillit.desk.facts import Facts, Line, Section, Source, SourceKind, line_of, name_of, properties_of
from tillit.journeys.timeline import TimelineRow
from tillit.sentences import sentence
from tillit.vocabulary import READING_ACTIVITIES

CHOSEN = frozenset({"product_added", "checkout_started", "checkout_step_viewed", "payment_info_entered"})
LOOKED_INTO = frozenset({"product_viewed", "product_clicked", "article_viewed", "page_viewed", "reviews_read"})
FURTHEST_DEADLINE = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Price:
    """A price as it was seen."""

    amount: Decimal
    currency: str

    @property
    def text(self) -> str:
        """Such as 1290 SEK; whole amounts without decimals."""
        amount = self.amount
        shown = str(int(amount)) if amount == amount.to_integral_value() else f"{amount:.2f}"
        return f"{shown} {self.currency}".strip()


def price_of(row: TimelineRow) -> Price | None:
    """The price that stood beside what an event is about; None where it brought none."""
    brought = properties_of(row)
    try:
        amount = Decimal(brought.get("price", "").replace(",", "."))
    except InvalidOperation:
        return None
    return Price(amount, brought.get("currency", "")) if amount.is_finite() and row.object else None


def worth_challenging(facts: Facts, *, struck: Collection[str] = ()) -> Line | None:
    """The first thing that the rules find, in their order.

    Args:
        facts: What is left of them once the customer has struck lines.
        struck: What these strike; a challenge can be struck, too.
    """
    found = (line for rule in RULES for line in rule(facts))
    return next((line for line in found if line.key not in struck), None)


def _too_late(facts: Facts) -> Iterator[Line]:
    """A day by which it is needed, and a promise for later."""
    for question in facts.questions:
        needed = deadline_in(question.text, asked_on=_day(question.at))
        late = [one for one in facts.promises if needed and one.due_on and one.due_on > needed]
        for promise in sorted(late, key=lambda one: (one.due_on or date.max, one.at)):
            said = sentence(
                "Needs it by {needed}; what we promised is for {due}.",
                needed=str(needed),
                due=str(promise.due_on),
            )
            about = f"late {question.source.id} {promise.source.id}"
            yield line_of(Section.CHALLENGE, about, said, said=[question, promise])


def _chosen_without_answer(facts: Facts) -> Iterator[Line]:
    """Something chosen after a question that nobody answered."""
    for question in facts.questions:
        if question.is_answered:
            continue
        for row in facts.now:
            if row.activity in CHOSEN and row.object and row.occurred_at > question.at:
                said = sentence(
                    "Chose {what} while nobody has answered: “{question}”", what=name_of(row), question=question.text
                )
                about = f"unanswered {question.source.id}"
                yield line_of(Section.CHALLENGE, about, said, rows=[row], said=[question])
                break


def _read_one_side(facts: Facts) -> Iterator[Line]:
    """Two things compared, and only one of them looked into."""
    rows = facts.now
    compared = [row for row in rows if row.activity == "products_compared" and row.object]
    looked = {row.object for row in rows if row.activity in LOOKED_INTO}
    objects = dict.fromkeys(row.object or "" for row in compared)
    read, unread = [one for one in objects if one in looked], [one for one in objects if one not in looked]
    if read and unread:
        names = {row.object: name_of(row) for row in compared}
        said = sentence(
            "Compared {read} with {unread}, and has looked only into {read}.",
            read=", ".join(names[one] for one in read),
            unread=", ".join(names[one] for one in unread),
        )
        seen = [*compared, *(row for row in rows if row.activity in LOOKED_INTO and row.object in read)]
        yield line_of(Section.CHALLENGE, "side " + " ".join(sorted(objects)), said, rows=seen)


def _price_changed(facts: Facts) -> Iterator[Line]:
    """The same thing seen at two prices."""
    prices: dict[str, list[tuple[TimelineRow, Price]]] = {}
    for row in facts.now:
        price = price_of(row)
        if price is not None and row.object and row.activity in READING_ACTIVITIES:
            prices.setdefault(row.object, []).append((row, price))
    for about, seen in sorted(prices.items(), key=lambda each: -each[1][-1][0].occurred_at):
        (first, before), (last, after) = seen[0], seen[-1]
        if before != after and before.currency == after.currency:
            said = sentence(
                "Saw {what} at {before} first, and at {after} last.",
                what=name_of(last),
                before=before.text,
                after=after.text,
            )
            yield line_of(Section.CHALLENGE, f"price {about}", said, rows=[first, last])


def _others_are_better(facts: Facts) -> Iterator[Line]:
    """A question about somebody with whom we compare ourselves: where they are better."""
    for comparison in facts.comparisons:
        named = re.compile(rf"(?<!\w){re.escape(comparison.them)}(?!\w)", re.IGNORECASE)
        better = [point for point in comparison.points if point.better == "them"]
        for question in facts.questions:
            if better and comparison.them.strip() and named.search(question.text):
                said = sentence(
                    "Asked about {them}, who are better here: {point}", them=comparison.them, point=better[0].text
                )
                ours = Source(SourceKind.COMPARISON, comparison.slug)
                yield line_of(Section.CHALLENGE, f"better {comparison.slug}", said, said=[question], beside=[ours])


def _chosen_out_of_stock(facts: Facts) -> Iterator[Line]:
    rows = facts.now
    out = {row.object: row for row in rows if row.activity == "out_of_stock_seen" and row.object}
    for row in rows:
        if row.activity in CHOSEN and row.object in out:
            said = sentence("Chose {what}, which was out of stock when they saw it.", what=name_of(row))
            yield line_of(Section.CHALLENGE, f"stock {row.object}", said, rows=[out[row.object], row])


def _returned_before(facts: Facts) -> Iterator[Line]:
    back: dict[str | None, TimelineRow] = {}
    for row in facts.rows:
        if row.activity == "order_returned" and row.object:
            back[row.object] = row
        elif row.object in back and row.activity in CHOSEN | LOOKED_INTO:
            said = sentence("Sent {what} back before, and looks at it again.", what=name_of(row))
            yield line_of(Section.CHALLENGE, f"back {row.object}", said, rows=[back[row.object], row])


RULES: tuple[Callable[[Facts], Iterator[Line]], ...] = (
    _too_late,
    _chosen_without_answer,
    _chosen_out_of_stock,
    _price_changed,
    _read_one_side,
    _returned_before,
    _others_are_better,
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari januar",
            "feb february februari februar",
            "mar march mars",
            "apr april",
            "may maj mai",
            "jun june juni",
            "jul july juli",
            "aug august augusti",
            "sep sept september",
            "oct okt october oktober",
            "nov november",
            "dec des december desember",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DEADLINE = re.compile(
    rf"\b(?:by|before|until|innan|före|senast|till|til|før|innen)\b[^.?!\n]{{0,20}}?"
    rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|:e)?\s+(?P<month>{_MONTH})\b"
    rf"|(?P<month_first>{_MONTH})\s+(?P<day_last>\d{{1,2}})\b)",
    re.IGNORECASE,
)


def deadline_in(text: str, *, asked_on: date) -> date | None:
    """The day by which a question needs something: "before 12 May", "senast den 12 maj", "innen 2026-05-12".

    A day without a year is the next one. None where no day is named, or it lies half a year ahead and is thus not one.
    """
    found = _DEADLINE.search(text)
    if found is None:
        return None
    try:
        if found["iso"]:
            day = date.fromisoformat(found["iso"])
        else:
            month = _MONTHS[(found["month"] or found["month_first"]).lower()]
            number = int(found["day"] or found["day_last"])
            day = date(asked_on.year, month, number)
            if day < asked_on:
                day = date(asked_on.year + 1, month, number)
    except ValueError:
        return None
    return day if asked_on <= day <= asked_on + FURTHEST_DEADLINE else None


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1_000_000, UTC).date()
