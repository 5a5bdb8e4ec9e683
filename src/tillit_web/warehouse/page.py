"""What the pages of one import are drawn from."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tillit.errors import InputError
from tillit.events.builds import current_build
from tillit.events.currencies import exponent
from tillit.events.inspecting import UnderstoodAnswer, UnderstoodEvent, UnderstoodRow
from tillit.events.mapping import Mapping
from tillit.events.mapping_toml import parse_mapping
from tillit.events.segments import SegmentKind
from tillit_web.people.queries import company
from tillit_web.ui.templatetags.tillit import number, said
from tillit_web.warehouse.folders import open_log, rejected_path, sample_path
from tillit_web.warehouse.mapping_form import MappingForm, known_words
from tillit_web.warehouse.models import Import
from tillit_web.warehouse.receipts import ImportReceipt
from tillit_web.warehouse.understanding import Understanding, preview, values_of

# Codes of rejected rows that pages say in words; others are shown as they are.
REASONS = {
    "ragged": _("Another number of cells than the header"),
    "quote": _("A quotation mark that is not closed"),
    "encoding": _("Letters in another encoding"),
    "nul": _("Bytes that are not text"),
    "json": _("Not JSON"),
    "subject_missing": _("Nobody is named"),
    "activity_missing": _("No activity"),
    "time_missing": _("No time"),
    "time_unreadable": _("A time that cannot be read"),
    "amount_unreadable": _("An amount that cannot be read"),
    "sequence_unreadable": _("A place in the order that is no whole number"),
    "id_missing": _("No id"),
    "answer_unreadable": _("An answer that is neither yes nor no"),
    "answer_time_missing": _("An answer without its time"),
    "answer_time_ahead": _("An answer given later than now"),
    "purpose_unknown": _("An answer to nothing that is asked"),
    "way_of_contact_unknown": _("A way of contact that is none of ours"),
    "id_conflict": _("Came before with other content; the first stays"),
}


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """The first rows as events: what the table needs, and why there is none."""

    events: tuple[tuple[int, UnderstoodEvent, str], ...]  # row, event, its amount to the last decimal
    refused: tuple[UnderstoodRow, ...]
    silent: tuple[int, ...]  # rows that give no event because their times are empty
    has_amounts: bool
    has_objects: bool
    answers: tuple[tuple[int, UnderstoodAnswer], ...] = ()  # row and answer
    problem: str = ""


def mapping_form(row: Import, data: Dict[str, Any] | None = None) -> MappingForm:
    """The form for an import, on its mapping as it is kept."""
    mapping = _kept_mapping(row)
    facts = company()
    columns = tuple(row.understood["columns"])
    asked = {rule.activity.column for rule in mapping.events if rule.activity.column} if mapping else set()
    sample = sample_path(row.id)
    return MappingForm(
        data,
        mapping=mapping,
        columns=columns,
        values={column: values_of(sample, column) for column in asked if column in columns},
        zone=facts.timezone,
        currency=facts.currency,
    )


def page_of(row: Import, form: MappingForm | None = None) -> dict[str, Any]:
    """Everything that a page of this import shows, in its state."""
    done = _done_share(row)
    context: dict[str, Any] = {"row": row, "done_share": done, "left_share": 1 - done}
    if row.state == Import.State.UNDERSTOOD:
        found = Understanding.from_json(row.understood)
        context["found"] = found
        if not found.totals_only:
            context["form"] = form or mapping_form(row)
            context["preview"] = _preview(row, form)
            context["words"] = known_words()
    if row.receipt:
        context["receipt"] = ImportReceipt.from_json(row.receipt)
        context["reasons"] = [(REASONS.get(code, code), count) for code, count in context["receipt"].rows.reasons]
        context["has_rejected"] = rejected_path(row.id).is_file()
        with open_log() as log:
            context["logged"] = log.find_import(row.id.hex)
        context["is_built"] = is_built(row)
    return context


def is_built(row: Import) -> bool:
    """Whether the pages about journeys have this import's events by now."""
    with open_log() as log:
        build = current_build(log)
        theirs = {
            segment.id
            for kind in (SegmentKind.EVENTS, SegmentKind.LINKS)
            for segment in log.segments(kind)
            if segment.import_id == row.id.hex
        }
    return build is not None and theirs <= build.segments


def _preview(row: Import, form: MappingForm | None) -> ShownPreview:
    """The first rows by the form's choices, or by the kept mapping before anybody chose."""
    if form is not None and not form.is_valid():
        return ShownPreview((), (), (), False, False, problem=" ".join(_complaints(form)))
    mapping = form.corrected() if form is not None else _kept_mapping(row)
    if mapping is None:
        return ShownPreview((), (), (), False, False)
    sample = sample_path(row.id)
    try:
        rows = preview(sample, mapping)
    except InputError as error:
        if form is None:  # the page's first sentence says it already
            return ShownPreview((), (), (), False, False)
        return ShownPreview((), (), (), False, False, problem=said(error.sentence.renamed(sample.name, row.file_name)))
    events = tuple((shown.row, event, _exact(event)) for shown in rows for event in shown.events)
    return ShownPreview(
        events=events,
        refused=tuple(shown for shown in rows if shown.refused),
        silent=tuple(shown.row for shown in rows if not shown.events and not shown.answers and not shown.refused),
        answers=tuple((shown.row, answer) for shown in rows for answer in shown.answers),
        has_amounts=any(amount for _row, _event, amount in events),
        has_objects=any(event.object for _row, event, _amount in events),
    )


def _exact(event: UnderstoodEvent) -> str:
    """An amount as a person checks it: with every decimal, unlike elsewhere on our pages."""
    if event.amount_minor is None:
        return ""
    decimals = exponent(event.currency)
    return f"{number(event.amount_minor / 10**decimals, decimals)} {event.currency or ''}".rstrip()


def _complaints(form: MappingForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _kept_mapping(row: Import) -> Mapping | None:
    return parse_mapping(row.mapping, name="mapping") if row.mapping else None


def _done_share(row: Import) -> float:
    return min(1.0, row.done_bytes / row.file_bytes) if row.file_bytes else 0.0
