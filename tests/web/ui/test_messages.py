"""The catalogues: complete in every language, and the check notices when they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tillit_web.ui import messages


def test_every_word_has_its_translation_and_every_compiled_file_is_fresh() -> None:
    found = [
        line for app in messages.apps() for language in messages.TRANSLATED for line in messages.problems(app, language)
    ]
    assert not found, "run: python -m tillit_web.ui.messages, translate, run it again\n" + "\n".join(found)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small app with one page and one word in Python."""
    monkeypatch.setattr(messages, "PRODUCT", tmp_path)
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "apps.py").write_text("")
    (folder / "words.py").write_text('title = gettext_lazy("Orders")\n')
    (folder / "page.html").write_text(
        "<div>\n      it's\n  {% translate 'Pay' %}\n {% blocktranslate count n=n trimmed %}\n one order\n"
        "{% plural %}\n {{ n }} orders\n{% endblocktranslate %}</div>\n"
    )
    return folder


def test_words_are_found_in_python_and_in_templates_with_their_plurals(app: Path) -> None:
    found = {message.id for message in messages.words_of(app) if message.id}
    assert found == {"Orders", "Pay", ("one order", "%(n)s orders")}


def test_the_check_names_what_is_missing_and_what_is_stale(app: Path) -> None:
    assert messages.write(app, "sv") == 3
    assert any("not translated: 'Pay'" in line for line in messages.problems(app, "sv"))
    po = messages.po_path(app, "sv")
    filled = po.read_text(encoding="utf-8")
    for word, translation in (("Orders", "Order"), ("Pay", "Betala")):
        filled = filled.replace(f'msgid "{word}"\nmsgstr ""', f'msgid "{word}"\nmsgstr "{translation}"')
    filled = filled.replace('msgstr[0] ""', 'msgstr[0] "en order"').replace('msgstr[1] ""', 'msgstr[1] "%(n)s order"')
    po.write_text(filled, encoding="utf-8")
    assert messages.problems(app, "sv") == ["shop/locale/sv/LC_MESSAGES/django.mo: older than its .po"]
    assert messages.write(app, "sv") == 0
    assert messages.problems(app, "sv") == []
    (app / "words.py").write_text("")
    assert messages.problems(app, "sv") == ["shop/locale/sv/LC_MESSAGES/django.po: no longer used: 'Orders'"]


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app that says what the core has to say, and a small core."""
    core = tmp_path / "core"
    monkeypatch.setattr(messages, "PRODUCT", tmp_path)
    monkeypatch.setattr(messages, "CORE", core)
    folder = tmp_path / "warehouse"
    for made in (folder, core):
        made.mkdir()
    (folder / "apps.py").write_text("")
    (core / "reading.py").write_text('said = sentence(\n    "{file} is "\n    "empty.", file=name)\n')
    (core / "shop.toml").write_text('[recognise]\nnotes = ["Drafts are left out."]\nunsure = ["VAT is assumed."]\n')
    return folder


def test_the_check_fails_on_a_sentence_of_the_core_without_translation(warehouse: Path) -> None:
    assert messages.write(warehouse, "nb") == 3
    missing = [line for line in messages.problems(warehouse, "nb") if "not translated" in line]
    assert sorted(line.partition("translated: ")[2] for line in missing) == [
        "'Drafts are left out.'",
        "'VAT is assumed.'",
        "'{file} is empty.'",
    ]


@pytest.mark.parametrize("wrong", ["{fil} er tom.", "Den er tom.", "{file er tom."])
def test_the_check_fails_on_a_translation_with_other_values(warehouse: Path, wrong: str) -> None:
    messages.write(warehouse, "nb")
    po = messages.po_path(warehouse, "nb")
    empty = po.read_text(encoding="utf-8")
    for translation, complaints in (("{file} er tom.", 0), (wrong, 1)):
        po.write_text(empty.replace('is empty."\nmsgstr ""', f'is empty."\nmsgstr "{translation}"'), encoding="utf-8")
        found = messages.problems(warehouse, "nb")
        assert len([line for line in found if "other values: '{file} is empty.'" in line]) == complaints


def test_no_word_of_a_template_is_overlooked() -> None:
    """Independent of the extractor: whatever a template says between the marks by plain search is in its catalogue."""
    said = re.compile(r"""{%\s*trans(?:late)?\s+(?:"([^"]+)"|'([^']+)')""")
    looked_at = 0
    for app in messages.apps():
        known = {message.id for message in messages.words_of(app)}
        for path in app.rglob("*.html"):
            for double, single in said.findall(path.read_text(encoding="utf-8")):
                looked_at += 1
                assert (double or single) in known, f"{path.name}: {double or single}"
    assert looked_at > 100
