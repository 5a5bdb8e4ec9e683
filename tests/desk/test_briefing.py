"""A page about one customer: what stands on it, where each line comes from, and what is gone for ever once struck."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.desk.making import NOON, promise, question, row, told
from tillit.desk.briefing import MOST_LINES, READ, Briefing, brief
from tillit.desk.challenge import LOOKED_INTO
from tillit.desk.facts import Facts, Line, Said, Section, SourceKind
from tillit.vocabulary import ACTIVITY_BY_NAME, READING_ACTIVITIES, Stage

STAGE_OF = {name: one.stage for name, one in ACTIVITY_BY_NAME.items() if one.stage}

ANA = Facts(
    rows=[
        row(0, "product_viewed", "felt", journey=1),
        row(1, "order_completed", "o-7", journey=1),
        row(10, "page_viewed", "/guide", title="Which roof lasts", journey=2),
        row(11, "product_viewed", "tin", name="Tin roof", price="1290", currency="SEK", journey=2),
        row(12, "product_viewed", "tile", name="Tile roof", journey=2),
        row(13, "product_viewed", "tin", name="Tin roof", price="1290.50", currency="SEK", journey=2),
        row(14, "products_compared", "tin", name="Tin roof", journey=2),
        row(15, "products_compared", "tile", name="Tile roof", journey=2),
    ],
    stage_of=STAGE_OF,
    goal=told("a roof that lasts"),
    needs=(told("a person, not a machine", SourceKind.NEED),),
    questions=(question(16, "Does it rust?"), question(9, "Is it dear?", answered=True)),
    promises=(promise(17, "A sample by mail", "2026-05-20"), promise(18, "A call", "2026-05-14", booking=True)),
    told=(told("The house is from 1911"),),
)


def texts(briefing: Briefing) -> list[tuple[str, str]]:
    return [(line.section.value, str(line.text)) for line in briefing.lines]


def test_the_whole_page() -> None:
    found = brief(ANA)
    assert texts(found) == [
        ("need", "Wants: a roof that lasts"),
        ("need", "Has said to need: a person, not a machine"),
        ("stage", "Is comparing."),
        ("asked", "Asked, and has no answer yet: “Does it rust?”"),
        ("asked", "Asked: “Is it dear?”"),
        ("promised", "Booked for 2026-05-14: A call"),
        ("promised", "We promised by 2026-05-20: A sample by mail"),
        ("not_again", "Has told us: The house is from 1911"),
        ("not_again", "Has bought from us: 1"),
        ("compared", "Compared: Tile roof, Tin roof"),
        ("prices", "Saw Tin roof at 1290.50 SEK"),
        ("read", "Read: Tin roof (2)"),
        ("read", "Read: Tile roof (1)"),
        ("read", "Read: Which roof lasts (1)"),
    ]
    assert found.more == 0
    by_text = {str(line.text): [source.id for source in line.sources] for line in found.lines}
    assert by_text["Read: Tin roof (2)"] == ["e11", "e13"]
    assert by_text["Asked: “Is it dear?”"] == ["9"]
    assert by_text["Is comparing."] == ["e15"]


def test_nothing_known_is_an_empty_page() -> None:
    assert brief(Facts()) == Briefing((), 0, None)


def test_what_is_told_by_the_month_has_no_id() -> None:
    found = brief(Facts(rows=[row(1, "complaint_made", by_month=True)], stage_of=STAGE_OF))
    assert [(line.by_month, line.sources[0].kind) for line in found.lines] == [(True, SourceKind.MONTH)] * 2


def test_each_section_is_heard_before_any_has_its_second_line() -> None:
    many = replace(
        ANA,
        rows=[*ANA.rows, *(row(20 + each, "product_viewed", f"p{each}", journey=2) for each in range(40))],
        told=tuple(told(f"fact {each}") for each in range(30)),
    )
    found = brief(many)
    assert len(found.lines) == MOST_LINES
    assert {line.section for line in found.lines} == set(Section) - {Section.CHALLENGE}
    assert found.more == 2 + 1 + 2 + 2 + 31 + 1 + 1 + 43 - MOST_LINES


@st.composite
def lives(draw: st.DrawFn) -> Facts:
    names = st.sampled_from(["product_viewed", "page_viewed", "products_compared", "product_added", "question_asked"])
    things = st.sampled_from(["tin", "tile", "felt", None])
    prices = st.sampled_from([{}, {"price": "10"}, {"price": "12"}])
    rows = [
        row(number, draw(names), draw(things), journey=draw(st.just(1)), by_month=draw(st.booleans()), **draw(prices))
        for number in range(draw(st.integers(0, 25)))
    ]
    asked = tuple(question(100 + n, f"q{n}", answered=draw(st.booleans())) for n in range(draw(st.integers(0, 4))))
    return replace(ANA, rows=rows, questions=asked)


def lines_of(briefing: Briefing) -> list[Line]:
    return [*briefing.lines, *([briefing.challenge] if briefing.challenge else [])]


@given(lives(), st.data())
def test_what_is_struck_never_comes_back(life: Facts, data: st.DataObject) -> None:
    """Neither the line nor anything that it rested on, also when the same things are looked at again."""
    struck: set[str] = set()
    gone: list[Line] = []
    for _ in range(3):
        lines = lines_of(brief(life, struck=struck))
        if not lines:
            break
        gone.append(data.draw(st.sampled_from(lines)))
        struck |= gone[-1].strikes
    again = [replace(one, event_id=one.event_id and f"new {one.event_id}") for one in life.rows]
    for now in (life, replace(life, rows=[*life.rows, *again])):
        left = lines_of(brief(now, struck=struck))
        for away in gone:
            assert away.key not in {line.key for line in left}
            if away.section is not Section.STAGE:
                shown = {source for line in left for source in line.sources if line.section is not Section.STAGE}
                assert not shown & {one for one in away.sources if one.kind is not SourceKind.MONTH}
            if away.section in (Section.READ, Section.PRICES):
                about = {one.object for one in life.rows if one.event_id in {source.id for source in away.sources}}
                ids = {one.event_id for one in now.rows if one.object in about and one.activity in READING_ACTIVITIES}
                assert not ids & {s.id for line in left if line.section is not Section.STAGE for s in line.sources} - {
                    ""
                }


@given(lives())
def test_every_line_has_a_source_that_exists_and_the_page_is_one(life: Facts) -> None:
    found = brief(life)
    assert len(found.lines) <= MOST_LINES
    ids = {one.event_id for one in life.rows} | {one.activity for one in life.rows}
    said: list[Said] = [*life.questions, *life.promises, *life.told, *life.needs]
    ids |= {each.source.id for each in said}
    ids |= {life.goal.source.id} if life.goal else set()
    for line in lines_of(found):
        assert line.sources
        assert {source.id for source in line.sources} <= ids


def test_without_reading_nothing_read_is_on_the_page() -> None:
    """As the gate leaves the rows of a customer who has not said yes to it."""
    rows = [one for one in ANA.rows if one.activity not in READING_ACTIVITIES]
    sections = {line.section for line in brief(replace(ANA, rows=rows)).lines}
    assert not sections & {Section.READ, Section.COMPARED, Section.PRICES}
    assert READ | LOOKED_INTO <= READING_ACTIVITIES


def test_a_key_tells_nobody_what_was_struck() -> None:
    marks = {mark for line in brief(ANA).lines for mark in line.strikes}
    assert all(len(mark) == 32 and int(mark, 16) >= 0 for mark in marks)
    assert Stage.COMPARE in STAGE_OF.values()
    assert ANA.rows[0].occurred_at == NOON
