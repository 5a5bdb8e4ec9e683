"""Whose event it is: identifiers, normalised and hashed so that no clear one is stored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from tillit.events.contract import CONTACT_SCHEMA
from tillit.vocabulary import IdentifierKind

DIGEST_BYTES = 16
BLOCK_BYTES = 64  # of SHA-256
_SUBJECT = pa.binary(DIGEST_BYTES)
# What programs write where there is no identifier. One such word would make one person of all who have none.
NOBODY = frozenset(
    {"", "0", "-1", "-", "--", ".", "?", "null", "none", "nil", "nan", "na", "n/a", "#n/a", "n.a.", "undefined", "\\n"}
    | {"unknown", "guest", "anonymous", "(null)", "(none)", "(not set)", "not set", "true", "false", "[object object]"}
    | {"okänd", "ukjent", "gäst", "gjest", "tuntematon", "00000000-0000-0000-0000-000000000000"}
)
_NOBODY = pa.array(sorted(NOBODY), pa.string())
# Addresses and numbers that are well-formed and nobody's: a program's own sender, and what is typed to get past a form.
_NOBODYS_ADDRESS = (
    r"^(?:null|none|nil|undefined|unknown|anonymous|guest|no-?reply|do-?not-?reply)(?:\+[^@]*)?@"
    r"|@(?:null|none|undefined|invalid|localhost)$"
)
_NOBODYS_NUMBER = "0{7,}$"
_ADDRESS = r"^[^@\s]+@[^@\s]+$"
_BESIDE_A_NAME = r"^[^@<>()]*[<(]([^@\s<>()]+@[^@\s<>()]+)[>)]$"  # Ana A <ana@example.org>, Ana A (ana@example.org)
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_NOT_DIALLED = re.compile(r"[\s\-./()\u00ad\u2010-\u2015]+")
# How an export of ours writes a subject, whose clear value it does not have. It stands for itself only where the
# mapping says so: a file from elsewhere could otherwise put events on anybody's subject.
HASHED = "hashed:"
_HASHED_FORM = r"^hashed:[0-9a-f]{32}$"
_PLAIN = re.compile("[!-~]+")  # nothing in it that Unicode would compose, trim or fold otherwise than ASCII
_MOST_REMEMBERED = 500_000  # identifiers; about 150 MB
# Numbers that systems give out by themselves, mostly from 1: a mapping's namespace tells one system's from another's.
NUMBERED_KINDS = frozenset({IdentifierKind.CUSTOMER, IdentifierKind.ORDER})
_CONTACT_KINDS = (IdentifierKind.EMAIL, IdentifierKind.PHONE)


def normalise(kind: IdentifierKind, value: str, *, region: str | None = None) -> str | None:
    """The one form in which an identifier is compared: lower case, trimmed, phone numbers as E.164.

    Args:
        region: ISO 3166 country of a phone number written without its country code.

    Returns:
        None where the value names nobody ("guest", "null", "0", noreply@…, a number of zeros) or is no e-mail address
        or phone number at all.
    """
    if kind not in _CONTACT_KINDS and _PLAIN.fullmatch(value):
        # What most identifiers are: a call of Arrow's for one text costs as much as a whole decision.
        low = value.lower()
        return None if low in NOBODY else low
    form: str | None = normalised_texts(kind, pa.array([value], pa.string()), region)[0].as_py()
    return form


def subject_of(kind: IdentifierKind, normalised: str, *, key: bytes) -> bytes:
    """The 16 bytes that stand for an identifier: HMAC-SHA-256 of `kind:value`, cut in half."""
    return _hashes(kind, [normalised], key)[0]


@dataclass(frozen=True, slots=True)
class Identified:
    """A column of identifiers after they were hashed."""

    subjects: pa.Array  # binary(16); null where nobody is named
    codes: npt.NDArray[np.int64]  # where in `values` each row's cell is, -1 where none stands
    values: list[str]  # the cells, each once, as they stood


class Subjects:
    """Turns columns of identifiers into subjects and gives the clear values of those that are taken.

    Each distinct value is hashed once as long as it is remembered; what is remembered is bounded.
    """

    def __init__(
        self, key: bytes, *, region: str | None = None, namespace: str | None = None, hashed: bool = False
    ) -> None:
        """`hashed` lets a value like `hashed:0f…` be the subject it names; elsewhere it is a text like any other."""
        self._key = key
        self._region = region
        self._namespace = namespace
        self._hashed = hashed
        self._known: dict[IdentifierKind, dict[str, bytes]] = {kind: {} for kind in IdentifierKind}
        # Clear forms of values that no taken row has named yet.
        self._untold: dict[IdentifierKind, dict[str, str]] = {kind: {} for kind in _CONTACT_KINDS}

    def identify(self, kind: IdentifierKind, cells: pa.Array) -> Identified:
        """Subjects of a column of texts."""
        encoded = cells.dictionary_encode()
        known = self._known[kind]
        if len(known) > _MOST_REMEMBERED:
            known.clear()
            self._untold.get(kind, {}).clear()
        values: list[str] = encoded.dictionary.to_pylist()
        digests = list(map(known.get, values))
        if None in digests:  # new values, and those that name nobody: few different ones
            unknown = pc.is_null(pa.array(digests, _SUBJECT))
            self._remember(kind, encoded.dictionary.filter(unknown))
            digests = list(map(known.get, values))
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return Identified(pa.array(digests, _SUBJECT).take(encoded.indices), codes, values)

    def contacts(self, kind: IdentifierKind, identified: Identified, rows: npt.NDArray[np.int64]) -> pa.Table:
        """The clear e-mails or phone numbers that these rows name, each at least once over all calls.

        Args:
            kind: As it was identified.
            identified: A column.
            rows: Places of the rows that are taken; what other rows name stays untold.

        Returns:
            Rows of CONTACT_SCHEMA.
        """
        untold = self._untold.get(kind)
        if not untold:
            return CONTACT_SCHEMA.empty_table()
        named = np.unique(identified.codes[rows])
        raw = [identified.values[code] for code in named if code >= 0 and identified.values[code] in untold]
        forms = [untold.pop(value) for value in raw]
        digests = pa.array([self._known[kind][value] for value in raw], _SUBJECT)
        return pa.table([digests, pa.repeat(str(kind), len(raw)), pa.array(forms, pa.string())], schema=CONTACT_SCHEMA)

    def _remember(self, kind: IdentifierKind, values: pa.Array) -> None:
        forms = normalised_texts(kind, values, self._region)
        if self._namespace is not None and kind in NUMBERED_KINDS:
            forms = pc.binary_join_element_wise(f"{self._namespace.lower()}/", forms, "")
        known = self._known[kind]
        if self._hashed:
            plain = _plain(values)
            ready = pc.match_substring_regex(plain, _HASHED_FORM)
            for value, own in zip(values.filter(ready).to_pylist(), plain.filter(ready).to_pylist(), strict=True):
                known[value] = bytes.fromhex(own[len(HASHED) :])
            forms = pc.if_else(ready, pa.scalar(None, pa.string()), forms)
        named = pc.is_valid(forms)
        raw, clear = values.filter(named).to_pylist(), forms.filter(named).to_pylist()
        known.update(zip(raw, _hashes(kind, clear, self._key), strict=True))
        if kind in self._untold:
            self._untold[kind].update(zip(raw, clear, strict=True))


def country_of_zone(timezone: str | None) -> str | None:
    """The country whose phone numbers a zone's people write without a country code; None for UTC and the like."""
    return None if timezone is None else _zone_countries().get(timezone)


