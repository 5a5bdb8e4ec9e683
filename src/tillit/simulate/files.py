"""Exempelbutiken's files, as its systems would export them: five programs, five habits, one customer in several.

Only these files reach the product; the happenings they were written from stay with the tests. Staff appear as a role,
never as a person. Addresses are of example.com, phone numbers of the ranges that Sweden keeps for fiction.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tillit.simulate import rhythm
from tillit.simulate.company import Company, Customer, Happening, quantity

MAPPINGS = Path(__file__).parent / "mappings"

# Post- och telestyrelsen keeps these for books and films: nobody has them.
FICTIONAL_NUMBERS = (("070-174 06 ", 5, 99), ("031-390 06 ", 0, 99), ("040-628 04 ", 0, 99), ("08-465 004 ", 0, 99))

_EVENT_NAMES = {
    "products_searched": "Products Searched",
    "product_viewed": "Product Viewed",
    "products_compared": "Products Compared",
    "product_added": "Product Added",
    "total_price_viewed": "Total Price Viewed",
    "out_of_stock_seen": "Out Of Stock Seen",
    "login_asked": "Login Asked",
    "logged_in": "Logged In",
    "contact_viewed": "Contact Viewed",
    "checkout_started": "Checkout Started",
    "payment_info_entered": "Payment Info Entered",
    "product_reviewed": "Product Reviewed",
    "ad_clicked": "Ad Clicked",
    "email_clicked": "Email Clicked",
}
# What people write in the shop's search field; some of it, the shop neither has nor answers.
_SEARCHES = (
    "elcykel",
    "cykelhjälm",
    "damcykel 3 växlar",
    "lås",
    "barncykel",
    "barncykel 20 tum",
    "hyra cykel",
    "däck 28",
)
_MEDIUM = {
    "organic_search": "organic",
    "paid_search": "cpc",
    "paid_social": "paid_social",
    "social": "social",
    "referral": "referral",
    "email": "email",
}
_CASES = {
    "question_asked": "Fråga",
    "ticket_opened": "Ärende",
    "complaint_made": "Klagomål",
}
_CASE_ANSWERS = frozenset({"question_answered", "ticket_answered"})
_SALES = {"call_booked": "Samtal", "quote_requested": "Offert"}
_SALES_ANSWERS = frozenset({"call_held", "quote_sent"})
_WAYS_IN = {"mail": "E-post", "chat": "Chatt", "phone": "Telefon", "support": "Kundtjänst"}
_ROLES = {"mail": "Kundtjänst", "chat": "Kundtjänst", "phone": "Butik", "support": "Kundtjänst"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One export and, where a file does not explain itself, the mapping that does."""

    path: Path
    mapping: Path | None


def write_files(company: Company, directory: Path) -> tuple[SourceFile, ...]:
    """Write the company's exports and their mappings into a directory that exists.

    Returns:
        The files in the order in which they were written.
    """
    reach = _Contacts(company)
    # One bucket for each program; what a customer does in the shop is in the till, on the web in the web log.
    writers: Mapping[str, Callable[[Path, Company, _Contacts], None]] = {
        "webb-handelser.jsonl": _web_events,
        "webb-ordrar.csv": _web_orders,
        "kassa.csv": _till,
        "arenden.csv": _cases,
        "saljlogg.csv": _sales_log,
    }
    written = []
    for name, write in writers.items():
        path = directory / name
        write(path, company, reach)
        shipped = MAPPINGS / Path(name).with_suffix(".toml").name
        mapping = Path(shutil.copyfile(shipped, directory / shipped.name)) if shipped.exists() else None
        written.append(SourceFile(path, mapping))
    return tuple(written)


def email_of(customer: int) -> str:
    """The address of a customer, by number."""
    return f"kund{customer:04}@example.com"


