"""The measures of retrieval against figures worked out by hand, and runs over a tiny test set."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.evaluation import (
    Ranked,
    Run,
    TestSet,
    TestSetError,
    evaluate,
    first_candidates,
    ids,
    ndcg,
    read_test_set,
    recall,
    reciprocal_rank,
    run,
    success,
    trec_run,
)
from intents.vectors import NO_VECTORS, Vectors

LOCALGOVFAQ = Path(__file__).parents[2].parent / "shared" / "bench" / "localgovfaq"

CORPUS = """\
{"_id": "d1", "title": "住民票はどこで取れますか", "text": "市民課の窓口で取れます。"}
{"_id": "d2", "title": "粗大ごみはどう出しますか", "text": "予約して処理券を貼ります。"}

{"_id": "d3", "text": "図書館は月曜日に休みます。"}
{"_id": 4, "title": "ドローンの利用", "text": ""}
"""
QUERIES = """\
{"_id": "q1", "text": "住民票がほしい"}
{"_id": "q2", "text": "粗大ごみの捨て方"}
{"_id": "q3", "text": "図書館の休み"}
{"_id": "q4", "text": "誰も採点していない質問"}
"""
GRADES = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t0\nq2\td2\t1\nq3\td3\t2\nq3\t4\t1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A BEIR folder of four documents and four queries, three of them graded."""
    (tmp_path / "corpus.jsonl").write_text(CORPUS, encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text(QUERIES, encoding="utf-8")
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(GRADES, encoding="utf-8")
    return tmp_path


GRADED = {"a": 2, "b": 1, "c": 1, "d": 0}


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        pytest.param(["a", "b", "c"], 1.0, id="the ideal order"),
        pytest.param(["a", "c", "b", "d", "x"], 1.0, id="equal grades in either order"),
        pytest.param(["b", "a", "c"], (1 + 2 / math.log2(3) + 0.5) / (2 + 1 / math.log2(3) + 0.5), id="two swapped"),
        pytest.param(["x", "a"], (2 / math.log2(3)) / (2 + 1 / math.log2(3) + 0.5), id="the right one second"),
        pytest.param(["d", "x", "y"], 0.0, id="nothing relevant"),
        pytest.param([], 0.0, id="nothing at all"),
        pytest.param([*"xyzuvwpqrs", "a"], 0.0, id="the right one eleventh"),
    ],
)
def test_ndcg_is_the_gain_discounted_by_place_over_the_ideal(ranking: list[str], expected: float) -> None:
    assert ndcg(ranking, GRADED) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        pytest.param(["a", "b", "c"], 1.0, id="all three"),
        pytest.param(["c", "d", "x"], 1 / 3, id="one of three; grade 0 is not relevant"),
        pytest.param(["d"], 0.0, id="none"),
        pytest.param([*"xyzuvwpqrs", "a"], 0.0, id="below the tenth place"),
    ],
)
def test_recall_is_the_share_of_the_relevant_among_the_first_ten(ranking: list[str], expected: float) -> None:
    assert recall(ranking, GRADED) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        pytest.param(["a"], 1.0, id="first"),
        pytest.param(["x", "d", "b"], 1 / 3, id="third, of grade 1; grade 0 is not relevant"),
        pytest.param(["x", "d"], 0.0, id="never"),
    ],
)
def test_the_reciprocal_rank_is_that_of_the_first_relevant(ranking: list[str], expected: float) -> None:
    assert reciprocal_rank(ranking, GRADED) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("depth", "expected"),
    [pytest.param(1, 0.0, id="at 1"), pytest.param(2, 0.0, id="at 2"), pytest.param(3, 1.0, id="at 3")],
)
def test_success_is_a_right_document_within_the_depth(depth: int, expected: float) -> None:
    assert success(["b", "x", "a"], GRADED, depth) == expected


def test_without_grades_all_measures_are_nought() -> None:
    assert ndcg(["a"], {}) == recall(["a"], {}) == reciprocal_rank(["a"], {}) == success(["a"], {}, 1) == 0


@given(st.permutations(list("abcdxyz")), st.dictionaries(st.sampled_from("abcdxyz"), st.integers(0, 2)))
def test_every_measure_is_between_0_and_1(ranking: list[str], grades: dict[str, int]) -> None:
    for measure in (ndcg(ranking, grades), recall(ranking, grades), reciprocal_rank(ranking, grades)):
        assert 0 <= measure <= 1 + 1e-12


