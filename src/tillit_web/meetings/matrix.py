"""What the page *Who meets whom* says, from the policy and the decisions of a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tillit.evaluation.standing import name_of
from tillit.meetings.comparing import Changed, would_have_changed
from tillit.meetings.decide import Decision
from tillit.meetings.policy import Policy, Stakes, Way
from tillit.meetings.reasons import errand_words, stakes_words, way_words
from tillit.sentences import Sentence
from tillit.vocabulary import Errand


@dataclass(frozen=True, slots=True)
class CellLine:
    """One cell of the matrix, with the name of its field."""

    name: str
    stakes: Sentence
    way: Way
    words: Sentence


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """One errand of the matrix; at one that `is_due` a person meets the customer whatever the matrix says."""

    errand: Errand
    words: Sentence
    is_brand: bool
    is_due: bool
    cells: tuple[CellLine, ...]


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """The whole page; `brand_price` is None where no errand is part of the brand."""

    errands: tuple[ErrandLine, ...]
    ways: tuple[tuple[str, Sentence], ...]
    decided: int
    drawn: int
    by_person: int
    changed: Changed | None
    brand_price: Changed | None


def matrix_page(policy: Policy, draft: Policy | None, last_week: Sequence[Decision]) -> MatrixPage:
    """Everything the page says.

    Args:
        draft: What somebody thinks of following instead.
        last_week: The decisions of the last seven days.
    """
    followed = draft or policy
    brand = replace(followed, brand_errands=())
    return MatrixPage(
        errands=tuple(_errand(followed, errand) for errand in Errand),
        ways=tuple((way.value, way_words(way)) for way in Way),
        decided=len(last_week),
        drawn=sum(one.is_drawn for one in last_week),
        by_person=sum(not one.is_machine for one in last_week),
        changed=None if draft is None else would_have_changed(last_week, draft),
        brand_price=would_have_changed(last_week, followed, before=brand) if followed.brand_errands else None,
    )


def _errand(policy: Policy, errand: Errand) -> ErrandLine:
    cells = (
        CellLine(name_of((errand, stakes)), stakes_words(stakes), way, way_words(way))
        for stakes in Stakes
        for way in (policy.cells[errand, stakes],)
    )
    return ErrandLine(
        errand, errand_words(errand), errand in policy.brand_errands, errand is Errand.COMPLAIN, tuple(cells)
    )