def normalised_texts(kind: IdentifierKind, values: pa.Array, region: str | None) -> pa.Array:
    """`normalise` for an array of texts."""
    plain = _plain(values)
    if kind is IdentifierKind.EMAIL:
        plain = pc.replace_substring_regex(plain, "^mailto:", "")
        plain = pc.replace_substring_regex(plain, _BESIDE_A_NAME, r"\1")
        named = pc.and_not(pc.match_substring_regex(plain, _ADDRESS), pc.match_substring_regex(plain, _NOBODYS_ADDRESS))
    elif kind is IdentifierKind.PHONE:
        plain = pa.array([None if value is None else _phone(value, region) for value in plain.to_pylist()], pa.string())
        plain = pc.if_else(pc.match_substring_regex(plain, _NOBODYS_NUMBER), pa.scalar(None, pa.string()), plain)
        named = pc.is_valid(plain)
    else:
        named = pc.invert(pc.is_in(plain, value_set=_NOBODY))
    return pc.if_else(named, plain, pa.scalar(None, pa.string()))


def _plain(values: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.utf8_normalize(values, form="NFC")))


def _hashes(kind: IdentifierKind, values: Sequence[str], key: bytes) -> list[bytes]:
    """HMAC-SHA-256 with the blocks that come from the key worked out once: half the time of `hmac.digest`."""
    inner, outer = _begun(kind, key)
    digests = []
    for value in values:
        within, around = inner.copy(), outer.copy()
        within.update(value.encode())
        around.update(within.digest())
        digests.append(around.digest()[:DIGEST_BYTES])
    return digests


@lru_cache(maxsize=64)
def _begun(kind: IdentifierKind, key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """The inner and outer hash after the key's block; each digest goes on from a copy."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\x00")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + f"{kind}:".encode())
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def _phone(value: str, region: str | None) -> str | None:
    if value in NOBODY:
        return None
    dialled = _NOT_DIALLED.sub("", value.removeprefix("tel:"))
    if dialled.startswith("+") and _E164.fullmatch(dialled) and _is_canonical(dialled):
        return dialled
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _is_canonical(number: str) -> bool:
    """Whether parsing `+…` would give it back as it is: parsing takes 30 µs, too slow for millions of them."""
    for length in (1, 2, 3):
        if number[1 : 1 + length] in _plain_country_codes():
            return number[1 + length] != "0"
    return False


@lru_cache(maxsize=1)
def _plain_country_codes() -> frozenset[str]:
    """Country codes whose numbers are dialled with a leading 0, or nothing, inside the country, without other rules."""
    plain = set()
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        found = PhoneMetadata.metadata_for_region(regions[0], None)
        if found is not None and found.national_prefix_for_parsing in (None, "0"):
            plain.add(str(code))
    return frozenset(plain)


@lru_cache(maxsize=1)
def _zone_countries() -> dict[str, str]:
    lines = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
