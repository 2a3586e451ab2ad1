"""How good a ranking is: the measures of information retrieval, and a run over a test set."""

from __future__ import annotations

import gc
import json
import math
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intents.calibration import Case, ranked_case
from intents.counts import Document
from intents.index import Index, build_index
from intents.learning import Progress, learn
from intents.ranker import RERANKED, Ranking, highest, points, rank
from intents.vectors import Vectors

RUN_DEPTH = 100
GRADE_RIGHT = 2
"""The grade of a document that holds the right information (1: merely related)."""


@dataclass(frozen=True)
class TestSet:
    """A BEIR folder: documents, queries (id, text) and grades (query -> document -> grade)."""

    __test__ = False

    documents: tuple[Document, ...]
    queries: tuple[tuple[str, str], ...]
    grades: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Ranked:
    """One query's ranking: (document id, points), best first, and how long it took (ms)."""

    query: str
    documents: tuple[tuple[str, float], ...]
    elapsed_ms: float


@dataclass(frozen=True)
class Run:
    """Every query's ranking, whole and as ids, and the seconds that index and learning took."""

    ranked: tuple[Ranked, ...]
    rankings: tuple[tuple[str, Ranking], ...]
    index_seconds: float
    learning_seconds: float


@dataclass(frozen=True)
class Evaluation:
    """Means over the graded queries; Success@k over those that have a document of grade 2."""

    queries: int
    queries_with_right: int
    ndcg_at_10: float
    recall_at_10: float
    success_at_1: float
    success_at_3: float
    success_at_5: float
    mrr: float
    index_seconds: float
    learning_seconds: float
    p50_ms: float
    p99_ms: float
    peak_memory_mb: float


class TestSetError(ValueError):
    """A file of the test set is missing or unreadable; the message names file and line."""

    __test__ = False


def read_test_set(folder: Path) -> TestSet:
    documents = tuple(
        Document(str(row["_id"]), str(row.get("title") or ""), (), str(row.get("text") or ""))
        for row in _rows(folder / "corpus.jsonl", ("_id",))
    )
    queries = tuple((str(row["_id"]), str(row["text"])) for row in _rows(folder / "queries.jsonl", ("_id", "text")))
    return TestSet(documents, queries, _grades(folder / "qrels" / "test.tsv"))


def run(test_set: TestSet, vectors: Vectors, progress: Progress = lambda _: None) -> Run:
    """Learn from the documents (no query, no grade is looked at), lay them out, and rank every query."""
    begun = time.perf_counter()
    adaptation = learn(test_set.documents, vectors, progress=progress)
    learning_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    index = build_index(test_set.documents, vectors=vectors, adaptation=adaptation)
    index_seconds = time.perf_counter() - begun
    gc.collect()  # what learning left behind is not the questions' to clear away
    rankings, times = [], []
    for query, text in test_set.queries:
        begun = time.perf_counter()
        rankings.append((query, rank(index, text)))
        times.append((time.perf_counter() - begun) * 1000)
    ranked = (
        Ranked(query, _deep(index, text), elapsed)
        for (query, text), elapsed in zip(test_set.queries, times, strict=True)
    )
    return Run(tuple(ranked), tuple(rankings), index_seconds, learning_seconds)


def _deep(index: Index, text: str) -> tuple[tuple[str, float], ...]:
    """The first RUN_DEPTH documents: as ranked, and behind them by their points alone."""
    found = rank(index, text, RERANKED)
    first = [(candidate.document.id, candidate.points) for candidate in found.candidates]
    known = {name for name, _ in first}
    scores, _ = points(index, found.query)
    least = first[-1][1] if first else 0.0
    later = (index.documents[place].id for place in highest(scores, RUN_DEPTH))
    rest = (name for name in later if name not in known)
    return (*first, *((name, least - place) for place, name in enumerate(rest, 1)))[:RUN_DEPTH]


def evaluate(test_set: TestSet, result: Run) -> Evaluation:
    """The measures of a run, beside what it took."""
    ranked = result.ranked
    graded = [(row, test_set.grades[row.query]) for row in ranked if test_set.grades.get(row.query)]
    right = [(row, grades) for row, grades in graded if GRADE_RIGHT in grades.values()]
    times = sorted(row.elapsed_ms for row in ranked)
    return Evaluation(
        queries=len(graded),
        queries_with_right=len(right),
        ndcg_at_10=_mean([ndcg(ids(row), grades) for row, grades in graded]),
        recall_at_10=_mean([recall(ids(row), grades) for row, grades in graded]),
        success_at_1=_mean([success(ids(row), grades, 1) for row, grades in right]),
        success_at_3=_mean([success(ids(row), grades, 3) for row, grades in right]),
        success_at_5=_mean([success(ids(row), grades, 5) for row, grades in right]),
        mrr=_mean([reciprocal_rank(ids(row), grades) for row, grades in graded]),
        index_seconds=result.index_seconds,
        learning_seconds=result.learning_seconds,
        p50_ms=_percentile(times, 0.50),
        p99_ms=_percentile(times, 0.99),
        peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def first_candidates(test_set: TestSet, result: Run) -> list[Case]:
    """What the decision makes of each graded query's first document, and whether that is right."""
    cases = []
    for query, ranking in result.rankings:
        grades = test_set.grades.get(query)
        if grades:
            first = ranking.candidates[0].document.id if ranking.candidates else ""
            cases.append(ranked_case(ranking, grades.get(first) == GRADE_RIGHT))
    return cases


def ids(row: Ranked) -> list[str]:
    return [document for document, _ in row.documents]


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Normalized discounted cumulative gain with linear gain, as trec_eval counts it."""
    gained = sum(grades.get(name, 0) / math.log2(place + 2) for place, name in enumerate(ranking[:depth]))
    best = sorted(grades.values(), reverse=True)[:depth]
    ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(best))
    return gained / ideal if ideal else 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    relevant = {name for name, grade in grades.items() if grade > 0}
    return len(relevant & set(ranking[:depth])) / len(relevant) if relevant else 0.0


def success(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    return float(any(grades.get(name) == GRADE_RIGHT for name in ranking[:depth]))


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    for place, name in enumerate(ranking, 1):
        if grades.get(name, 0) > 0:
            return 1 / place
    return 0.0


def trec_run(ranked: Sequence[Ranked], tag: str = "kotae") -> Iterator[str]:
    """The rankings in TREC's run format, a line a document."""
    for row in ranked:
        for place, (document, score) in enumerate(row.documents, 1):
            yield f"{row.query} Q0 {document} {place} {score:.6f} {tag}"


def _rows(path: Path, required: Sequence[str]) -> Iterator[dict[str, object]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise TestSetError(f"{path}:{number}: JSON として読めません（{error}）") from error
        missing = [name for name in required if not isinstance(row, dict) or name not in row]
        if missing:
            raise TestSetError(f"{path}:{number}: {missing[0]} がありません")
        yield row


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        cells = line.split("\t")
        if number == 1 and cells[-1:] == ["score"]:
            continue
        try:
            query, document, grade = cells
            grades.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            raise TestSetError(f"{path}:{number}: query-id, corpus-id, score をタブで区切って書きます") from error
    return grades


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line that is not blank, with its number.  U+2028 and the like may stand inside a line."""
    return ((number, line) for number, line in enumerate(_text(path).split("\n"), 1) if line.strip())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TestSetError(f"{path}: ファイルがありません") from error
    except UnicodeDecodeError as error:
        raise TestSetError(f"{path}: UTF-8 ではありません") from error


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
