"""The chance that an answer is right: held against a known truth, and against a library with gaps."""

from datetime import date

import numpy as np

from tillit.answers.confidence import (
    FEWEST_EXAMPLES,
    SIGNS,
    Examples,
    Judged,
    cross_fitted,
    examples_of,
    learn_confidence,
    signs,
)
from tillit.answers.library import Answer
from tillit.answers.search import Index

TOPICS = {
    "roof": ("How often should roof tiles be replaced?", "When do I change the tiles of my roof?"),
    "boat": ("Can I store my boat over the winter?", "Do you keep boats in winter storage?"),
    "price": ("What does a new kitchen cost?", "How expensive is a kitchen?"),
    "hours": ("When are you open on Sundays?", "What are the opening hours on Sunday?"),
    "return": ("May I return a lamp I have used?", "Can a used lamp be sent back?"),
    "bike": ("How long does a bicycle repair take?", "When is my bicycle repair done?"),
    "paint": ("Which paint lasts longest on wood outside?", "What paint should wood outside have?"),
    "floor": ("Can you lay a floor on old tiles?", "May a floor lie on top of old tiles?"),
}
LIBRARY = [Answer(key, "en", asked, f"About {key}.", date(2026, 1, 1), 180) for key, asked in TOPICS.items()]


def test_chances_are_what_comes() -> None:
    rng = np.random.default_rng(5)
    found = rng.normal(size=(6000, len(SIGNS)))
    truth = 1 / (1 + np.exp(-(0.4 + found @ np.array([1.0, 0.5, 0.8, 0, 0, -0.6, 0]))))
    right = rng.random(6000) < truth
    learned = learn_confidence(Examples(found[:3000], right[:3000], np.arange(3000)))
    assert learned is not None
    said = learned.chance(found[3000:])
    assert np.abs(said - truth[3000:]).mean() < 0.03
    for low in (0.1, 0.3, 0.5, 0.7, 0.9):
        near = np.abs(said - low) < 0.05
        assert abs(right[3000:][near].mean() - said[near].mean()) < 0.12


def test_each_variant_is_asked_with_its_answer_and_without() -> None:
    examples = examples_of(Index(LIBRARY))
    assert len(examples.right) == 2 * sum(len(asked) for asked in TOPICS.values())
    assert not examples.right[1::2].any()  # the answer is gone: whatever is found is wrong
    assert examples.right[0::2].mean() > 0.8


def test_a_library_tells_its_own_questions_from_what_it_lacks() -> None:
    index = Index(LIBRARY)
    learned = learn_confidence(examples_of(index))
    assert learned is not None
    own = learned.chance(
        np.array(
            [signs(index.scores("how often must roof tiles be changed")), signs(index.scores("boat storage in winter"))]
        )
    )
    other = learned.chance(
        np.array([signs(index.scores("do you sell gift cards")), signs(index.scores("who is the manager"))])
    )
    assert own.min() > 0.8
    assert other.max() < 0.3


def test_too_little_is_said_to_be_too_little() -> None:
    few = examples_of(Index(LIBRARY[:3]))
    assert len(few.right) < FEWEST_EXAMPLES
    assert learn_confidence(few) is None
    assert cross_fitted(few, np.random.default_rng(0)) is None
    one = Index([Answer("only", "en", ("Open?",), "Yes.", date(2026, 1, 1), 180)])
    assert len(examples_of(one).right) == 0


def test_judged_questions_teach_as_well() -> None:
    index = Index(LIBRARY)
    judged = (Judged("tiles on the roof", "roof"), Judged("gift cards", None), Judged("kitchen", "boat"))
    examples = examples_of(index, judged)
    assert examples.right[-3:].tolist() == [True, False, False]
    assert examples.groups[-3:].tolist() == [0, len(LIBRARY) + 1, 1]


def test_a_chance_is_said_by_what_other_answers_taught() -> None:
    """Were an answer's own examples used, noise would look like knowledge."""
    rng = np.random.default_rng(2)
    count = 400
    groups = np.arange(count) // 2
    found = np.repeat(rng.normal(size=(count // 2, len(SIGNS))), 2, axis=0)
    right = np.repeat(rng.random(count // 2) < 0.5, 2)
    chance = cross_fitted(Examples(found, right, groups), rng)
    assert chance is not None
    assert abs(np.corrcoef(chance, right)[0, 1]) < 0.15