class _Contacts:
    """By what each customer is known: e-mail, member number, phone, and the ids their browsers carry."""

    def __init__(self, company: Company) -> None:
        self._customers = {person.number: person for person in company.customers}
        self._web = _by_customer(happening for happening in company.happenings if happening.device)
        known = {
            happening.customer
            for happening in company.happenings
            if not happening.device or happening.activity in ("payment_info_entered", "email_clicked")
        }
        self._known = frozenset(known)
        callers = sorted(
            {happening.customer for happening in company.happenings if happening.activity == "call_booked"}
        )
        self._phones = dict(zip(callers, _fictional_numbers(), strict=False))

    def customer(self, number: int) -> Customer:
        return self._customers[number]

    def member(self, customer: int) -> str:
        return f"M{100_000 + customer}"

    def phone(self, customer: int) -> str:
        """Empty for those who never called."""
        return self._phones.get(customer, "")

    def anonymous(self, happening: Happening) -> str:
        """The id of the browser. Who is never known keeps to one browser, so that 2,000 people stay 2,000."""
        device = happening.device if happening.customer in self._known else 0
        return _digest(f"browser {happening.customer} {device}")

    def signed_in_at(self, customer: int) -> Mapping[int, int]:
        """For each browser of a customer who is known: from when on it is signed in, somewhere along its way."""
        if customer not in self._known:
            return {}
        at: dict[int, int] = {}
        for device in {happening.device for happening in self._web.get(customer, ())}:
            moments = [happening.at for happening in self._web[customer] if happening.device == device]
            place = int(_digest(f"sign-in {customer} {device}")[:8], 16) % len(moments)
            at[device] = moments[place]
        return at


def _web_events(path: Path, company: Company, reach: _Contacts) -> None:
    """Segment's form, JSON Lines, times in UTC; a browser that has signed in says who it is."""
    signed_in = {person.number: reach.signed_in_at(person.number) for person in company.customers}
    with path.open("w", encoding="utf-8") as out:
        for number, happening in enumerate(h for h in company.happenings if h.device):
            out.write(
                json.dumps(_web_call(number, happening, reach, signed_in[happening.customer]), ensure_ascii=False)
            )
            out.write("\n")


