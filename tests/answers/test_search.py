"""What finds what: against BM25 written out, and on words that only Nordic compounds join."""

import math
from collections import Counter
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tillit.answers.library import Answer
from tillit.answers.search import SHARE_OF_QUESTIONS, Index
from tillit.answers.terms import pieces, read_synonyms, stems, words


def answer(key: str, text: str, *questions: str, language: str = "en") -> Answer:
    return Answer(key, language, questions, text, date(2026, 1, 1), 180)


def bm25(texts: list[list[str]], question: list[str], *, k1: float = 1.5, b: float = 0.75) -> list[float]:
    """Robertson and Zaragoza (2009), with Lucene's weights, over what a text with every word could reach."""
    mean = sum(map(len, texts)) / len(texts)

    def weight(term: str) -> float:
        held = sum(term in text for text in texts)
        return math.log(1 + (len(texts) - held + 0.5) / (held + 0.5))

    scores = []
    for text in texts:
        counts = Counter(text)
        total = 0.0
        for term in question:
            often = counts[term]
            total += weight(term) * often / (often + k1 * (1 - b + b * len(text) / mean))
        scores.append(total / sum(weight(term) for term in question))
    return scores


WORDS = st.lists(st.sampled_from(["roof", "tile", "snow", "price", "boat"]), min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=2, max_size=5), WORDS)
def test_scores_are_bm25(texts: list[list[str]], question: list[str]) -> None:
    index = Index([answer(str(place), " ".join(text)) for place, text in enumerate(texts)])
    found = index.scores(" ".join(question))
    expected = bm25([stems(text, "en") for text in texts], stems(question, "en"))
    np.testing.assert_allclose(found.stems, expected, atol=1e-5)
    np.testing.assert_allclose(found.pieces, bm25([pieces(t) for t in texts], pieces(question)), atol=1e-5)


def test_the_best_question_of_an_answer_counts_and_its_text_too() -> None:
    library = [
        answer("a", "Within a week.", "When is it sent?", "How long does delivery take?"),
        answer("b", "No.", "Open?"),
    ]
    index = Index(library)
    asked = bm25(
        [stems(words(q, {}), "en") for a in library for q in a.questions], stems(words("delivery time", {}), "en")
    )
    told = bm25([stems(words(a.text, {}), "en") for a in library], stems(words("delivery time", {}), "en"))
    expected = SHARE_OF_QUESTIONS * max(asked[:2]) + (1 - SHARE_OF_QUESTIONS) * told[0]
    assert index.scores("delivery time").stems[0] == np.float64(expected).astype(np.float32) or math.isclose(
        index.scores("delivery time").stems[0], expected, abs_tol=1e-5
    )


def test_a_compound_finds_its_parts() -> None:
    index = Index(
        [
            answer("roof", "Nya takpannor hela året.", language="sv"),
            answer("tyre", "Däckbyte tar en timme.", language="sv"),
            answer("hours", "Vi har öppet till sex.", language="sv"),
        ]
    )
    assert index.scores("byta däck").best(1) == [1]
    assert index.scores("ny takpanna").best(1) == [0]


def test_synonyms_make_one_word_of_many() -> None:
    synonyms = read_synonyms("cykel, bike, hoj\n\nkvitto")
    assert synonyms == {"bike": "cykel", "hoj": "cykel"}
    library = [answer("bike", "Din cykel är klar.", language="sv"), answer("other", "Kvitto finns här.", language="sv")]
    assert Index(library, synonyms).scores("hoj").best(1) == [0]
    assert Index(library, synonyms).scores("hoj").total[0] > 0.3
    assert Index(library).scores("hoj").stems[0] == 0


def test_words_never_seen_lower_every_score() -> None:
    index = Index([answer("a", "The roof is new."), answer("b", "The boat is old.")])
    assert index.scores("roof zeppelin").total[0] < index.scores("roof").total[0] / 1.5
    assert index.scores("zeppelin").stems.tolist() == [0, 0]
    assert index.scores("").total.tolist() == [0, 0]


def test_a_left_out_question_is_as_if_it_had_not_been_asked() -> None:
    index = Index([answer("a", "Yes.", "Is the roof new?"), answer("b", "No.", "Is the boat old?")])
    assert index.scores("Is the roof new?").best(1) == [0]
    assert index.scores("Is the roof new?", left_out=0).total[0] == 0
