"""Nobody reads a store but through the gate: this test walks the source and names who stands inside it.

At run time `View` refuses a reader without purpose (tests/journeys/test_permission.py). Here we look for ways round it.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src"
# Inside the gate: what makes stores, what opens them, what applies the mask. Everybody else has a View.
INSIDE = {
    "tillit/journeys/build.py",
    "tillit/journeys/delta.py",
    "tillit/journeys/format.py",
    "tillit/journeys/store.py",
    "tillit/journeys/feed.py",
    "tillit/journeys/in_memory.py",
    "tillit/journeys/plain_parquet.py",
    "tillit/journeys/permission.py",
    "tillit/journeys/view.py",
    "tillit/journeys/timeline.py",
    "tillit/journeys/known_by.py",
    "tillit_web/people/consents.py",
    "tillit_web/warehouse/queries.py",
}
BARE = {"OrderedStore", "GatedStore"}
# Commands read files that whoever types them holds, through View, or check and copy bytes without looking at persons.
WITHOUT_CONSENTS = {
    "tillit_cli/through_store.py",
    "tillit_cli/from_files.py",
    "tillit_cli/commands/verify.py",
    "tillit_web/serving/whole.py",
    "tillit_web/warehouse/builds.py",
}


def around_the_gate(source: str) -> list[str]:
    """What in a module reads a store without the mask: bare stores, files of buckets, or a View made by hand."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rsplit(".", 1)[-1]
            if last in {"bucket_file", "GatedStore", "Permission", "Mask"} or called.endswith("OrderedStore.open"):
                found.append(called)
            if last == "read" and called.split(".")[-2:-1] == ["store"]:
                found.append(called)
            if last == "View" and not any(keyword.arg == "purpose" for keyword in node.keywords):
                found.append(f"{called} without a purpose")
        if isinstance(node, ast.arg) and node.annotation is not None and _names(node.annotation) & BARE:
            found.append(f"argument {node.arg}")
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("store.buckets"):
            found.append(ast.unparse(node))
    return found


def _names(annotation: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


MODULES = sorted(
    str(path.relative_to(ROOT))
    for path in ROOT.rglob("*.py")
    if str(path.relative_to(ROOT)) not in INSIDE | WITHOUT_CONSENTS
)


def test_no_module_reads_a_store_around_the_gate() -> None:
    assert len(MODULES) > 200
    found = {module: ways for module in MODULES if (ways := around_the_gate((ROOT / module).read_text("utf-8")))}
    assert not found, f"take a View, with a purpose, instead: {found}"


def test_the_product_makes_views_in_one_place() -> None:
    made = [
        module
        for module in MODULES
        if module.startswith("tillit_web/")
        for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "View"
    ]
    assert not made, f"ask warehouse.queries.current_view, which brings the consents: {made}"


@pytest.mark.parametrize(
    "way_round",
    [
        "OrderedStore.open(path).read(bucket, ['activity'])",
        "view.store.read(bucket, [])",
        "pq.read_table(bucket_file(layer, 0, 'details'))",
        "View(store, rule)",
        "def list_customers(store: OrderedStore) -> None: ...",
        "def list_customers(store: OrderedStore | None) -> None: ...",
        "[bucket.read('details', ['properties']) for bucket in view.store.buckets]",
        "View(store, purpose=p, permission=Permission(p, Mask(everyone=True), Mask(everyone=True)))",
    ],
)
def test_each_way_round_the_gate_is_seen(way_round: str) -> None:
    assert around_the_gate(way_round)
