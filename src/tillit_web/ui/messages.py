"""`python -m tillit_web.ui.messages [--check]`: collect the words of each app, and compile their translations.

Every app has its own locale folder; what the core says to people is in that of the app whose pages show it. English is
the language of the source, so Swedish and Norwegian have a catalogue and English has none. `--check` changes nothing
and fails on a word without translation, one that fills in other values than its source, a fuzzy one, one no longer
used, or a compiled file that is older than its source.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

import tillit

Translation = str | tuple[str, ...] | list[str] | None  # Babel's; several strings where there is a plural

PRODUCT = Path(__file__).parents[1]
CORE = Path(tillit.__file__).parent
SAYS_FOR_THE_CORE = "warehouse"
TRANSLATED = ("sv", "nb")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "sentence": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
READ = frozenset({".py", ".html", ".txt", ".toml"})
# The same words must give the same file on every machine and day.
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def apps() -> tuple[Path, ...]:
    """Folders of the product that have pages or words."""
    return tuple(sorted(path.parent for path in PRODUCT.glob("*/apps.py")))


def words_of(app: Path) -> Catalog:
    """Every translatable string in an app's Python and templates, without translations."""
    catalog = Catalog(charset="utf-8")
    for root in (app, CORE) if app.name == SAYS_FOR_THE_CORE else (app,):
        for path in sorted(root.rglob("*")):
            if path.suffix not in READ or "migrations" in path.parts or "locale" in path.parts:
                continue
            for message, comments, context in _words_in(path):
                where = (str(path.relative_to(root)), 0)
                catalog.add(message, locations=[where], auto_comments=comments, context=context)
    return catalog


def _words_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":  # a recipe says what is always true of a product's export
        about = tomllib.loads(source).get("recognise", {})
        yield from ((line, [], None) for line in (*about.get("notes", ()), *about.get("unsure", ())))
        return
    if path.suffix != ".py":
        # Django turns a template into something like Python that is not indented as Python is; inside a pair of
        # brackets the indentation does not matter.
        source = f"({templatize(source)}\n)"
    found = extract("python", io.BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"})
    for _line, message, comments, context in found:
        yield message, comments, context


def templatize(source: str) -> str:
    """A template's translatable tags as gettext calls."""
    from django.utils.translation import templatize as django_templatize

    return str(django_templatize(source))


def po_path(app: Path, language: str) -> Path:
    """Where an app keeps a language."""
    return app / "locale" / language / "LC_MESSAGES" / "django.po"


def load(path: Path, language: str) -> Catalog:
    """A catalogue from disk; an empty one where there is none yet."""
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(app: Path, language: str) -> Catalog:
    """An app's catalogue with today's words: kept where they are the same, never guessed from similar ones."""
    words = words_of(app)
    kept = load(po_path(app, language), language)
    fresh = Catalog(
        locale=language,
        domain="django",
        project="tillit",
        version="-",
        charset="utf-8",
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        last_translator="tillit",
        language_team="tillit",
        msgid_bugs_address="-",
        fuzzy=False,
        header_comment="",
    )
    for message in words:
        if not message.id:
            continue
        old = kept.get(message.id, context=message.context)
        fresh.add(
            message.id,
            old.string if old is not None else None,
            locations=message.locations,
            flags=set(old.flags) - {"fuzzy"} | ({"fuzzy"} if old is not None and old.fuzzy else set()) if old else (),
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return fresh


def compiled(catalog: Catalog) -> bytes:
    """The .mo of a catalogue."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def is_translated(string: Translation) -> bool:
    """Whether every form of a message has a translation."""
    if string is None or isinstance(string, str):
        return bool(string)
    return bool(string) and all(string)


def problems(app: Path, language: str) -> list[str]:
    """What --check has to say about one language of one app; empty is good."""
    fresh = update(app, language)
    path = po_path(app, language)
    here = path.relative_to(PRODUCT)
    found = [f"{here}: not translated: {message.id!r}" for message in fresh if not is_translated(message.string)]
    found += [f"{here}: fuzzy: {message.id!r}" for message in fresh if message.id and message.fuzzy]
    found += [f"{here}: other values: {message.id!r}" for message in fresh if not _has_the_values(message)]
    used = {(message.id, message.context) for message in fresh}
    old = load(path, language)
    found += [f"{here}: no longer used: {m.id!r}" for m in old if (m.id, m.context) not in used]
    binary = path.with_suffix(".mo")
    if len(fresh) and (not binary.is_file() or _strings(binary) != _strings_of(old)):
        found.append(f"{binary.relative_to(PRODUCT)}: older than its .po")
    return found


def _has_the_values(message: Message) -> bool:
    """Whether a translation fills in what its source does; a name of its own would end the page that says it."""
    source, translation = message.id, message.string
    if not isinstance(source, str) or not isinstance(translation, str) or not translation:
        return True  # sentences have no plural
    try:
        return _placeholders(translation) == _placeholders(source)
    except ValueError:
        return False


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _strings_of(catalog: Catalog) -> dict[object, object]:
    return {(_plain(m.id), m.context): _plain(m.string) for m in catalog if m.id and is_translated(m.string)}


def _strings(binary: Path) -> dict[object, object]:
    with binary.open("rb") as file:
        return {
            (_plain(m.id), _text(m.context)): _plain(m.string)
            for m in read_mo(file)
            if m.id and is_translated(m.string)
        }


def _text(context: str | bytes | None) -> str | None:
    """Babel reads contexts of a .mo as bytes and those of a .po as text."""
    return context.decode() if isinstance(context, bytes) else context


def _plain(string: Translation) -> object:
    return tuple(string) if isinstance(string, list) else string


def write(app: Path, language: str) -> int:
    """Write an app's .po and .mo; return how many words still have no translation."""
    catalog = update(app, language)
    path = po_path(app, language)
    if not len(catalog):
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    path.with_suffix(".mo").write_bytes(compiled(catalog))
    return sum(1 for message in catalog if message.id and not is_translated(message.string))


def main(arguments: list[str] | None = None) -> int:
    """Update the catalogues, or check them."""
    parser = argparse.ArgumentParser(prog="python -m tillit_web.ui.messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on what is missing or stale")
    checking = parser.parse_args(arguments).check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tillit_web.settings")
    failed = False
    for app in apps():
        for language in TRANSLATED:
            if checking:
                for line in problems(app, language):
                    failed = True
                    print(line, file=sys.stderr)  # noqa: T201 - this is a command
            else:
                missing = write(app, language)
                print(f"{app.name} {language}: {missing} to translate")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
