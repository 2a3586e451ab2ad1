"""When to answer, when to offer choices, when to say openly that nothing fits."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.counts import NO_TERMS, Document
from intents.decision import MOST_LEAD, POLICIES, STANDARD, Decision, Policy, Reason, decide, lead, likelihood
from intents.features import Features
from intents.index import Index
from intents.ranker import Candidate, Ranking, rank
from intents.understanding import Query
from tests.support.features import several


def speaking(
    coverage: float = 0.0,
    key: float = 0.0,
    likeness: float = 0.0,
    sound: float = 0.0,
    meaning: float = 0.0,
    missing: int = 0,
    worded: float = 1.0,
) -> Features:
    """What speaks for a candidate; nothing does unless it is said."""
    return Features(coverage, key, likeness, sound, meaning, missing, worded, 1.0, 1.0)


NOTHING = speaking()
"""No word in common."""
SURE = speaking(coverage=1, key=1, likeness=1, sound=1, meaning=1)
"""The entry's own wording."""
HALF = speaking(coverage=0.5, likeness=0.2, sound=0.1, meaning=0.4, missing=1)
"""Some words in common, but not the rarest noun."""
GOOD = speaking(coverage=0.7, key=1, likeness=0.3, sound=0.2, meaning=0.7)
"""Most words and the rarest noun."""

QUERY = Query("", (), NO_TERMS, {}, {}, frozenset(), "", in_kana=False)


def ranking(*features: Features, breadth: int = 1, exact: bool = False) -> Ranking:
    """Candidates with these features, the first named 0; ``exact``: the first is asked letter for letter."""
    weights = several(features).weight() if features else []
    return Ranking(
        QUERY,
        tuple(
            Candidate(Document(str(at), "", (), ""), 3 + float(weight) - 0.01 * at, one, exact and at == 0)
            for at, (one, weight) in enumerate(zip(features, weights, strict=True))
        ),
        breadth,
    )


CASES = [
    pytest.param((), Decision.NONE, id="no candidate at all"),
    pytest.param((NOTHING,), Decision.NONE, id="no word in common"),
    pytest.param((SURE,), Decision.ANSWER, id="the entry's own wording"),
    pytest.param((SURE, SURE), Decision.ANSWER, id="two entries with the same wording: the first"),
    pytest.param((GOOD, NOTHING), Decision.ANSWER, id="most words and the key noun"),
    pytest.param((HALF, NOTHING), Decision.NONE, id="half the words, no key noun, little likeness"),
    pytest.param(
        (speaking(coverage=0.55, meaning=0.5, missing=1),),
        Decision.SUGGEST,
        id="over half the words without the key noun: offered",
    ),
    pytest.param(
        (speaking(coverage=1, likeness=0.6, sound=0.8, meaning=1),),
        Decision.SUGGEST,
        id="every figure high but no key noun: offered",
    ),
    pytest.param(
        (speaking(coverage=0.9, likeness=0.61, sound=0.3, meaning=0.8),),
        Decision.ANSWER,
        id="no noun in the question, but much like a wording",
    ),
    pytest.param(
        (speaking(coverage=0.4, likeness=0.3, sound=0.85, meaning=0.6),),
        Decision.ANSWER,
        id="sounds like a wording: typed in hiragana",
    ),
    pytest.param((speaking(sound=0.6, meaning=0.3),), Decision.SUGGEST, id="sounds somewhat like a wording: offered"),
    pytest.param((speaking(meaning=1),), Decision.NONE, id="near in vectors alone is nothing"),
    pytest.param((speaking(coverage=0.3, key=1, meaning=0.3),), Decision.SUGGEST, id="the key noun and little else"),
    pytest.param(
        (replace(GOOD, worded=0), replace(GOOD, worded=0)),
        Decision.SUGGEST,
        id="two alike, without other wordings by staff: less sure",
    ),
]


@pytest.mark.parametrize(("features", "decision"), CASES)
def test_a_decision_follows_from_what_speaks_for_the_first(features: tuple[Features, ...], decision: Decision) -> None:
    assert decide(ranking(*features)).decision is decision


