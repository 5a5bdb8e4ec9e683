"""`tillit serve`: check what was asked, prepare the data directory, run the web and its worker until told to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

import uvicorn

from tillit.errors import TillitError
from tillit_web.collect.opening import open_storage
from tillit_web.collect.storage import StorageUnavailable
from tillit_web.serving.directory import open_directory
from tillit_web.serving.lock import serving_alone
from tillit_web.serving.supervisor import Supervisor

SWITCH_SECONDS = 0.000_5


class CannotServe(TillitError):
    """What was asked would be unsafe or impossible; the message holds the command to type instead."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the person who starts tillit may choose."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    behind_proxy: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    demo_token: str = ""  # signs in whoever opens the link on this machine; for `tillit demo` alone

    @property
    def has_tls(self) -> bool:
        """Whether we speak TLS ourselves."""
        return self.tls_cert is not None and self.tls_key is not None

    @property
    def is_exposed(self) -> bool:
        """Whether other machines can reach us."""
        return self.behind_proxy or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host to listen on can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(options: ServeOptions, *, hosts: str) -> None:
    """Refuse what would show customers' data to the neighbourhood.

    Args:
        hosts: The value of TILLIT_HOSTS.

    Raises:
        CannotServe: With the sentence to type instead.
    """
    if (options.tls_cert is None) != (options.tls_key is None):
        raise CannotServe("TLS needs both files: --tls-cert CERT.pem --tls-key KEY.pem")
    for path in (options.tls_cert, options.tls_key):
        if path is not None and not path.is_file():
            raise CannotServe(f"{path} is not a file. Give the paths of the certificate and its key, both as PEM.")
    start = f"tillit serve --data {options.data} --host {options.host} --port {options.port}"
    if not is_loopback(options.host) and not options.has_tls and not options.behind_proxy:
        raise CannotServe(
            f"{options.host} is reachable from other machines, and without TLS passwords and customers' data would "
            f"cross the network in the clear. With a certificate, type:\n  {start} --tls-cert CERT.pem --tls-key "
            f"KEY.pem\nBehind a proxy that speaks TLS, type:\n  {start} --behind-proxy"
        )
    if options.is_exposed and not hosts.strip():
        raise CannotServe(
            "other machines reach this installation, so it must know the name they type. Put it in front:\n"
            f"  TILLIT_HOSTS=tillit.example.com {start} …"
        )


def serve(options: ServeOptions, *, say: Callable[[str], None]) -> int:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        say: Told, line by line, what the person at the terminal should know.

    Returns:
        0 when stopped by request.

    Raises:
        CannotServe: Unsafe or impossible options, or the port is taken.
        AlreadyServing: Another process serves this directory.
    """
    check(options, hosts=os.environ.get("TILLIT_HOSTS", ""))
    options.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # the lock is a file in it
    with serving_alone(options.data):
        os.environ["TILLIT_EXPOSED"] = "1" if options.is_exposed else ""
        os.environ["TILLIT_DEMO_TOKEN"] = options.demo_token
        open_directory(options.data)
        try:
            open_storage(options.data).close()
        except StorageUnavailable as trouble:
            raise CannotServe(str(trouble)) from None
        listening = _listen(options)
        for line in _greeting(options, listening):
            say(line)
        _run(options, listening)
    say("tillit has stopped.")
    return 0


def _listen(options: ServeOptions) -> socket.socket:
    host = options.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, options.port), family=family, backlog=256)
    except OSError as error:
        raise CannotServe(
            f"cannot listen on {options.host}, port {options.port} ({error.strerror}). "
            f"Choose another: tillit serve --data {options.data} --port {options.port + 1}"
        ) from None


def _greeting(options: ServeOptions, listening: socket.socket) -> Iterator[str]:
    from tillit_web.serving.opening import first_owner_path  # Django's tables exist only after setup

    address = address_of(options, listening.getsockname()[1], hosts=os.environ.get("TILLIT_HOSTS", ""))
    yield f"tillit is at {address}/"
    path = first_owner_path()
    if options.demo_token:
        yield "Open the demo, already signed in:"
        yield f"  {address}/demo/enter/{options.demo_token}"
    elif path is not None:
        yield "Nobody owns it yet. Open this link once, within 24 hours, to make the owner's account:"
        yield f"  {address}{path}"
    yield "Stop it with Ctrl-C."


def address_of(options: ServeOptions, port: int, *, hosts: str) -> str:
    """What a person types to reach us: behind a proxy the proxy's name, which speaks TLS on its usual port."""
    public = hosts.split(",")[0].strip()
    if options.behind_proxy:
        return f"https://{public}"
    host = public if options.is_exposed else options.host
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{'https' if options.has_tls else 'http'}://{name}:{port}"


def _run(options: ServeOptions, listening: socket.socket) -> None:
    config = uvicorn.Config(
        "tillit_web.asgi:application",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        proxy_headers=options.behind_proxy,
        # Whoever says --behind-proxy says that nobody else reaches the port.
        forwarded_allow_ips="*" if options.behind_proxy else None,
        timeout_graceful_shutdown=5,
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
    )
    server = uvicorn.Server(config)

    from tillit_web.desk.mount import end_streams  # as above

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
        end_streams()
        server.should_exit = True

    # uvicorn sends itself the signal once more after it has stopped; without a handler of ours that would end this
    # process before the worker was stopped.
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    supervisor = Supervisor()
    supervisor.start()
    # Pages are made in threads of this process. By default one of them keeps a decision waiting for 5 ms at each step.
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        server.run(sockets=[listening])
    finally:
        supervisor.stop()
