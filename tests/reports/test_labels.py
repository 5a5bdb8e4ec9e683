from __future__ import annotations

import pytest

from tillit.reports.labels import broken


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("order_completed", ("order completed",)),
        ("checkout_step_completed", ("checkout step", "completed")),
        ("product_added_to_wishlist_by_customer_again", ("product added to", "wishlist by …")),
        ("W_Completeren_aanvraagformulier", ("W Completeren", "aanvraagformuli…")),
        ("Donaudampfschifffahrtsgesellschaft", ("Donaudampfschi…",)),
        ("A_PARTLYSUBMITTED", ("A", "PARTLYSUBMI…")),
        ("", ("",)),
    ],
)
def test_names_break_into_two_lines(name: str, lines: tuple[str, ...]) -> None:
    assert broken(name) == lines
