"""What four countries ask of whoever measures and contacts people: a memory aid with its sources, not legal advice.

Data, not behaviour: nothing in the product switches on these lines. Each says where it stands and when somebody last
held it against that source; whoever changes one looks there and moves its date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OLD_AFTER_DAYS = 365

DEVICE = _("Storing or reading anything on the visitor’s device")
PERSONAL = _("Keeping what customers do, and using it")
MAIL = _("Offers by e-mail and text message")
PHONE = _("Offers by phone")

YES_FIRST = _("A yes first, unless it is necessary for what the visitor asked for. Statistics are not excepted.")
GROUND = _(
    "A ground for each purpose, told to the customer in plain words; where that ground is a yes, it is as easily taken "
    "back. Whoever objects to direct marketing gets none."
)
MAIL_YES = _("A yes first. Excepted: own similar goods to an existing customer who can easily say no each time.")
PHONE_SE = _(
    "Allowed until somebody says no; the trade’s register NIX-Telefon is followed. A sale made in a call that the "
    "seller began binds the customer only after a written acceptance."
)
PHONE_NO = _("Not to anybody in the public register Reservasjonsregisteret, with exceptions for own customers.")
PHONE_DK = _("Calls to consumers only after they asked for it, with few exceptions by trade.")
PHONE_FI = _("Allowed until somebody says no. A sale made by phone needs a written confirmation by the customer.")


@dataclass(frozen=True, slots=True)
class CountryRule:
    """One line: what it is about and asks, where it stands, who watches over it, and when it was last looked up."""

    country: str  # ISO 3166
    topic: Promise
    asks: Promise
    source: str
    authority: str
    as_of: date


NAMES: dict[str, Promise] = {"SE": _("Sweden"), "NO": _("Norway"), "DK": _("Denmark"), "FI": _("Finland")}
_THEN = date(2025, 6, 1)
RULES: tuple[CountryRule, ...] = (
    CountryRule("SE", DEVICE, YES_FIRST, "Lag (2022:482) om elektronisk kommunikation 9 kap. 28 §", "PTS", _THEN),
    CountryRule("SE", PERSONAL, GROUND, "GDPR art. 6, 7, 13, 21", "IMY", _THEN),
    CountryRule("SE", MAIL, MAIL_YES, "Marknadsföringslagen (2008:486) 19 §", "Konsumentverket", _THEN),
    CountryRule(
        "SE",
        PHONE,
        PHONE_SE,
        "Marknadsföringslagen 21 §; lag (2005:59) om distansavtal 3 kap. 4 §",
        "Konsumentverket",
        _THEN,
    ),
    CountryRule("NO", DEVICE, YES_FIRST, "Ekomloven (2024) § 3-15", "Nkom, Datatilsynet", _THEN),
    CountryRule("NO", PERSONAL, GROUND, "Personopplysningsloven § 1; GDPR art. 6, 7, 13, 21", "Datatilsynet", _THEN),
    CountryRule("NO", MAIL, MAIL_YES, "Markedsføringsloven § 15", "Forbrukertilsynet", _THEN),
    CountryRule("NO", PHONE, PHONE_NO, "Markedsføringsloven §§ 12–13", "Forbrukertilsynet", _THEN),
    CountryRule("DK", DEVICE, YES_FIRST, "Cookiebekendtgørelsen (BEK 1148/2011)", "Digitaliseringsstyrelsen", _THEN),
    CountryRule("DK", PERSONAL, GROUND, "GDPR art. 6, 7, 13, 21", "Datatilsynet", _THEN),
    CountryRule("DK", MAIL, MAIL_YES, "Markedsføringsloven § 10", "Forbrugerombudsmanden", _THEN),
    CountryRule("DK", PHONE, PHONE_DK, "Forbrugeraftaleloven § 4", "Forbrugerombudsmanden", _THEN),
    CountryRule("FI", DEVICE, YES_FIRST, "Laki sähköisen viestinnän palveluista (917/2014) 205 §", "Traficom", _THEN),
    CountryRule("FI", PERSONAL, GROUND, "GDPR art. 6, 7, 13, 21", "Tietosuojavaltuutettu", _THEN),
    CountryRule("FI", MAIL, MAIL_YES, "917/2014 200 §", "Tietosuojavaltuutettu", _THEN),
    CountryRule(
        "FI", PHONE, PHONE_FI, "917/2014 200 §; Kuluttajansuojalaki 6 luku", "Tietosuojavaltuutettu, KKV", _THEN
    ),
)


@dataclass(frozen=True, slots=True)
class CountryPage:
    """What the page shows of one country. `as_of` is when its oldest line was last looked up."""

    name: Promise
    rules: tuple[CountryRule, ...]
    as_of: date
    is_old: bool


def country_page(code: str, *, today: date) -> CountryPage:
    """The lines of one of NAMES, and whether any of them is more than a year old."""
    rules = tuple(rule for rule in RULES if rule.country == code)
    as_of = min(rule.as_of for rule in rules)
    return CountryPage(NAMES[code], rules, as_of, is_old=(today - as_of).days > OLD_AFTER_DAYS)
