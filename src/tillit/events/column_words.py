"""What columns are called in English, Swedish and Norwegian, and what that says they hold.

Names are compared as `plain_words` writes them: lower case, words parted by one underscore.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from tillit.events.names import plain_name, snake_case
from tillit.vocabulary import IdentifierKind


class Holds(StrEnum):
    """What a column holds, apart from identifiers (`IDENTIFIER_WORDS`)."""

    EVENT_ID = "event_id"
    TIME = "time"
    DAY = "day"
    CLOCK = "clock"
    ACTIVITY = "activity"
    CHANNEL = "channel"
    FUNCTION = "function"
    ACTOR = "actor"
    AMOUNT = "amount"
    CURRENCY = "currency"
    ORDER = "order"
    OBJECT = "object"
    PLACE = "place"
    CAMPAIGN = "campaign"
    SEQUENCE = "sequence"
    NAME = "name"


# In each tuple the first that a file has is taken.
WORDS: dict[Holds, tuple[str, ...]] = {
    Holds.EVENT_ID: (
        *("event_id", "message_id", "event_uuid", "uuid", "händelse_id", "handelse_id", "händelseid"),
        *(
            "hendelse_id",
            "hendelsesid",
            "transaction_id",
            "transaktions_id",
            "transaksjons_id",
            "row_id",
            "rad_id",
            "id",
        ),
    ),
    Holds.TIME: (
        *("occurred_at", "event_time", "event_timestamp", "time_timestamp", "timestamp", "ts", "datetime", "date_time"),
        *("tidpunkt", "tidsstämpel", "tidsstampel", "tidspunkt", "tidsstempel", "händelsetid", "hendelsestidspunkt"),
        *("transaction_timestamp", "transaction_time", "complete_timestamp", "time", "tid"),
        *("created_at", "created", "create_date", "skapad", "opprettet", "started_at", "start_time", "start_timestamp"),
        *("event_date", "date", "datum", "dato", "händelsedatum", "hendelsesdato", "order_date", "ordered_at"),
        *("orderdatum", "ordredato", "beställningsdatum", "bestillingsdato", "köpdatum", "kjøpsdato", "purchase_date"),
        *(
            "order_purchase_timestamp",
            "transaction_date",
            "invoice_date",
            "fakturadatum",
            "fakturadato",
            "contact_date",
        ),
        *("kontaktdatum", "kontaktdato", "besöksdatum", "besøksdato", "visit_date"),
    ),
    Holds.DAY: ("date", "datum", "dato", "day", "dag", "event_date"),
    Holds.CLOCK: ("time", "tid", "klockslag", "klokkeslett", "klokkeslæt", "event_time", "time_of_day"),
    Holds.ACTIVITY: (
        *("activity", "activity_name", "concept_name", "aktivitet", "event", "event_name", "händelse", "handelse"),
        *("hendelse", "event_type", "händelsetyp", "handelsetyp", "hendelsestype", "kind", "action", "handling"),
        *("activity_type", "aktivitetstyp", "aktivitetstype", "what", "vad", "hva", "task", "type", "typ"),
    ),
    Holds.CHANNEL: (
        *(
            "channel",
            "kanal",
            "sales_channel",
            "försäljningskanal",
            "salgskanal",
            "marketing_channel",
            "contact_channel",
        ),
        *(
            "kontaktkanal",
            "source_channel",
            "utm_medium",
            "medium",
            "channel_name",
            "traffic_source",
            "utm_source",
            "origin",
            "source",
            "källa",
            "kilde",
        ),
    ),
    Holds.FUNCTION: ("function", "funktion", "funksjon", "department", "avdelning", "avdeling"),
    Holds.ACTOR: ("actor", "aktör", "aktør"),
    Holds.AMOUNT: (
        *("amount", "belopp", "beløp", "order_total", "total_amount", "total", "totalt", "summa", "sum", "revenue"),
        *("totalbelopp", "totalbeløp", "nettobelopp", "nettobeløp", "net_amount", "order_value", "ordervärde"),
        *("ordreverdi", "omsättning", "omsetning", "intäkt", "inntekt", "sales_value", "value", "värde", "verdi"),
        *("payment_value", "paid_amount", "pris", "price"),
    ),
    Holds.CURRENCY: ("currency", "currency_code", "valuta", "valutakod", "valutakode"),
    Holds.ORDER: (
        *("order_id", "order_number", "order_no", "order_nr", "ordernr", "ordernummer", "order", "ordre_id", "ordrenr"),
        *("ordrenummer", "ordre", "beställningsnummer", "bestillingsnummer", "basket_id", "receipt_id", "kvittonummer"),
        *("kvitteringsnummer", "invoice_number", "fakturanummer", "fakturanr"),
    ),
    Holds.OBJECT: (
        *(
            "object",
            "objekt",
            "product_id",
            "product",
            "produkt_id",
            "produkt",
            "artikel",
            "artikelnr",
            "artikelnummer",
        ),
        *("vare", "varenr", "varenummer", "sku", "item_id", "page", "url", "sida", "side", "page_path"),
    ),
    Holds.PLACE: (
        *("place", "plats", "sted", "store", "store_id", "shop", "butik", "butikk", "butiks_id", "butikk_id"),
        *("butiksnr", "filial", "location", "site", "kontor"),
    ),
    Holds.CAMPAIGN: ("campaign", "kampanj", "kampanje", "campaign_id", "campaign_name", "utm_campaign", "kampanjnamn"),
    Holds.SEQUENCE: (
        *("sequence", "sequence_number", "seq", "event_index", "step_number", "sekvens", "sekvensnummer", "löpnummer"),
        *("løpenummer", "ordning", "rekkefølge"),
    ),
    Holds.NAME: (
        *("name", "full_name", "namn", "navn", "customer_name", "kundnamn", "kundenavn", "contact_name"),
        *("first_name", "last_name", "förnamn", "efternamn", "fornavn", "etternavn", "billing_name", "user_name"),
    ),
}

# Kinds in the order in which a file's own subject is looked for.
IDENTIFIER_WORDS: dict[IdentifierKind, tuple[str, ...]] = {
    IdentifierKind.CUSTOMER: (
        *("case_concept_name", "case_id", "caseid", "case", "customer_id", "customerid", "customer", "customer_number"),
        *(
            "customer_no",
            "customer_unique_id",
            "kund_id",
            "kundid",
            "kundnr",
            "kundnummer",
            "kund",
            "kunde_id",
            "kundenr",
        ),
        *(
            "kundenummer",
            "kunde",
            "person_id",
            "personid",
            "person",
            "user_id",
            "userid",
            "user",
            "client_id",
            "client",
        ),
        *("contact_id", "account_id", "account", "subject", "subject_id", "buyer_id", "buyer", "köpare", "kjøper"),
        *("lead_id", "mql_id", "patient_id", "ärende_id", "ärendenr", "ärendenummer", "sak_id", "saksnr", "saksnummer"),
        *("användare", "användar_id", "bruker", "bruker_id", "ticket_id", "incident_id", "trace_id"),
    ),
    IdentifierKind.LOYALTY: (
        *("loyalty_id", "loyalty", "loyalty_number", "member_id", "member", "member_number", "membership_number"),
        *(
            "medlemsnummer",
            "medlemsnr",
            "medlem",
            "medlem_id",
            "card_number",
            "kortnummer",
            "kundklubb",
            "household_id",
        ),
        *("household_key", "bonuskort"),
    ),
    IdentifierKind.EMAIL: (
        *(
            "email",
            "e_mail",
            "epost",
            "e_post",
            "mail",
            "email_address",
            "e_postadress",
            "epostadress",
            "customer_email",
        ),
        *("e_postadresse", "epostadresse", "kundens_epost", "kundens_e_post", "billing_email", "contact_email"),
        *("user_email", "mejl", "mejladress"),
    ),
    IdentifierKind.PHONE: (
        *("phone", "phone_number", "telephone", "telefon", "telefonnummer", "telefonnr", "tlf", "mobile", "mobil"),
        *("mobile_number", "mobilnummer", "mobiltelefon", "billing_phone", "contact_phone", "customer_phone"),
    ),
    IdentifierKind.ANONYMOUS: (
        *("anonymous_id", "visitor_id", "visitor", "besökare", "besökar_id", "besøkende", "cookie_id", "cookie"),
        *("user_pseudo_id", "full_visitor_id", "device_id", "session_id", "user_session", "session", "sessions_id"),
    ),
}

# People who work here: no event carries them, whatever the file is about.
EMPLOYEES = frozenset(
    {
        *("resource", "org_resource", "employee", "employee_id", "agent", "agent_name", "assignee", "assigned_to"),
        *("owner", "contact_owner", "deal_owner", "seller", "salesperson", "sales_rep", "sdr_id", "sr_id", "operator"),
        *("submitter", "case_responsible", "responsible", "handler", "created_by", "updated_by", "opened_by"),
        *("closed_by", "resolved_by", "sys_created_by", "sys_updated_by", "staff", "advisor", "consultant", "cashier"),
        *("anställd", "medarbetare", "handläggare", "säljare", "ansvarig", "kundansvarig", "ägare", "kassör"),
        *(
            "rådgivare",
            "vår_referens",
            "ansatt",
            "medarbeider",
            "saksbehandler",
            "selger",
            "ansvarlig",
            "kundeansvarlig",
        ),
        *("eier", "rådgiver", "vår_referanse", "our_reference", "behandler", "konsult", "konsulent"),
    }
)

# Of these, words that may mean something else where a person chose the column; a guess leaves them out all the same.
_TWO_MEANINGS = frozenset(
    {
        *(
            "resource",
            "org_resource",
            "agent",
            "agent_name",
            "owner",
            "operator",
            "submitter",
            "responsible",
            "handler",
        ),
        *("ansvarig", "ansvarlig", "ägare", "eier", "behandler", "konsult", "konsulent", "consultant"),
    }
)

# What identifies a customer and belongs in no event.
IDENTIFYING = frozenset(
    {
        *("address", "adress", "adresse", "street", "gata", "gate", "gatuadress", "gateadresse", "postadress"),
        *("personnummer", "personnr", "fødselsnummer", "fodselsnummer", "ssn", "national_id", "organisationsnummer"),
        *("ip", "ip_address", "ip_adress", "ip_adresse", "user_agent", "date_of_birth", "birth_date", "födelsedatum"),
        *(
            "fødselsdato",
            "password",
            "lösenord",
            "passord",
            "comment",
            "comments",
            "kommentar",
            "message",
            "meddelande",
        ),
        *("melding", "note", "notes", "anteckning", "notat", "subject_line", "body", "text"),
    }
)


# A session is a visit, not a person: it stands in only where nothing better says whose the events are.
SESSIONS = frozenset({"session_id", "user_session", "session", "sessions_id"})
# Where a case is followed, a "user" column most often names who handled it.
CASES = frozenset({"case_concept_name", "case_id", "caseid", "case", "trace_id", "ticket_id", "incident_id"})
HANDLERS = frozenset({"user", "user_id", "userid", "person", "person_id", "user_name", "användare", "bruker"})


# Which step of an order a time column tells of, by a word in its name.
ORDER_STEPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("order_cancelled", frozenset({"cancelled", "canceled", "avbruten", "annullerad", "kansellert", "makulerad"})),
    ("order_shipped", frozenset({"shipped", "carrier", "fulfilled", "dispatched", "skickad", "skickades", "sendt"})),
    ("order_delivered", frozenset({"delivered", "levererad", "levererades", "levert"})),
    ("order_paid", frozenset({"paid", "approved", "betald", "betalades", "betalt"})),
)
NO_STEP = frozenset(
    {"estimated", "expected", "limit", "planned", "due", "beräknad", "förväntad", "forventet", "ventet"}
)

# Words that name an activity in some files and a sort of customer or product in others.
LOOSE_ACTIVITIES = frozenset({"type", "typ", "task", "action", "handling"})

TIME_ENDINGS = ("_at", "_on", "_time", "_timestamp", "_date", "_tid", "_datum", "_dato", "_tidspunkt")


@lru_cache(maxsize=4096)  # asked of every property of every call
def names_employee(column: str) -> bool:
    """Whether a column can only be about who of the staff it was: `Säljare`, `properties.employee_id`."""
    words = {plain_words(part) for part in column.split(".")}
    return not words.isdisjoint(EMPLOYEES - _TWO_MEANINGS)


def plain_words(column: str) -> str:
    """A column's name as the words here are written: `CustomerID` and `Customer id` are `customer_id`."""
    return plain_name(snake_case(column))
