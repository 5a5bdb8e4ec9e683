"""Killed between an answer's arrival and the ledger: no 2xx was given, and the retry puts it on record once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.collect.running_shop import running_shop
from tests.web.serving.running import start_serving, stop_serving
from tillit import fault

pytestmark = pytest.mark.torture
YES = {"userId": "17", "messageId": "yes-1", "purpose": "measurement", "granted": True, "wording": "2026-1"}


def test_a_yes_is_on_record_once_or_was_never_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_shop(tmp_path) as shop:
        pass
    monkeypatch.setenv("TILLIT_FAULT", "collect.before_consent")
    dying = start_serving(shop.data)
    with pytest.raises(OSError):
        replace(shop, url=dying.url).post("/v1/consent", YES, key=shop.server_key)
    assert dying.process.wait(30) == fault.EXIT_CODE
    assert dying.process.stdout is not None
    dying.process.stdout.close()
    assert shop.said("measurement") == []
    monkeypatch.delenv("TILLIT_FAULT")
    served = start_serving(shop.data)
    try:
        for _ in range(2):
            status, said, _headers = replace(shop, url=served.url).post("/v1/consent", YES, key=shop.server_key)
            # Its event may have been kept before; what counts is the ledger.
            assert (status, said["rejected"]) == (200, [])
            assert [granted for _, granted in shop.said("measurement")] == [True]
    finally:
        stop_serving(served)
