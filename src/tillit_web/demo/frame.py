"""What the demo adds to the frame of every page: its tabs, and how far the receipts have come."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tillit_web.demo.tabs import Kind, Tabs
from tillit_web.warehouse import queries

LABELS = {
    Kind.EXAMPLE: _("Exempelbutiken · simulated"),
    Kind.RECEIPTS: _("Real receipts"),
    Kind.OWN: _("Use my own file"),
}


def demo(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - every context processor is given the request
    """Context processor; adds nothing outside the demo."""
    found = Tabs.load(settings.DEMO_TABS)
    if found is None:
        return {}
    return {
        "demo_tabs": [
            {"label": LABELS[tab.kind], "address": tab.address, "here": tab.kind is found.here} for tab in found.tabs
        ],
        "demo_is_reading": found.here is Kind.RECEIPTS and queries.current_store() is None,
        "demo_reading": queries.being_read() if found.here is Kind.RECEIPTS else None,
    }
