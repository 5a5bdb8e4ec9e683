"""Static files as a table in memory: each with a digest in its address, so that a browser may keep it for ever.

The product has a handful of small files (one stylesheet, htmx, a module or two); they are found once, at start, in the
apps' own folders. Nothing is collected or copied.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage

# Of the packages' own files only what our pages ask for; the rest has no business being served.
SERVED_PREFIXES = ("ui/", "people/", "warehouse/", "insight/", "booking/", "desk/", "django_htmx/htmx-2.min.js")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to send."""

    body: bytes
    zipped: bytes
    content_type: str
    digest: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file that pages may ask for, by its name below /static/."""
    found: dict[str, StaticFile] = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            if name in found or not name.startswith(SERVED_PREFIXES):
                continue
            with storage.open(name) as file:
                body = file.read()
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            found[name] = StaticFile(
                body=body,
                zipped=gzip.compress(body, mtime=0),
                content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
                digest=hashlib.sha256(body).hexdigest()[:16],
            )
    return found


class DigestedStatic(StaticFilesStorage):
    """`{% static %}` with the file's digest: /static/ui/tillit.css?v=3f0c…"""

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: ARG002 - the framework's signature
        address = super().url(name or "")
        return f"{address}?v={static_files()[name or ''].digest}"
