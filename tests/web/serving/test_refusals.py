"""What `tillit serve` refuses, and that it says what to type instead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tillit_web.serving.lock import AlreadyServing, holder, serving_alone
from tillit_web.serving.start import CannotServe, ServeOptions, address_of, check

DATA = Path("data")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    check(ServeOptions(DATA, host=host), hosts="")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "shop.example"])
def test_other_machines_need_tls_or_a_proxy(host: str) -> None:
    with pytest.raises(CannotServe, match=r"(?s)--tls-cert CERT\.pem --tls-key KEY\.pem.*--behind-proxy"):
        check(ServeOptions(DATA, host=host), hosts="shop.example")


def test_behind_a_proxy_the_name_that_people_type_must_be_known() -> None:
    with pytest.raises(CannotServe, match=r"TILLIT_HOSTS=tillit\.example\.com tillit serve"):
        check(ServeOptions(DATA, behind_proxy=True), hosts=" ")
    check(ServeOptions(DATA, behind_proxy=True), hosts="tillit.example.com")


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="both files"):
        check(ServeOptions(DATA, tls_cert=tmp_path / "cert.pem"), hosts="")
    with pytest.raises(CannotServe, match=r"cert\.pem is not a file"):
        check(ServeOptions(DATA, tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem"), hosts="")


def test_a_directory_is_served_once_and_the_refusal_names_the_process(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with serving_alone(tmp_path):
        assert holder(tmp_path) == str(os.getpid())
        with pytest.raises(AlreadyServing, match=f"process {os.getpid()}"), serving_alone(tmp_path):
            pass
    assert holder(tmp_path) is None
    with serving_alone(tmp_path):
        pass


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (ServeOptions(DATA), "http://127.0.0.1:8000"),
        (ServeOptions(DATA, host="::1"), "http://[::1]:8000"),
        (ServeOptions(DATA, behind_proxy=True), "https://shop.example"),
        (ServeOptions(DATA, host="0.0.0.0", tls_cert=DATA, tls_key=DATA), "https://shop.example:8000"),
    ],
)
def test_the_printed_address_is_the_one_that_people_type(options: ServeOptions, address: str) -> None:
    assert address_of(options, 8000, hosts="shop.example, other.example") == address
