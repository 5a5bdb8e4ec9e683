"""`tillit serve`: the product in the browser."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from tillit_cli.whole_numbers import port
from tillit_web.serving.start import ServeOptions, serve


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "serve",
        help="run tillit in the browser",
        description="Run tillit in the browser: web and worker, until Ctrl-C. The first start prints a one-time link "
        "that makes the owner's account.",
    )
    parser.add_argument("--data", type=Path, default=Path("tillit-data"), help="data directory (default: tillit-data)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=port, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--behind-proxy", action="store_true", help="a proxy that speaks TLS stands in front")
    parser.add_argument("--tls-cert", type=Path, metavar="PEM", help="certificate, with its chain")
    parser.add_argument("--tls-key", type=Path, metavar="PEM", help="the certificate's key")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    return serve(
        ServeOptions(
            data=args.data,
            host=args.host,
            port=args.port,
            behind_proxy=args.behind_proxy,
            tls_cert=args.tls_cert,
            tls_key=args.tls_key,
        ),
        say=partial(print, flush=True),
    )
