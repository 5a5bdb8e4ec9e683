"""What nobody answered, the same questions together."""

import numpy as np

from tillit.answers.unanswered import alike

PLANTED = [
    ["Säljer ni presentkort?", "Kan man köpa ett presentkort hos er?", "Har ni presentkort att köpa?", "presentkort?"],
    ["Kan jag hyra en släpvagn?", "Hyr ni ut släpvagnar?", "Hyra släpvagn över helgen?"],
    ["Tar ni emot gamla batterier?", "Var lämnar jag gamla batterier?"],
    ["Finns det laddstolpe på parkeringen?"],
]


def test_planted_groups_are_found_whatever_the_order() -> None:
    asked = [(question, group) for group, questions in enumerate(PLANTED) for question in questions]
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(asked))
        shuffled = [asked[place] for place in order]
        groups = alike([question for question, _ in shuffled])
        assert [len(group.places) for group in groups] == [4, 3, 2, 1]
        for group in groups:
            assert len({shuffled[place][1] for place in group.places}) == 1
            assert group.heading in {shuffled[place][0] for place in group.places}


def test_nothing_and_one_and_the_same() -> None:
    assert alike([]) == ()
    assert [group.places for group in alike(["Öppet?"])] == [(0,)]
    assert [group.places for group in alike(["Öppet?", "Öppet?"])] == [(0, 1)]
    assert sorted(place for group in alike(["", "?", "öppet"]) for place in group.places) == [0, 1, 2]
