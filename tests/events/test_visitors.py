"""What is kept of a network address and of a browser's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.events.visitors import prefix, reduced_agent

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        (" 203.0.113.77 ", "203.0.113.0/24"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::/48"),
        ("[2001:db8:85a3::1]", "2001:db8:85a3::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix", ""),
        ("203.0.113.777", ""),
    ],
)
def test_an_address_is_cut_to_its_network(address: str, network: str) -> None:
    assert prefix(address) == network


@given(st.ip_addresses(v=4))
def test_the_last_byte_of_an_address_makes_no_difference(address: object) -> None:
    first_three, _, _ = str(address).rpartition(".")
    assert prefix(str(address)) == f"{first_three}.0/24"


@pytest.mark.parametrize(
    ("agent", "reduced"),
    [
        (f"{WINDOWS} Chrome/126.0.6478.127 Safari/537.36", "Chrome 126 desktop"),
        (f"{WINDOWS} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.81", "Edge 126 desktop"),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari 17 phone"),
        (f"{IPHONE} CriOS/126.0.6478.108 Mobile/15E148 Safari/604.1", "Chrome 126 phone"),
        (f"{IPHONE} Mobile/15E148 Instagram 337.0.2", "iOS app 17 phone"),
        (f"{PIXEL} Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome 126 phone"),
        (f"{PIXEL} Chrome/126.0.0.0 Safari/537.36", "Chrome 126 tablet"),
        (f"{PIXEL} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "Samsung Internet 25 phone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox 127 desktop"),
        (
            "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Chrome 120 phone",
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot 2 program"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookexternalhit 1 program"),
        (f"{WINDOWS} HeadlessChrome/126.0.0.0 Safari/537.36", "HeadlessChrome 126 program"),
        ("curl/8.5.0", "curl 8 program"),
        ("python-requests/2.32.3", "python-requests 2 program"),
        ("Kassa/3.2 (build 118)", "Kassa 3 other"),
        ("-", "unknown other"),
        ("", ""),
    ],
)
def test_an_agent_is_reduced(agent: str, reduced: str) -> None:
    assert reduced_agent(agent) == reduced


@given(st.text(max_size=1_500))
def test_any_agent_becomes_short(agent: str) -> None:
    assert len(reduced_agent(agent)) <= 80
