"""Sentences are their English and remember how they were made; the core says nothing to people in any other way."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from pathlib import Path
from string import Formatter

from hypothesis import given
from hypothesis import strategies as st

import tillit
from tillit.errors import FileError
from tillit.sentences import Sentence, paragraph, sentence

CORE = Path(tillit.__file__).parent
OF_COMMANDS = {"exporting.py", "path_table.py", "promise_files.py", "read_decisions.py", "stage_rules.py"}  # on no page
NAMES = ("file", "count", "why")


def sentences(values: st.SearchStrategy[str | int | Sentence]) -> st.SearchStrategy[Sentence]:
    """Templates of plain text and any of three placeholders, in any order, with these values."""
    pieces = st.text().map(lambda text: text.replace("{", "{{").replace("}", "}}"))
    placeholders = st.sampled_from([f"{{{name}}}" for name in NAMES])
    templates = st.lists(pieces | placeholders).map("".join)
    return st.builds(Sentence, templates, st.fixed_dictionaries(dict.fromkeys(NAMES, values)))


PLAIN = sentences(st.text() | st.integers())


@given(PLAIN | sentences(st.text() | st.integers() | PLAIN))
def test_a_sentence_is_its_template_filled_in_and_survives_being_kept(said: Sentence) -> None:
    assert str(said) == said.template.format(**said.values)
    for kept in (Sentence.from_json(json.loads(json.dumps(said.to_json()))), copy.deepcopy(said)):
        assert (kept, kept.template, kept.values) == (said, said.template, said.values)
    assert pickle.loads(pickle.dumps(said)).template == said.template


def test_an_error_keeps_the_sentence_it_was_raised_with() -> None:
    said = sentence("{file} is empty. {remedy}", file="a.csv", remedy=sentence("Export it again."))
    assert str(FileError(said)) == "a.csv is empty. Export it again."
    assert FileError(said).sentence.template == "{file} is empty. {remedy}"
    assert FileError("{as it stands}").sentence == "{as it stands}"


def test_renaming_reaches_the_values_of_values_and_nothing_else() -> None:
    said = paragraph(sentence("upload.csv: {file}", file="upload.csv"), sentence("{file}", file="a/upload.csv"))
    assert said.renamed("upload.csv", "orders.csv") == "upload.csv: orders.csv a/orders.csv"


def test_every_template_is_written_out_where_it_is_said() -> None:
    """One that is put together could not be collected for translation."""
    calls = [call for path in CORE.rglob("*.py") for call in _calls(path) if _name(call) == "sentence"]
    assert len(calls) > 100
    for call in calls:
        template = call.args[0]
        assert isinstance(template, ast.Constant), ast.unparse(call)
        assert {keyword.arg for keyword in call.keywords} == _placeholders(str(template.value)), ast.unparse(call)


def test_what_a_file_or_a_question_is_refused_with_is_a_sentence() -> None:
    """Pages show these errors; a plain text would stay English there."""
    shown = {"FileError", "AmbiguityError", "QueryError"}
    raised = [
        (path, call)
        for path in CORE.rglob("*.py")
        if path.name not in OF_COMMANDS
        for call in _calls(path)
        if _name(call) in shown
    ]
    assert len(raised) > 40
    for path, call in raised:
        assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr), f"{path.name}: {ast.unparse(call)}"


def _calls(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