def _web_call(
    number: int, happening: Happening, reach: _Contacts, signed_in: Mapping[int, int]
) -> Mapping[str, object]:
    page = happening.activity == "page_viewed"
    context: dict[str, object] = {
        "page": {"path": f"/produkter/{happening.product}" if happening.product else "/"},
        "device": {"type": "mobile" if happening.device == 1 else "desktop"},
    }
    if happening.channel in _MEDIUM:
        context["campaign"] = {"medium": _MEDIUM[happening.channel]} | (
            {"name": happening.campaign} if happening.campaign else {}
        )
    if happening.at >= signed_in.get(happening.device, happening.at + 1):
        context["traits"] = {"email": email_of(happening.customer)}
    properties: dict[str, object] = {"screen": "phone" if happening.device == 1 else "desktop"}
    if happening.activity == "products_searched":
        properties["query"] = _SEARCHES[int(_digest(f"search {number}")[:8], 16) % len(_SEARCHES)]
    if happening.product:
        properties["product_id"] = happening.product
    if happening.price_minor is not None:
        properties["price"] = happening.price_minor / 100
    call: dict[str, object] = {
        "type": "page" if page else "track",
        "messageId": _digest(f"message {number}"),
        "anonymousId": reach.anonymous(happening),
        "timestamp": datetime.fromtimestamp(happening.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "properties": properties,
        "context": context,
    }
    call["name" if page else "event"] = "Start" if page else _EVENT_NAMES[happening.activity]
    return call


def _web_orders(path: Path, company: Company, reach: _Contacts) -> None:
    """One row per order line, the order's total repeated on each; local times without an offset."""
    steps: dict[int, dict[str, Happening]] = {}
    for happening in company.happenings:
        if happening.order is not None:
            steps.setdefault(happening.order, {})[happening.activity] = happening

    def rows() -> Iterator[tuple[str, ...]]:
        for order, step in steps.items():
            placed = step["order_completed"]
            if placed.channel == "store":
                continue
            paid = _kronor(placed.price_minor, ".")
            returned = step.get("order_returned")
            lines = [(placed.product or "", str(quantity(reach.customer(placed.customer))))]
            if order % 3 == 0:
                lines.append(("EX-FRAKT", "1"))
            for article, count in lines:
                yield (
                    f"#{order}",
                    _local(placed.at),
                    "Offert" if placed.channel == "phone" else "Webb",
                    email_of(placed.customer),
                    reach.phone(placed.customer),
                    article,
                    count,
                    paid,
                    placed.place or "",
                    _local_of(step.get("order_shipped")),
                    _local_of(step.get("order_delivered")),
                    _local_of(returned),
                    paid if returned else "",
                )

    header = "Order,Skapad,Kanal,E-post,Telefon,Artikel,Antal,Totalt,Lager,Skickad,Levererad,Returnerad,Återbetalt"
    _write_csv(path, header.split(","), rows(), delimiter=",", encoding="utf-8")


def _till(path: Path, company: Company, reach: _Contacts) -> None:
    """Semicolons, decimal commas, date and time apart, an old code page; a visit is a member's card read."""
    names = {"store_visited": "Besök", "order_completed": "Köp", "order_returned": "Retur"}
    at_the_counter = {h.order for h in company.happenings if h.activity == "order_completed" and h.channel == "store"}

    def rows() -> Iterator[tuple[str, ...]]:
        for number, happening in enumerate(company.happenings):
            visit = happening.activity == "store_visited"
            if not visit and (happening.order not in at_the_counter or happening.activity not in names):
                continue
            day, clock = _local(happening.at).split(" ")
            amount = "" if visit else _kronor(happening.price_minor, ",")
            yield (
                f"K{number:06}",
                day,
                clock,
                happening.place or "",
                names[happening.activity],
                reach.member(happening.customer),
                email_of(happening.customer),
                "" if visit else f"#{happening.order}",
                happening.product or "",
                {"in stock": "i lager", "out of stock": "slut"}.get(happening.circumstance, ""),
                f"-{amount}" if happening.activity == "order_returned" else amount,
            )

    header = "Kvitto;Datum;Tid;Butik;Typ;Medlem;E-post;Order;Artikel;Lagerstatus;Belopp"
    _write_csv(path, header.split(";"), rows(), delimiter=";", encoding="cp1252")


def _cases(path: Path, company: Company, reach: _Contacts) -> None:  # noqa: ARG001 - as every writer
    """Questions, tickets and complaints: one row each, with its first answer."""
    answered = {h.case: h for h in company.happenings if h.activity in _CASE_ANSWERS}

    def rows() -> Iterator[tuple[str, ...]]:
        for asked in company.happenings:
            if asked.activity in _CASES:
                yield (
                    f"A-{asked.case}",
                    _CASES[asked.activity],
                    _WAYS_IN[asked.channel],
                    email_of(asked.customer),
                    _local(asked.at),
                    _local_of(answered.get(asked.case)),
                    _ROLES[asked.channel],
                )

    header = "Nummer,Typ,Väg in,E-post,Skapad,Första svar,Roll"
    _write_csv(path, header.split(","), rows(), delimiter=",", encoding="utf-8")


def _sales_log(path: Path, company: Company, reach: _Contacts) -> None:
    """Booked calls and quotes: one row each, with when it was held or sent."""
    done = {h.case: h for h in company.happenings if h.activity in _SALES_ANSWERS}

    def rows() -> Iterator[tuple[str, ...]]:
        for begun in company.happenings:
            if begun.activity in _SALES:
                yield (
                    f"S-{begun.case}",
                    _SALES[begun.activity],
                    reach.phone(begun.customer),
                    email_of(begun.customer),
                    _local(begun.at),
                    _local_of(done.get(begun.case)),
                    "Säljare",
                )

    header = "Nummer;Typ;Telefon;E-post;Bokad;Klar;Roll"
    _write_csv(path, header.split(";"), rows(), delimiter=";", encoding="utf-8-sig")


def _write_csv(
    path: Path, header: list[str], rows: Iterable[tuple[str, ...]], *, delimiter: str, encoding: str
) -> None:
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)


def _by_customer(happenings: Iterable[Happening]) -> Mapping[int, list[Happening]]:
    grouped: dict[int, list[Happening]] = {}
    for happening in happenings:
        grouped.setdefault(happening.customer, []).append(happening)
    return grouped


def _fictional_numbers() -> Iterator[str]:
    return (f"{prefix}{last:02}" for prefix, first, end in FICTIONAL_NUMBERS for last in range(first, end + 1))


def _digest(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:24]


def _local(at: int) -> str:
    return datetime.fromtimestamp(at, rhythm.ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _local_of(happening: Happening | None) -> str:
    return "" if happening is None else _local(happening.at)


def _kronor(minor: int | None, mark: str) -> str:
    return "" if minor is None else f"{minor // 100}{mark}{minor % 100:02}"
