"""A process that does the product's work and may be killed in it: `python -m tests.torture.steps DIRECTORY`.

It reads one command a line from stdin and does each in a child of its own, forked from here so that nothing is imported
twice; then it says how the child ended and what it found. `serve` alone is answered while its child runs.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import django

SECONDS_FOR_A_STEP = 90
DATA = Path(sys.argv[1])
# Set before the settings are read.
os.environ["TILLIT_DATA"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "tillit_web.settings"
django.setup()

import uvicorn  # noqa: E402 - after Django is set up
from django.core.management import call_command  # noqa: E402

from tillit.events.builds import current_build  # noqa: E402
from tillit.events.compacting import compact  # noqa: E402
from tillit.events.importing import import_file  # noqa: E402
from tillit.events.key import read_or_create_key  # noqa: E402
from tillit.events.log import EventLog  # noqa: E402
from tillit.events.publishing import undo  # noqa: E402
from tillit.journeys.locked import store_key  # noqa: E402
from tillit.journeys.store import OrderedStore  # noqa: E402
from tillit_web.collect import actions  # noqa: E402
from tillit_web.collect.app import Collector  # noqa: E402
from tillit_web.collect.committer import Committer  # noqa: E402
from tillit_web.collect.keyring import KeyRing  # noqa: E402
from tillit_web.collect.limits import Limits  # noqa: E402
from tillit_web.collect.opening import open_storage  # noqa: E402
from tillit_web.collect.sealing import seal_all  # noqa: E402
from tillit_web.collect.storage import Arrival, Outcome, Refusal  # noqa: E402
from tillit_web.collect.verifying import verify_collection  # noqa: E402
from tillit_web.people.models import Company  # noqa: E402
from tillit_web.warehouse.builds import rebuild  # noqa: E402

RECEIVED_AT = 1_790_000_000_000_000


class YesBeforeTheCommit(Committer):
    """What a collector that cheats does: the answer goes out, the commit comes later."""

    async def put(self, arrived: Sequence[Arrival | Refusal]) -> list[Outcome]:
        self._unheard = asyncio.ensure_future(super().put(arrived))
        return [Outcome.ACCEPTED] * len(arrived)


def prepare() -> str:
    call_command("migrate", verbosity=0, interactive=False)
    Company.objects.create(id=1, name="Exempelbutiken", currency="SEK")
    read_or_create_key(DATA)
    return actions.create_key("torture").text


def serve(listening: socket.socket, *, cheats: bool) -> None:
    committer = (YesBeforeTheCommit if cheats else Committer)(lambda: open_storage(DATA))
    app = Collector(KeyRing(), committer, Limits(), key=read_or_create_key(DATA))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    uvicorn.Server(config).run(sockets=[listening])


def bring_in(name: str) -> int:
    with EventLog.open(DATA) as log:
        work = DATA / "imports" / name
        path = DATA.parent / f"{name}.jsonl"
        key = read_or_create_key(DATA)
        return import_file(log, name, path, None, key=key, received_at=RECEIVED_AT, work=work).receipt.accepted


def take_out(name: str) -> None:
    with EventLog.open(DATA) as log:
        undo(log, name, work=DATA / "imports" / name)


def put_together() -> int:
    with EventLog.open(DATA) as log:
        return compact(log, fewest=2)


def built() -> int:
    """How many events the current build has."""
    with EventLog.open(DATA) as log:
        build = current_build(log)
    assert build is not None
    store = OrderedStore.open(build.directory, key=store_key(read_or_create_key(DATA)))
    store.verify()
    return sum(len(store.read(bucket, ["occurred_at"]).columns["occurred_at"]) for bucket in store.buckets)


def verified() -> list[str]:
    """Everything the product itself finds wrong."""
    with EventLog.open(DATA) as log:
        damaged = [str(damage) for damage in log.verify()]
    return [*damaged, *verify_collection(DATA).wrong]


STEPS: dict[str, Callable[..., Any]] = {
    "prepare": prepare,
    "seal": seal_all,
    "compact": put_together,
    "import": bring_in,
    "undo": take_out,
    "build": rebuild,
    "built": built,
    "verified": verified,
}


def _child(command: dict[str, Any], told: int, listening: socket.socket | None) -> None:
    signal.alarm(SECONDS_FOR_A_STEP)
    os.environ.pop("TILLIT_FAULT", None)
    if command.get("fault"):
        os.environ["TILLIT_FAULT"] = command["fault"]
    try:
        if listening is not None:
            serve(listening, cheats=bool(command.get("cheats")))
        else:
            found = STEPS[command["step"]](*command.get("with", ()))
            os.write(told, json.dumps(found).encode())
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _fork(command: dict[str, Any], listening: socket.socket | None = None) -> tuple[int, int]:
    reading, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(command, told, listening)
    os.close(told)
    return child, reading


def main() -> None:
    """Do what stdin says until it ends."""
    for line in sys.stdin:
        command = json.loads(line)
        if command["step"] == "serve":
            with closing(socket.create_server(("127.0.0.1", 0))) as listening:
                child, reading = _fork(command, listening)
                os.close(reading)
                answer = {"child": child, "port": listening.getsockname()[1]}
        elif command["step"] == "ended":
            answer = {"code": os.waitstatus_to_exitcode(os.waitpid(command["child"], 0)[1])}
        else:
            child, reading = _fork(command)
            with open(reading, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
                found = file.read()
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            answer = {"code": code, "found": json.loads(found) if found else None}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
