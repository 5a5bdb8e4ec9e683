"""What a stranger typed is kept as letters, and nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.desk.text import LONGEST, NoText, cleaned, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  hej\r\nhopp\r", "hej\nhopp"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("\u202egnp.exe", "gnp.exe"),  # would show as exe.png
        ("\u2066left\u2069", "left"),
        ("hu\u00adman\ufeff", "human"),
        ("👩\u200d🔧", "👩\u200d🔧"),  # a mechanic is one sign of three
        ("e\u0301", "é"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),  # made harmless where it is shown
    ],
)
def test_known_texts(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@pytest.mark.parametrize("typed", ["", "   \n\t ", "\x00\x01", "\u202e\u202d", "x" * (LONGEST + 1), "y" * 1_000_000])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    with pytest.raises(NoText, match=r"Write something|at most 4000"):
        cleaned(typed)


def test_the_longest_message_is_kept_whole() -> None:
    assert cleaned("å" * LONGEST) == "å" * LONGEST


@given(st.text(max_size=300))
def test_no_control_sign_is_left(typed: str) -> None:
    line = one_line(typed, longest=80)
    assert len(line) <= 80
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") or sign in "\u202a\u202e\u2066\u2069" for sign in line)
    try:
        kept = cleaned(typed)
    except NoText:
        return
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in kept)
    assert cleaned(kept) == kept