def test_a_beir_folder_is_read(folder: Path) -> None:
    test_set = read_test_set(folder)
    assert [document.id for document in test_set.documents] == ["d1", "d2", "d3", "4"]
    assert test_set.documents[0].question == "住民票はどこで取れますか"
    assert (test_set.documents[2].question, test_set.documents[2].answer) == ("", "図書館は月曜日に休みます。")
    assert test_set.queries[0] == ("q1", "住民票がほしい")
    assert test_set.grades == {"q1": {"d1": 2, "d3": 0}, "q2": {"d2": 1}, "q3": {"d3": 2, "4": 1}}


def test_grades_need_no_heading(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t2\n", encoding="utf-8")
    assert read_test_set(folder).grades == {"q1": {"d1": 2}}


def test_files_of_windows_are_read_too(folder: Path) -> None:
    before = read_test_set(folder)
    for path in (folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels" / "test.tsv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_test_set(folder) == before


def test_a_line_separator_inside_a_text_ends_no_line(folder: Path) -> None:
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "住民票\u2028はどこ\x85"}\n', encoding="utf-8")
    assert read_test_set(folder).queries == (("q1", "住民票\u2028はどこ\x85"),)


def test_a_title_of_null_is_no_title(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "title": null, "text": "窓口"}\n', encoding="utf-8")
    assert read_test_set(folder).documents[0].question == ""


def _write(name: str, content: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content, encoding=encoding)


def _remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(_remove("corpus.jsonl"), r"corpus\.jsonl: ファイルがありません", id="no corpus"),
        pytest.param(_remove("queries.jsonl"), r"queries\.jsonl: ファイルがありません", id="no queries"),
        pytest.param(_remove("qrels/test.tsv"), r"test\.tsv: ファイルがありません", id="no grades"),
        pytest.param(
            _write("corpus.jsonl", CORPUS + "{nonsense\n"), r"corpus\.jsonl:6: JSON として読めません", id="not JSON"
        ),
        pytest.param(_write("corpus.jsonl", '{"title": "x"}\n'), r"corpus\.jsonl:1: _id がありません", id="no id"),
        pytest.param(
            _write("queries.jsonl", QUERIES + '{"_id": "q5"}\n'), r"queries\.jsonl:5: text がありません", id="no text"
        ),
        pytest.param(
            _write("queries.jsonl", "[1, 2]\n"), r"queries\.jsonl:1: _id がありません", id="a list, not a row"
        ),
        pytest.param(_write("qrels/test.tsv", "q1 d1 2\n"), r"test\.tsv:1: .*タブで区切って", id="blanks for tabs"),
        pytest.param(_write("qrels/test.tsv", GRADES + "q1\td2\tgood\n"), r"test\.tsv:7: ", id="a grade in words"),
        pytest.param(_write("qrels/test.tsv", "q1\t0\td1\t2\n"), r"test\.tsv:1: ", id="four columns, as TREC has them"),
        pytest.param(
            _write("queries.jsonl", "質問", encoding="cp932"),
            r"queries\.jsonl: UTF-8 ではありません",
            id="Shift_JIS",
        ),
    ],
)
def test_a_bad_file_is_named_with_its_line(folder: Path, spoil: Callable[[Path], object], message: str) -> None:
    spoil(folder)
    with pytest.raises(TestSetError, match=message):
        read_test_set(folder)


def test_a_run_ranks_every_query(folder: Path, vectors: Vectors) -> None:
    test_set = read_test_set(folder)
    result = run(test_set, vectors)
    assert [row.query for row in result.ranked] == ["q1", "q2", "q3", "q4"]
    assert [ids(row)[0] for row in result.ranked[:3]] == ["d1", "d2", "d3"]
    assert all(sorted(ids(row)) == ["4", "d1", "d2", "d3"] for row in result.ranked)
    assert [query for query, _ in result.rankings] == ["q1", "q2", "q3", "q4"]