@pytest.mark.parametrize(
    ("policy", "decision"),
    [
        pytest.param(STANDARD, Decision.ANSWER, id="the standard answers"),
        pytest.param(Policy(answer_from=0.99), Decision.SUGGEST, id="a cautious municipality offers"),
        pytest.param(Policy(answer_from=0.99, suggest_from=0.99), Decision.NONE, id="a silent one says nothing"),
        pytest.param(Policy(answer_from=0.0), Decision.ANSWER, id="a bold one answers"),
    ],
)
def test_thresholds_are_the_municipalitys_own(policy: Policy, decision: Decision) -> None:
    assert decide(ranking(GOOD, NOTHING), policy).decision is decision


def test_a_threshold_is_met_when_it_is_reached_exactly() -> None:
    score = decide(ranking(GOOD, NOTHING)).score
    assert decide(ranking(GOOD, NOTHING), Policy(answer_from=score)).decision is Decision.ANSWER
    assert decide(ranking(GOOD, NOTHING), Policy(answer_from=score + 1e-9)).decision is Decision.SUGGEST


def test_however_bold_the_policy_an_entry_without_the_key_noun_is_offered_only() -> None:
    bold = Policy(answer_from=0, suggest_from=0, choice_from=0)
    assert decide(ranking(speaking(coverage=1, likeness=0.6, sound=0.8, meaning=1)), bold).decision is Decision.SUGGEST


def test_an_answer_brings_the_others_as_choices_and_a_suggestion_the_first_too() -> None:
    answered = decide(ranking(SURE, GOOD, GOOD, GOOD))
    assert answered.chosen is not None
    assert answered.chosen.document.id == "0"
    assert [choice.document.id for choice in answered.choices] == ["1", "2", "3"]
    offered = decide(ranking(GOOD, GOOD, GOOD), Policy(answer_from=0.99))
    assert offered.chosen is None
    assert [choice.document.id for choice in offered.choices] == ["0", "1", "2"]


def test_where_few_are_likely_the_next_best_are_offered_too() -> None:
    cautious = Policy(answer_from=0.99, fewest_choices=3)
    assert len(decide(ranking(GOOD, NOTHING, NOTHING, NOTHING, NOTHING), cautious).choices) == 3
    assert len(decide(ranking(GOOD, NOTHING), cautious).choices) == 2
    assert len(decide(ranking(*[GOOD] * 9), cautious).choices) == 5


@pytest.mark.parametrize(
    ("found", "decision"),
    [
        pytest.param(ranking(GOOD, GOOD, breadth=40), Decision.SUGGEST, id="many entries fit alike: which one?"),
        pytest.param(ranking(SURE, GOOD, breadth=2), Decision.ANSWER, id="two entries hold the words: the surer"),
        pytest.param(
            ranking(replace(GOOD, coverage=1, meaning=0.4), breadth=1), Decision.ANSWER, id="one alone holds all words"
        ),
        pytest.param(
            ranking(replace(GOOD, meaning=0.4), HALF, breadth=1), Decision.SUGGEST, id="one alone holds most words"
        ),
        pytest.param(ranking(GOOD, NOTHING, breadth=40), Decision.ANSWER, id="many fit, but one is far ahead"),
        pytest.param(
            ranking(GOOD, GOOD, breadth=40, exact=True), Decision.ANSWER, id="many fit, but one is meant exactly"
        ),
    ],
)
def test_a_broad_question_is_answered_with_a_choice(found: Ranking, decision: Decision) -> None:
    assert decide(found).decision is decision


def test_nothing_is_chosen_or_offered_where_nothing_fits() -> None:
    verdict = decide(ranking(NOTHING, NOTHING))
    assert (verdict.chosen, verdict.choices) == (None, ())
    assert decide(ranking()).score == 0


figures = st.floats(min_value=0, max_value=1)
any_features = st.builds(
    Features,
    figures,
    figures,
    figures,
    figures,
    figures,
    st.integers(min_value=0, max_value=9),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from([0.0, 1.0]),
)
policies = st.builds(
    Policy,
    answer_from=figures,
    suggest_from=figures,
    choice_from=figures,
    fewest_choices=st.integers(min_value=1, max_value=5),
    most_choices=st.integers(min_value=1, max_value=5),
)


