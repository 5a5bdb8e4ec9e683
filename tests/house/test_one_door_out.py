"""Nothing in the product opens a connection but the guarded door, and those who are named here with their reason."""

from __future__ import annotations

import ast
from pathlib import Path

PRODUCT = Path(__file__).parents[2] / "src" / "tillit_web"
WAYS_OUT = frozenset(
    {
        *("socket", "ssl", "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "niquests"),
        *("ftplib", "telnetlib", "poplib", "nntplib", "xmlrpc", "websockets", "socketserver", "smtplib", "imaplib"),
    }
)
MAY = {
    "outgoing.py": {"socket", "ssl", "http.client"},  # the door itself
    "serving/start.py": {"socket"},  # listens
    "demo/start.py": {"socket", "urllib.request"},  # asks the installations that it started, on this machine
    "booking/outbox.py": {"smtplib"},  # tells a refusal from a server that is down; Django's own link sends
    "mailboxes/problems.py": {"ssl"},  # tells a certificate's fault from others, and connects to nothing
}
MAIL = {"smtplib", "imaplib", "ssl"}  # speak no HTTP; servers that the environment or the owner names, over TLS alone
MAY_MAIL = ("mail.py", "mailboxes/imap.py", "mailboxes/smtp.py")


def imported(path: Path) -> set[str]:
    """Modules that a file imports, by any of the ways Python has."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "import_module"):
            names |= {str(value.value) for value in node.args if isinstance(value, ast.Constant)}
    return {way for way in WAYS_OUT for name in names if name == way or name.startswith(f"{way}.")}


def allowed(path: str) -> set[str]:
    return MAY.get(path, set()) | (MAIL if path.startswith(MAY_MAIL) else set())


def test_nobody_else_opens_connections() -> None:
    found = {str(path.relative_to(PRODUCT)): imported(path) for path in PRODUCT.rglob("*.py")}
    assert found["outgoing.py"] == MAY["outgoing.py"]
    wrong = {path: sorted(names - allowed(path)) for path, names in found.items() if names - allowed(path)}
    assert not wrong, f"ask through tillit_web.outgoing: {wrong}"
