"""What four countries ask of whoever measures and contacts people: a memory aid with its sources, not legal advice.

Data, not behaviour: nothing in the product switches on these rows. They were written from the laws and the authorities
named in them and are as of AS_OF; whoever changes one looks at its source and moves the date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AS_OF = date(2025, 6, 1)


@dataclass(frozen=True, slots=True)
class CountryRule:
    """One rule: what it is about, what it asks, and where it stands."""

    topic: Promise
    asks: Promise
    source: str


@dataclass(frozen=True, slots=True)
class Country:
    name: Promise
    authorities: str
    rules: tuple[CountryRule, ...]


_ON_THE_DEVICE = _("Storing or reading anything on the visitor’s device")
_BY_MAIL = _("Offers by e-mail and text message")
_BY_PHONE = _("Offers by phone")
_YES_FIRST = _("A yes first, unless it is necessary for what the visitor asked for. Statistics are not excepted.")
_MAIL_YES_FIRST = _("A yes first. Excepted: own similar goods to an existing customer who can easily say no each time.")

COUNTRIES: dict[str, Country] = {
    "SE": Country(
        _("Sweden"),
        "PTS, IMY, Konsumentverket",
        (
            CountryRule(_ON_THE_DEVICE, _YES_FIRST, "Lag (2022:482) om elektronisk kommunikation 9 kap. 28 § (PTS)"),
            CountryRule(_BY_MAIL, _MAIL_YES_FIRST, "Marknadsföringslagen (2008:486) 19 § (Konsumentverket)"),
            CountryRule(
                _BY_PHONE,
                _(
                    "Allowed until somebody says no; the trade’s register NIX-Telefon is followed. A sale made in a "
                    "call that the seller began binds the customer only after a written acceptance."
                ),
                "Marknadsföringslagen 21 §; Lag (2005:59) om distansavtal 3 kap. 4 §",
            ),
        ),
    ),
    "NO": Country(
        _("Norway"),
        "Nkom, Datatilsynet, Forbrukertilsynet",
        (
            CountryRule(_ON_THE_DEVICE, _YES_FIRST, "Ekomloven (2024) § 3-15 (Nkom, Datatilsynet)"),
            CountryRule(_BY_MAIL, _MAIL_YES_FIRST, "Markedsføringsloven § 15 (Forbrukertilsynet)"),
            CountryRule(
                _BY_PHONE,
                _("Not to anybody in the public register Reservasjonsregisteret, with exceptions for own customers."),
                "Markedsføringsloven §§ 12–13 (Forbrukertilsynet)",
            ),
        ),
    ),
    "DK": Country(
        _("Denmark"),
        "Digitaliseringsstyrelsen, Datatilsynet, Forbrugerombudsmanden",
        (
            CountryRule(_ON_THE_DEVICE, _YES_FIRST, "Cookiebekendtgørelsen (BEK 1148/2011)"),
            CountryRule(_BY_MAIL, _MAIL_YES_FIRST, "Markedsføringsloven § 10 (Forbrugerombudsmanden)"),
            CountryRule(
                _BY_PHONE,
                _("Calls to consumers only after they asked for it, with few exceptions by trade."),
                "Forbrugeraftaleloven § 4",
            ),
        ),
    ),
    "FI": Country(
        _("Finland"),
        "Traficom, Tietosuojavaltuutettu, KKV",
        (
            CountryRule(
                _ON_THE_DEVICE, _YES_FIRST, "Laki sähköisen viestinnän palveluista (917/2014) 205 § (Traficom)"
            ),
            CountryRule(_BY_MAIL, _MAIL_YES_FIRST, "917/2014 200 § (Tietosuojavaltuutettu)"),
            CountryRule(
                _BY_PHONE,
                _("Allowed until somebody says no. A sale made by phone needs a written confirmation by the customer."),
                "917/2014 202 §; Kuluttajansuojalaki 6 luku (KKV)",
            ),
        ),
    ),
}
