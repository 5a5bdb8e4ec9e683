"""Markdown as HTML that may stand on a public page."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "pre", "hr"}
# HTML in the text is shown as it was typed; headings begin below the page's own.
_markdown = MarkdownIt("commonmark", {"html": False})


def as_html(text: str) -> SafeString:
    """What a colleague wrote, as paragraphs, lists and links; anything else is shown as text or left out."""
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            token.tag = "h3" if token.tag in ("h1", "h2") else "h4"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel="noopener nofollow",
    )
    return mark_safe(cleaned)  # noqa: S308 - cleaned in the line above


def as_text(text: str, *, longest: int = 5000) -> str:
    """The same without any mark-up, for search engines' summaries and feeds."""
    return " ".join(nh3.clean(as_html(text), tags=set()).split())[:longest]