def test_a_run_is_evaluated_over_the_graded_queries_only(folder: Path) -> None:
    test_set = read_test_set(folder)
    evaluation = evaluate(test_set, run(test_set, NO_VECTORS))
    assert (evaluation.queries, evaluation.queries_with_right) == (3, 2)
    assert evaluation.success_at_1 == evaluation.mrr == evaluation.recall_at_10 == 1
    assert evaluation.ndcg_at_10 > 0.9


def test_a_first_document_is_right_where_it_holds_the_right_information(folder: Path) -> None:
    test_set = read_test_set(folder)
    cases = first_candidates(test_set, run(test_set, NO_VECTORS))
    # The second question's document is merely related; the fourth question was graded by nobody.
    assert [case.right for case in cases] == [True, False, True]
    assert all(0 < case.score < 1 for case in cases)
    assert all(case.answerable for case in cases if case.answered_at)


def test_without_documents_no_first_one_is_right() -> None:
    test_set = TestSet((), (("q1", "住民票"),), {"q1": {"a": 2}})
    [case] = first_candidates(test_set, run(test_set, NO_VECTORS))
    assert (case.right, case.score, case.answered_at) == (False, 0.0, frozenset())


def test_an_evaluation_by_hand() -> None:
    test_set = TestSet((), (), {"q1": {"a": 2}, "q2": {"b": 1}, "q3": {"c": 2, "d": 1}, "q4": {}})
    ranked = [
        Ranked("q1", (("a", 3.0), ("b", 2.0)), 1.0),
        Ranked("q2", (("a", 3.0), ("b", 2.0)), 4.0),
        Ranked("q3", (("x", 3.0), ("d", 2.0), ("y", 1.0), ("c", 0.5)), 2.0),
        Ranked("q4", (("a", 3.0),), 3.0),
    ]
    evaluation = evaluate(test_set, Run(tuple(ranked), (), 0.5, 2.0))
    assert (evaluation.queries, evaluation.queries_with_right) == (3, 2)
    assert evaluation.ndcg_at_10 == pytest.approx(
        (1 + 1 / math.log2(3) + (1 / math.log2(3) + 2 / math.log2(5)) / (2 + 1 / math.log2(3))) / 3
    )
    assert evaluation.recall_at_10 == 1
    assert evaluation.mrr == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert (evaluation.success_at_1, evaluation.success_at_3, evaluation.success_at_5) == (0.5, 0.5, 1)
    assert (evaluation.index_seconds, evaluation.p50_ms, evaluation.p99_ms) == (0.5, 3.0, 4.0)


def test_nothing_to_evaluate_is_no_error() -> None:
    evaluation = evaluate(TestSet((), (), {}), Run((), (), 0, 0))
    assert astuple(evaluation)[:8] == (0, 0, 0, 0, 0, 0, 0, 0)


def test_a_run_is_written_as_trec_reads_it(folder: Path) -> None:
    lines = list(trec_run(run(read_test_set(folder), NO_VECTORS).ranked))
    assert len(lines) == 16
    assert all(re.fullmatch(r"q[1-4] Q0 (?:d[123]|4) [1-4] -?[0-9]+\.[0-9]{6} kotae", line) for line in lines)
    cells = [line.split() for line in lines]
    assert [int(place) for _, _, _, place, _, _ in cells] == [1, 2, 3, 4] * 4
    assert next(iter(trec_run([Ranked("q", (("d", 0.5),), 0)], tag="mine"))) == "q Q0 d 1 0.500000 mine"


def test_the_points_of_a_run_never_rise_from_place_to_place(folder: Path) -> None:
    for row in run(read_test_set(folder), NO_VECTORS).ranked:
        points = [found for _, found in row.documents]
        assert points == sorted(points, reverse=True)


@pytest.mark.skipif(not LOCALGOVFAQ.exists(), reason=f"the benchmark is not here: {LOCALGOVFAQ}")
def test_real_questions_to_a_municipality_are_ranked_well(vectors: Vectors) -> None:
    """0.679, 0.797 and 0.772 today; another order of learning moves the first by 0.004.  Without learning it is 0.594."""
    test_set = read_test_set(LOCALGOVFAQ)
    found = evaluate(test_set, run(test_set, vectors))
    assert found.ndcg_at_10 >= 0.66
    assert found.recall_at_10 >= 0.78
    assert found.success_at_3 >= 0.75
