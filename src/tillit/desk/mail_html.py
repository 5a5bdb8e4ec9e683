"""The text of an HTML mail, as a reader would see it; nothing in it is fetched, run or shown as HTML.

One pass over the tags, without a tree: what comes out is text and goes through every template as text, so a tag that is
misread harms nothing, while building a tree of 100,000 open elements takes parsers most of a minute.
"""

from __future__ import annotations

import re
from html import unescape

from tillit.desk.mail_text import LONGEST_READ, plain_text

_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(hidden|style|class|href)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""", re.IGNORECASE)
_BLOCKS = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "li"}
)
_NO_TAG = " \t\r\n=<>0123456789-"  # what follows a "<" that somebody wrote as "less than"
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "base", "col", "area", "source", "wbr"})
_UNREAD = frozenset({"head", "script", "style", "title", "template", "noscript", "textarea", "select", "iframe", "svg"})
_CLOSED_BY_THE_NEXT = frozenset({"p", "li", "td", "th", "tr"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
MOST_OPEN = 200  # elements; deeper ones are read as if they were not opened
MOST_QUOTED = 3
LONGEST_LINK = 300


def text_of_html(html: str) -> str:
    """Lines of text; a quotation's begin with ">", a link is followed by where it really leads."""
    reader = _Reader()
    html = html[: 4 * LONGEST_READ]
    lower = html.lower() if len(html.lower()) == len(html) else html
    at = 0
    while (begins := html.find("<", at)) >= 0:
        reader.say(html[at:begins])
        if html.startswith("<!--", begins):
            at = _after("-->", lower, begins)
        elif (tag := _TAG.match(html, begins)) is None:
            if not html[begins + 1 : begins + 2].strip(_NO_TAG):
                reader.say("<")
                at = begins + 1
            else:  # a tag whose quotes do not fit
                at = _after(">", html, begins)
        else:
            name, is_end = tag[2].lower(), bool(tag[1])
            at = tag.end()
            if name in _UNREAD and not is_end:
                at = _after(">", lower, _after(f"</{name}", lower, at))
            elif is_end:
                reader.end(name)
            else:
                reader.begin(name, tag[3])
    reader.say(html[at:])
    return plain_text(reader.text())


def _after(end: str, text: str, at: int) -> int:
    """The place behind the next `end`; without one all the rest belongs to what was opened."""
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


class _Reader:
    """Collects lines while elements open and close."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]
        self._open: list[tuple[str, bool, bool, str]] = []  # name, whether shown, whether quoted, where it leads

    def begin(self, name: str, attributes: str) -> None:
        if name in _BLOCKS:
            self._end_line()
        if name in ("br", "hr"):
            self._lines.append("")
        if name in _EMPTY:
            return
        if name in _CLOSED_BY_THE_NEXT and self._open and self._open[-1][0] == name:
            self.end(name)
        if len(self._open) < MOST_OPEN:
            told = {found[0].lower(): found[1] or found[2] or found[3] for found in _ATTRIBUTE.findall(attributes)}
            shown = self._is_shown and "hidden" not in told and not _HIDDEN.search(unescape(told.get("style", "")))
            quoted = name == "blockquote" or "gmail_quote" in told.get("class", "").split()
            leads = unescape(told.get("href", "")).strip() if name == "a" else ""
            self._open.append((name, shown, quoted, leads))
        if name == "li":
            self.say("- ")

    def end(self, name: str) -> None:
        if all(opened[0] != name for opened in self._open):
            return
        while self._open:
            opened, shown, _, leads = self._open[-1]
            if shown and leads.lower().startswith(("http:", "https:")) and leads not in self._lines[-1]:
                self._lines[-1] += f" <{leads[:LONGEST_LINK]}>"
            self._open.pop()
            if opened == name:
                break
        if name in _BLOCKS:
            self._end_line()

    def say(self, text: str) -> None:
        if not text or not self._is_shown:
            return
        said, line = re.sub(r"\s+", " ", unescape(text)), self._lines[-1]
        if not line:
            said = said.lstrip()
            depth = sum(quoted for _, _, quoted, _ in self._open)
            line = "> " * min(depth, MOST_QUOTED) if said else ""
        self._lines[-1] = line + said

    def text(self) -> str:
        """Everything that was read."""
        return "\n".join(line.rstrip() for line in self._lines)

    @property
    def _is_shown(self) -> bool:
        return not self._open or self._open[-1][1]

    def _end_line(self) -> None:
        if self._lines[-1]:
            self._lines.append("")
