"""`{% load credit %}`: ranges of shares and places in a picture, as the pages of credit write them."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from tillit.credit.vocabulary import Evidence
from tillit_web.insight.credit.measured import EVIDENCE_LABELS
from tillit_web.insight.credit.who_page import ModelCell, TouchRow
from tillit_web.ui.templatetags.tillit import number

register = template.Library()

NO_BREAK = "\u00a0"


@register.filter
def plus(place: int, more: int) -> int:
    """Further down in a picture."""
    return place + more


@register.filter
def cell_range(cell: ModelCell) -> str:
    """ "12.0–18.4", in percent."""
    return f"{number(cell.low * 100, 1)}–{number(cell.high * 100, 1)}"


@register.filter
def spread(row: TouchRow) -> str:
    """ "9 to 31 of 100": from the lowest to the highest end of all models' ranges."""
    text = gettext("%(low)s to %(high)s of 100") % {"low": number(row.least * 100), "high": number(row.most * 100)}
    return text.replace(" ", NO_BREAK)


@register.filter
def evidence(grade: Evidence) -> str:
    """What stands behind a row, in the reader's words."""
    return str(EVIDENCE_LABELS[grade])
