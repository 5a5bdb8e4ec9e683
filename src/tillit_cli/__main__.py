"""`tillit`: one line a command, each in a file of its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from tillit import __version__
from tillit.errors import TillitError
from tillit_cli.commands import COMMANDS, Command

MENDABLE = 2  # exit code: the message says what to do; argparse uses the same for a wrong argument
INTERRUPTED = 130  # what shells give a program stopped by Ctrl-C


def main(arguments: Sequence[str] | None = None, *, commands: Sequence[Command] = COMMANDS) -> int:
    """Run the command that was typed.

    Returns:
        Its exit code: 0 when it did what was asked, 2 after an error with a message that says how to mend it.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="tillit", description="Follow how customers really buy, and see where it hurts."
    )
    parser.add_argument("--version", action="version", version=f"tillit {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    chosen = None
    for command in commands:
        # Importing DuckDB, Arrow and Django takes a second; a person asking for help should not wait for them.
        if command.name in typed[:1]:
            import_module("tillit.engine.arrow").without_pandas()
            chosen = import_module(command.module)
            chosen.register(subparsers)
        else:
            subparsers.add_parser(command.name, help=command.summary)
    parsed = parser.parse_args(typed)
    if chosen is None:
        parser.print_help()
        return 0
    try:
        code = int(chosen.run(parsed))
        sys.stdout.flush()  # here a full disk or a closed pipe can still be named
        return code
    except TillitError as error:
        print(f"tillit {parsed.command}: {error}", file=sys.stderr)
        return MENDABLE
    except KeyboardInterrupt:
        print(f"tillit {parsed.command}: stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # `tillit … | head` closed the pipe; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        said = import_module("tillit_cli.disk").refused_by_disk(error, data=getattr(parsed, "data", None))
        if said is None:
            raise
        print(f"tillit {parsed.command}: {said}", file=sys.stderr)
        return MENDABLE


if __name__ == "__main__":
    sys.exit(main())
