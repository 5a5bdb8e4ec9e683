"""The whole demo, as somebody at a terminal has it: an address, a simulated company, and nothing left afterwards."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

SECONDS_TO_STOP = 60
ENTRANCE = re.compile(r"(http://127\.0\.0\.1:\d+)/demo/enter/\S+")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path), "CI": "true"}
    command = [sys.executable, "-m", "tillit_cli", "demo", "--port", "8700"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        yield running
        running.kill()


def test_it_opens_signed_in_on_a_simulated_company_and_leaves_nothing(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if line.startswith("Stop"):
            break
    entrance = ENTRANCE.search("".join(said))
    assert entrance is not None, said

    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    page = opener.open(entrance[0]).read().decode()
    assert '<span class="company">Exempelbutiken</span>' in page
    assert 'class="simulated"' in page
    assert len(re.findall(r'<a href="http://127\.0\.0\.1:\d+/demo/enter/', page)) == 3
    # Without its cookie the same page is closed.
    assert "Exempelbutiken · simulated" not in build_opener().open(f"{entrance[1]}/home/").read().decode()

    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("tillit-demo-")]
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(SECONDS_TO_STOP) == 0
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("tillit-")]
