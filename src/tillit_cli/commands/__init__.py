"""The commands, in the order help shows them. Only the module of the one that was typed is imported.

A module `tillit_cli/commands/<module>.py` has `register(subparsers)`, which adds the parser named like the command with
its arguments, and `run(args) -> int`, which calls one function of the core or the product and prints.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is what is typed, `summary` its line in `tillit --help`, `module` where it is imported from."""

    name: str
    summary: str
    module: str


COMMANDS: tuple[Command, ...] = (
    Command("backup", "copy a data directory into one encrypted file", "tillit_cli.commands.backup"),
    Command("credit", "how credit for sales can be shared, by several models", "tillit_cli.commands.credit"),
    Command("demo", "see tillit with a simulated company and real receipts", "tillit_cli.commands.demo"),
    Command("evaluate", "what a person adds to the machine, from drawn decisions", "tillit_cli.commands.evaluate"),
    Command("export", "write every event as plain files", "tillit_cli.commands.export"),
    Command("export-decisions", "write who was met how, with its odds", "tillit_cli.commands.export_decisions"),
    Command("fairness", "whether groups of customers are met alike", "tillit_cli.commands.fairness"),
    Command("forget", "erase a person, and print the receipt", "tillit_cli.commands.forget"),
    Command("friction", "where more customers are lost than at comparable steps", "tillit_cli.commands.friction"),
    Command("funnel", "how far customers get along a row of steps", "tillit_cli.commands.funnel"),
    Command("identity", "which identifiers are one person, and which are held apart", "tillit_cli.commands.identity"),
    Command("import", "bring files into a data directory", "tillit_cli.commands.import_"),
    Command("inspect", "show how a file is understood, and write its mapping", "tillit_cli.commands.inspect"),
    Command("journeys", "how customers really go: steps, waits, starts, ends", "tillit_cli.commands.journeys"),
    Command("key", "make, list and revoke the keys that events come in with", "tillit_cli.commands.key"),
    Command("mail", "take in a mail that a mail server hands over", "tillit_cli.commands.mail"),
    Command("plan", "what it takes to learn whether a person helps at a moment", "tillit_cli.commands.plan"),
    Command("readiness", "how near customers are to an outcome", "tillit_cli.commands.readiness"),
    Command("report", "the journeys of files as one page", "tillit_cli.commands.report"),
    Command("restore", "put a backup in the place of a data directory", "tillit_cli.commands.restore"),
    Command("retention", "how long what is kept, and what would go next", "tillit_cli.commands.retention"),
    Command("serve", "run tillit in the browser", "tillit_cli.commands.serve"),
    Command("simulate", "write the files of a made company", "tillit_cli.commands.simulate"),
    Command("upgrade", "bring a data directory of an older tillit up to this one", "tillit_cli.commands.upgrade"),
    Command("verify", "check that nothing in a data directory has changed by itself", "tillit_cli.commands.verify"),
    Command("whatif", "what hangs on a touchpoint, at most and at least", "tillit_cli.commands.whatif"),
    Command("doctor", "say whether a data directory is well", "tillit_cli.commands.doctor"),
)
