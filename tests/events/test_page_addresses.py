"""Addresses keep the page and the campaign, and lose the visitor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.events.page_addresses import CLICK_IDS, is_address, without_visitor


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://shop.example/skor?color=red", "https://shop.example/skor"),
        (
            "https://shop.example/?utm_source=brev&utm_medium=email&token=s3cret",
            "https://shop.example/?utm_source=brev&utm_medium=email",
        ),
        ("https://shop.example/?UTM_Source=brev", "https://shop.example/?utm_source=brev"),
        ("https://shop.example/?gclid=Cj0KCQ", "https://shop.example/?gclid=1"),
        ("https://shop.example/?utm_source=ana@example.org", "https://shop.example/?utm_source=[email]"),
        ("https://shop.example/?utm_source=ana%40example.org", "https://shop.example/?utm_source=[email]"),
        ("/avsluta/ana@example.org/klar", "/avsluta/[email]/klar"),
        ("/avsluta/ana%40example.org", "/avsluta/[email]"),
        ("/kund/850709-9805", "/kund/[personal_number]"),
        ("/kund/850709%2D9805", "/kund/[personal_number]"),
        ("https://ana:hemligt@shop.example/a", "https://shop.example/a"),
        ("//ana:hemligt@shop.example/a", "//shop.example/a"),
        ("https://shop.example/a#access_token=abc", "https://shop.example/a"),
        ("https://shop.example/#/skor/12?storlek=40", "https://shop.example/#/skor/12"),
        ("https://shop.example/a%20b/%C3%A5", "https://shop.example/a%20b/%C3%A5"),
        ("?q=rygg%20smärta&utm_campaign=vår", "?utm_campaign=vår"),
        ("/produkt/4006381333931", "/produkt/4006381333931"),
        ("", ""),
        ("?", ""),
        ("not an address", "not an address"),
    ],
)
def test_known_addresses(address: str, kept: str) -> None:
    assert without_visitor(address) == kept


@given(st.sampled_from(sorted(CLICK_IDS)), st.text("abcdefghijklmnop0123456789_-", min_size=8, max_size=40))
def test_the_number_of_a_click_is_never_kept(name: str, number: str) -> None:
    kept = without_visitor(f"https://shop.example/a?x=1&{name}={number}&utm_source=y")
    assert kept == f"https://shop.example/a?{name}=1&utm_source=y"


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = without_visitor(text)
    assert without_visitor(once) == once


@given(st.text("abc?=/%+@. 0123456789", max_size=60))
def test_nothing_of_another_parameter_is_kept(value: str) -> None:
    assert without_visitor(f"https://shop.example/a?x={value}&y={value}") == "https://shop.example/a"


@pytest.mark.parametrize(
    ("text", "whole"),
    [("https://shop.example/a", True), ("//shop.example", True), ("see https://shop.example", False), ("/a", False)],
)
def test_what_is_an_address_by_itself(text: str, whole: bool) -> None:
    assert is_address(text) is whole
