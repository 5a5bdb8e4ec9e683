"""`tillit report`: the journeys of plain files as one page that stands on its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from tillit.errors import FileError
from tillit.journeys.stage_rules import default_stage_rules, load_stage_rules
from tillit.reports.page import render
from tillit.reports.report import report
from tillit.reports.size import CASES_BELOW
from tillit_cli.commands.funnel import add_funnel_arguments, funnel_spec
from tillit_cli.from_files import WHOLE_EVENTS, add_file_arguments, journeys_from, timezone_of
from tillit_cli.worth_arguments import add_worth_arguments, margin_of, promises_of


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser(
        "report",
        help="the journeys of files as one page",
        description="Write one page with the map, the stages, the ways and, with --goal, where it hurts and who "
        "contributed; with --step, a funnel. It has no script and loads nothing: it can be mailed, kept and printed.",
    )
    add_file_arguments(parser)
    parser.add_argument("--out", metavar="PAGE", type=Path, default=Path("report.html"), help="(default: report.html)")
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        help="of days and periods, and of times without an offset where nothing else says it "
        "(default: the mapping's, else UTC)",
    )
    parser.add_argument("--stages", metavar="RULES", type=Path, help="your own stage rules (default: tillit's)")
    add_worth_arguments(parser)
    add_funnel_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the page."""
    rules = load_stage_rules(args.stages) if args.stages else default_stage_rules()
    spec = funnel_spec(args) if args.step else None
    promises, margin_share = promises_of(args), margin_of(args)
    # Channels, which credit is shared over, stand in columns that are not read of a plain file; single cases need more.
    fewest_persons = WHOLE_EVENTS if args.goal else CASES_BELOW
    with journeys_from(args, timezone=args.timezone, fewest_persons=fewest_persons) as found:
        zone = timezone_of(found, args.timezone)
        told = report(found.view, rules, timezone=zone, funnel_spec=spec, promises=promises, margin_share=margin_share)
    page = render(told)
    try:
        args.out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise FileError(f"The page cannot be written to {args.out}: {error.strerror}. Choose another --out.") from error
    print(f"wrote {args.out}")
    return 0
