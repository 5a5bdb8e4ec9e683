"""`tillit simulate`: the files of a made company, to try imports on or to measure with."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tillit.simulate.company import simulate
from tillit.simulate.files import write_files
from tillit_cli.whole_numbers import above_zero


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "simulate",
        help="write the files of a made company",
        description="Write the exports of Exempelbutiken, a made company whose truth is known: web events, web orders, "
        "till, customer service and sales log, each with its mapping. The same seed gives the same files.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write; made if missing")
    parser.add_argument("--seed", type=int, default=20260105, help="(default: the demo's, 20260105)")
    parser.add_argument("--customers", type=above_zero, default=2_000, help="(default: 2000)")
    parser.add_argument("--days", type=above_zero, default=180, help="(default: 180)")


def run(args: argparse.Namespace) -> int:
    """Simulate and write."""
    args.out.mkdir(parents=True, exist_ok=True)
    company = simulate(np.random.default_rng(args.seed), customers=args.customers, days=args.days)
    names: list[str] = []
    mappings: list[str] = []
    for file in write_files(company, args.out):
        print(f"{file.path}  (mapping: {file.mapping.name})" if file.mapping else file.path)
        names.append(file.path.name)
        mappings += [f"--mapping {file.path.name}={file.mapping.name}"] if file.mapping else []
    print(f"\nNext, in {args.out}:")
    print(f"  tillit journeys {' '.join(names)} {' '.join(mappings)} --goal order_completed")
    return 0