@given(st.lists(any_features, max_size=12), policies)
def test_every_verdict_keeps_its_promises(features: list[Features], policy: Policy) -> None:
    verdict = decide(ranking(*features), policy)
    named = [choice.document.id for choice in verdict.choices]
    assert 0 <= verdict.score <= 1
    assert len(named) == len(set(named)) <= policy.most_choices
    assert (verdict.chosen is not None) == (verdict.decision is Decision.ANSWER)
    if verdict.chosen:
        assert verdict.chosen.document.id == "0"
        assert "0" not in named
        # What alone holds every word of the question answers from less on.
        alone = verdict.reason is Reason.ONLY
        assert verdict.score >= (policy.suggest_from if alone else policy.answer_from)
    if verdict.decision is Decision.SUGGEST:
        assert named[0] == "0"
    if verdict.decision is Decision.NONE:
        assert not named


@given(st.lists(any_features, min_size=1, max_size=8))
def test_an_entry_that_lacks_the_key_noun_is_never_answered_on_words_alone(features: list[Features]) -> None:
    first = replace(features[0], key=0, likeness=min(features[0].likeness, 0.6), sound=min(features[0].sound, 0.8))
    assert decide(ranking(first, *features[1:])).decision is not Decision.ANSWER


@given(any_features, figures)
def test_the_likelihood_is_a_probability_that_grows_with_the_lead(features: Features, ahead: float) -> None:
    assert 0 < likelihood(features, 0) <= likelihood(features, ahead) <= likelihood(features, 1) < 1


def test_the_lead_is_in_points_over_the_second_and_bounded() -> None:
    def with_points(*points: float, exact: bool = False) -> Ranking:
        found = (Candidate(Document("", "", (), ""), one, NOTHING, exact and not at) for at, one in enumerate(points))
        return Ranking(QUERY, tuple(found), 1)

    assert lead(with_points(4, 3, 1)) == 1
    assert lead(with_points(4, 4)) == 0
    assert lead(with_points(9, 4)) == MOST_LEAD
    assert lead(with_points(4)) == MOST_LEAD
    assert lead(with_points(4, 4, exact=True)) == MOST_LEAD, "one is meant letter for letter"


def test_the_levels_differ_in_how_sure_one_must_be() -> None:
    assert [policy.answer_from for policy in POLICIES.values()] == sorted(
        (policy.answer_from for policy in POLICIES.values()), reverse=True
    )
    assert POLICIES["standard"] is STANDARD


@pytest.mark.parametrize(
    ("question", "decision"),
    [
        pytest.param("住民票の写しはどこで取れますか？", Decision.ANSWER, id="the exact wording"),
        pytest.param("粗大ゴミの出し方", Decision.ANSWER, id="a synonym"),
        pytest.param("ドローン", Decision.ANSWER, id="a keyword"),
        pytest.param("じゅうみんひょうはどこでとれますか", Decision.ANSWER, id="all in hiragana"),
        pytest.param("ぷよぷよ", Decision.NONE, id="a game"),
        pytest.param("フリスビー大会の結果", Decision.NONE, id="a sport"),
        pytest.param("美容院の予約", Decision.NONE, id="a business, with a word of an answer"),
        pytest.param("", Decision.NONE, id="nothing"),
    ],
)
@pytest.mark.parametrize("vectors_known", [True, False], ids=["with vectors", "without"])
def test_a_small_towns_questions_are_decided_sensibly(
    index: Index, plain_index: Index, question: str, decision: Decision, vectors_known: bool
) -> None:
    assert decide(rank(index if vectors_known else plain_index, question)).decision is decision


def test_no_question_of_two_words_gets_more_than_five_choices(index: Index) -> None:
    words = ["スマホ", "住民票", "図書館", "避難", "ごみ", "申請", "窓口", "料金", "教室", "計画"]
    for question in itertools.combinations(words, 2):
        verdict = decide(rank(index, "の".join(question)))
        named = [choice.document.id for choice in verdict.choices]
        assert len(named) == len(set(named)) <= 5
