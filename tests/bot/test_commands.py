"""The command line, through the command line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.cli import FlaskGroup
from flask.testing import FlaskCliRunner

from app import create_app
from bot.commands import answer_lines
from bot.operation.readiness import Readiness
from bot.services import Services
from intents.decision import Decision
from knowledge.caution import LEVELS
from knowledge.db import migrate
from knowledge.models import LineEvent, Municipality

FIELDS = ["municipality", "question", "language", "decision", "text", "entry_id", "title", "score", "candidates", "sources", "contact", "index_version", "elapsed_ms", "reply_language"]  # fmt: skip


def run(runner: FlaskCliRunner, *words: str, given: str | bytes = "", status: int = 0) -> str:
    # As ``flask --app app …`` does: the group finds the app and pushes its context.
    group = FlaskGroup(add_default_commands=False, load_dotenv=False)
    result = runner.invoke(cli=group, args=list(words), input=given)
    assert result.exit_code == status, result.output + repr(result.exception)
    return result.stdout if status == 0 else result.output


def lines(runner: FlaskCliRunner, *given: str | dict[str, Any]) -> list[dict[str, Any]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in given)
    return [json.loads(line) for line in run(runner, "ask", "--jsonl", given=text).splitlines()]


# --- ask ---------------------------------------------------------------------------------------------------------


def test_ask_shows_what_a_resident_reads(runner: FlaskCliRunner, question_for: dict[Decision, str]) -> None:
    text = run(runner, "ask", "--municipality", "242047", question_for[Decision.ANSWER], "こんにちは")
    assert f"【{question_for[Decision.ANSWER]}】" in text
    assert "出典：松阪市デジタルトランスフォーメーション(DX)推進計画(案)" in text
    assert "【こんにちは】\nこんにちは。松阪市の" in text


def test_ask_reads_its_questions_from_standard_input(runner: FlaskCliRunner) -> None:
    text = run(runner, "ask", "--municipality", "242047", given="こんにちは\n\nありがとう\n")
    assert [line for line in text.splitlines() if line.startswith("【")] == ["【こんにちは】", "【】", "【ありがとう】"]


def test_ask_as_json_writes_one_answer_object_a_question(runner: FlaskCliRunner) -> None:
    found = [json.loads(line) for line in run(runner, "ask", "--municipality", "242047", "--json", "こんにちは", "住民票 コンビニ").splitlines()]  # fmt: skip
    assert [row["question"] for row in found] == ["こんにちは", "住民票 コンビニ"]
    assert [list(row) for row in found] == [FIELDS, FIELDS]
    assert found[0]["decision"] == "smalltalk"


def test_each_question_of_one_call_stands_alone(runner: FlaskCliRunner) -> None:
    alone = run(runner, "ask", "--municipality", "242047", "--json", "いくら？")
    after = run(runner, "ask", "--municipality", "242047", "--json", "住民票 コンビニ", "いくら？").splitlines()[1]
    assert json.loads(alone)["entry_id"] == json.loads(after)["entry_id"]


def test_an_unknown_municipality_is_told_with_the_remedy(runner: FlaskCliRunner) -> None:
    said = run(runner, "ask", "--municipality", "999999", "x", status=1)
    assert "市町村 999999 がありません" in said
    assert "knowledge load" in said
    assert "Traceback" not in said


def test_ask_without_a_municipality_says_what_is_missing(runner: FlaskCliRunner) -> None:
    assert "--municipality CODE" in run(runner, "ask", "x", status=2)


def test_jsonl_answers_in_order_with_the_ids_given(runner: FlaskCliRunner) -> None:
    found = lines(
        runner,
        {"id": "a", "municipality": "242047", "question": "こんにちは"},
        {"id": 7, "municipality": "222232", "question": "ありがとう"},
        {"municipality": "242047", "question": "さようなら"},
    )
    assert [row.get("id") for row in found] == ["a", 7, None]
    assert [row["municipality"] for row in found] == ["242047", "222232", "242047"]
    assert list(found[0]) == ["id", *FIELDS]
    assert list(found[2]) == FIELDS


BAD = {
    "no JSON": ("{", None),
    "a list": ("[1, 2]", None),
    "a number": ("7", None),
    "null": ("null", None),
    "no question": ('{"id": "a", "municipality": "242047"}', "a"),
    "no municipality": ('{"id": "a", "question": "x"}', "a"),
    "question is a number": ('{"id": "a", "municipality": "242047", "question": 7}', "a"),
    "code is a number": ('{"id": "a", "municipality": 242047, "question": "x"}', "a"),
    "unknown code": ('{"id": "a", "municipality": "999999", "question": "x"}', "a"),
    "lone surrogate as code": ('{"id": "a", "municipality": "\\ud800", "question": "x"}', "a"),
    "NUL as code": ('{"id": "a", "municipality": "\\u0000", "question": "x"}', "a"),
    "nested without end": ("[" * 100_000, None),
    "a number without end": ('{"id": ' + "9" * 10_000 + "}", None),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_gets_an_error_and_stops_nothing(runner: FlaskCliRunner, case: str) -> None:
    line, known = BAD[case]
    good = {"id": "good", "municipality": "242047", "question": "こんにちは"}
    first, second = lines(runner, line, good)
    assert first["error"]
    assert first.get("id") == known
    assert second["decision"] == "smalltalk"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"id": "\\ud800", "municipality": "242047", "question": "こんにちは"}', id="in the id"),
        pytest.param('{"id": "\\ud800", "municipality": "242047"}', id="in the id of a bad line"),
        pytest.param('{"id": "a", "municipality": "242047", "question": "\\ud800こんにちは"}', id="in the question"),
        pytest.param('{"id": "a", "municipality": "242047", "question": "x", "conversation": "\\ud800"}', id="in the conversation"),
    ],
)  # fmt: skip
def test_half_a_character_stops_nothing(site: Flask, line: str) -> None:
    good = '{"id": "good", "municipality": "242047", "question": "こんにちは"}'
    first, second = answer_lines(site.extensions["kotae"], [line, good])
    assert json.loads(first.encode()).get("id") == json.loads(line)["id"]
    assert json.loads(second.encode())["id"] == "good"


def test_bytes_that_are_no_utf_8_stop_nothing(runner: FlaskCliRunner) -> None:
    good = json.dumps({"id": "good", "municipality": "242047", "question": "こんにちは"}).encode()
    found = run(runner, "ask", "--jsonl", given=b"\xff\xfe\n\n" + good + b"\r\n").splitlines()
    assert "error" in json.loads(found[0])
    assert json.loads(found[1])["id"] == "good"


def test_lines_of_one_conversation_are_one_dialogue(runner: FlaskCliRunner, question_for: dict[Decision, str]) -> None:
    def line(question: str, conversation: str | None) -> dict[str, Any]:
        return {"municipality": "242047", "question": question, "conversation": conversation}

    first, other, alone, taken = lines(
        runner,
        line(question_for[Decision.SUGGEST], "a"),
        line("1", "b"),
        line("1", None),
        line("1", "a"),
    )
    assert taken["entry_id"] == first["candidates"][0]["entry_id"]
    assert other["entry_id"] != taken["entry_id"]
    assert alone["entry_id"] == other["entry_id"]


def test_a_conversation_does_not_cross_municipalities(
    runner: FlaskCliRunner, question_for: dict[Decision, str]
) -> None:
    first, alone, second = lines(
        runner,
        {"municipality": "242047", "question": question_for[Decision.SUGGEST], "conversation": "a"},
        {"municipality": "222232", "question": "1"},
        {"municipality": "222232", "question": "1", "conversation": "a"},
    )
    assert first["candidates"]
    assert second["text"] == alone["text"]


# --- evaluate ------------------------------------------------------------------------------------------------------


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """Three documents, two questions."""
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": "d1", "title": "住民票はコンビニで取れますか", "text": "マイナンバーカードがあれば取れます。"},
        {"_id": "d2", "title": "粗大ごみの出し方", "text": "電話で申し込みます。"},
        {"_id": "d3", "title": "保育園の申し込み", "text": "窓口で受け付けます。"},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in documents), encoding="utf-8")
    queries = [{"_id": "q1", "text": "住民票 コンビニ"}, {"_id": "q2", "text": "粗大ごみを捨てたい"}]
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in queries), encoding="utf-8")
    grades = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq2\td2\t2\n"
    (folder / "qrels" / "test.tsv").write_text(grades, encoding="utf-8")
    return folder


def test_evaluate_prints_every_measure(runner: FlaskCliRunner, beir: Path) -> None:
    text = run(runner, "evaluate", str(beir))
    assert {line.split()[0] for line in text.splitlines()} >= {"ndcg_at_10", "recall_at_10", "success_at_1", "mrr"}


def test_evaluate_tells_how_far_the_score_can_be_believed(runner: FlaskCliRunner, beir: Path) -> None:
    text = run(runner, "evaluate", str(beir))
    assert all(title in text for title in ("点の確かさ（期待較正誤差）", "点の高い順に答えるときのまちがい", "AURC"))
    assert [name for name in LEVELS.values() if f"│ {name} " in text] == ["慎重", "標準", "積極的"]
    assert "…" not in text
    found = json.loads(run(runner, "evaluate", str(beir), "--json"))["reliability"]
    assert (found["questions"], found["right"], found["threshold"]) == (2, 1.0, None)
    assert [point["wrong"] for point in found["risk"]["points"]] == [0] * 10
    assert list(found["levels"]) == ["cautious", "standard", "bold"]


def test_evaluate_measures_questions_that_nobody_graded_without_calling_them_wrong(
    runner: FlaskCliRunner, beir: Path
) -> None:
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n", encoding="utf-8")
    assert "点の確かさ" not in run(runner, "evaluate", str(beir))
    assert json.loads(run(runner, "evaluate", str(beir), "--json"))["reliability"] is None


def test_evaluate_as_json_with_run_and_decisions(runner: FlaskCliRunner, beir: Path, tmp_path: Path) -> None:
    run_file, decisions = tmp_path / "run.txt", tmp_path / "decisions.jsonl"
    text = run(runner, "evaluate", str(beir), "--run", str(run_file), "--decisions", str(decisions), "--json")
    found = json.loads(text)
    assert (found["queries"], found["ndcg_at_10"], found["success_at_1"], found["mrr"]) == (2, 1.0, 1.0, 1.0)
    assert found["p99_ms"] >= found["p50_ms"] > 0
    assert found["peak_memory_mb"] > 1
    firsts = {}
    for row in run_file.read_text(encoding="utf-8").splitlines():
        query, q0, document, place, points, tag = row.split()
        assert (q0, tag) == ("Q0", "kotae")
        assert float(points) >= 0
        if place == "1":
            firsts[query] = document
    assert firsts == {"q1": "d1", "q2": "d2"}
    verdicts = [json.loads(row) for row in decisions.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["document"]) for row in verdicts] == [("q1", "d1"), ("q2", "d2")]
    assert all(row["decision"] in set(Decision) and 0 <= row["score"] <= 1 for row in verdicts)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("corpus.jsonl", '{"title": "x"}', "corpus.jsonl:1: _id がありません", id="no id"),
        pytest.param("queries.jsonl", '{"_id": "q1"\n', "queries.jsonl:1: JSON として読めません", id="no JSON"),
        pytest.param("qrels/test.tsv", "q1 d1 2\n", "test.tsv:1: query-id, corpus-id, score をタブで", id="no tabs"),
        pytest.param("queries.jsonl", None, "queries.jsonl: ファイルがありません", id="no file"),
    ],
)
def test_a_fault_of_a_test_set_is_told_by_file_and_line(
    runner: FlaskCliRunner, beir: Path, name: str, text: str | None, said: str
) -> None:
    if text is None:
        (beir / name).unlink()
    else:
        (beir / name).write_text(text, encoding="utf-8")
    output = run(runner, "evaluate", str(beir), status=1)
    assert said in output
    assert "Traceback" not in output


# --- log, knowledge, reconcile, database -----------------------------------------------------------------------------


def test_log_mask_masks_a_line_each(runner: FlaskCliRunner) -> None:
    given = "電話は090-1234-5678です\n住民票 コンビニ\n\n山田太郎と申します\n"
    assert run(runner, "log", "mask", given=given) == "電話は〔電話番号〕です\n住民票 コンビニ\n\n〔氏名〕と申します\n"


def test_log_mask_does_not_stop_at_bytes_that_are_no_utf_8(runner: FlaskCliRunner) -> None:
    assert run(runner, "log", "mask", given=b"\xff\n" + b"090-1234-5678").splitlines()[1] == "〔電話番号〕"


def test_knowledge_load_counts_and_is_quiet_the_second_time(app: Flask) -> None:
    kit: Services = app.extensions["kotae"]
    runner = app.test_cli_runner()
    with kit.database.reading() as session:
        before = session.get_one(Municipality, "242047").knowledge_version
    text = run(runner, "knowledge", "load")
    assert len(text.splitlines()) == 5
    assert text.count("追加 0、更新 0、変更なし") == 5
    with kit.database.reading() as session:
        assert session.get_one(Municipality, "242047").knowledge_version == before


@pytest.mark.usefixtures("patient_readiness")
def test_migrating_and_loading_make_an_empty_instance_ready(tmp_path: Path, vectors_folder: Path) -> None:
    from app import create_app

    (tmp_path / "vectors").symlink_to(vectors_folder)
    app = create_app({"INSTANCE_PATH": str(tmp_path), "SENDER_THREADS": "0"})
    client, runner = app.test_client(), app.test_cli_runner()
    readiness: Readiness = app.extensions["readiness"]
    assert client.get("/readyz").status_code == 503
    run(runner, "database", "migrate")
    readiness.look_anew()
    assert client.get("/readyz").status_code == 503
    assert "松阪市: 追加" in run(runner, "knowledge", "load")
    readiness.look_anew()
    assert client.get("/readyz").status_code == 200
    app.extensions["kotae"].database.dispose()


def event(state: str, number: int, *, minutes_ago: int = 0, accepted: int = 0) -> LineEvent:
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    return LineEvent(
        municipality_code="242047",
        webhook_event_id=f"event-{number}",
        kind="message",
        state=state,
        occurred_at=moment,
        received_at=moment,
        deadline_at=moment + dt.timedelta(seconds=50),
        next_try_at=moment,
        accepted=accepted,
    )


@pytest.mark.parametrize(
    ("events", "status", "said"),
    [
        pytest.param([], 0, {"received": 0, "overdue": 0, "answered_twice": 0, "sound": True}, id="none"),
        pytest.param([("answered", 0, 1), ("received", 0, 0)], 0, {"received": 2, "sound": True}, id="sound"),
        pytest.param([("received", 5, 0)], 1, {"overdue": 1, "sound": False}, id="open too long"),
        pytest.param([("answered", 0, 2)], 1, {"answered_twice": 1, "sound": False}, id="answered twice"),
    ],
)  # fmt: skip
def test_reconcile_counts_and_fails_where_something_is_wrong(
    app: Flask, events: list[tuple[str, int, int]], status: int, said: dict[str, Any]
) -> None:
    """Each event: its state, how many minutes ago it came, how many replies LINE took."""
    kit: Services = app.extensions["kotae"]
    with kit.database.writing() as session:
        for number, (state, minutes_ago, accepted) in enumerate(events):
            session.add(event(state, number, minutes_ago=minutes_ago, accepted=accepted))
    found = json.loads(run(app.test_cli_runner(), "reconcile", "--json", status=status))
    assert {name: found[name] for name in said} == said
    assert "受け取った数" in run(app.test_cli_runner(), "reconcile", status=status)


# --- knowledge languages -----------------------------------------------------------------------------------------


def test_staff_see_and_switch_the_languages_of_replies(app: Flask) -> None:
    own = app.test_cli_runner()
    before = run(own, "knowledge", "languages", "--municipality", "242047")
    assert "使う　  en（文は未確認）" in before
    assert "使わない  zh（文は未確認）" in before
    assert json.loads(run(own, "ask", "--municipality", "242047", "--json", "你好"))["reply_language"] == "easy"
    assert "使う　  zh（文は未確認）" in run(
        own, "knowledge", "languages", "--municipality", "242047", "en", "easy", "zh"
    )
    assert json.loads(run(own, "ask", "--municipality", "242047", "--json", "你好"))["reply_language"] == "zh"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(
            ["242047", "fr"], "fr は使えません（使えるのは en easy zh ko pt vi tl ne）", id="no such language"
        ),
        pytest.param(["999999"], "999999", id="no such municipality"),
        pytest.param(["999999", "en"], "999999", id="no such municipality to switch"),
    ],
)
def test_a_language_that_cannot_be_switched_is_told(app: Flask, words: list[str], sentence: str) -> None:
    assert sentence in run(app.test_cli_runner(), "knowledge", "languages", "--municipality", *words, status=1)


# --- knowledge caution -------------------------------------------------------------------------------------------


def test_staff_see_and_change_how_sure_an_answer_must_be(app: Flask) -> None:
    own = app.test_cli_runner()
    question = "ごみ収集日の前の日に通知を受け取る方法はありますか？"
    asked = ("ask", "--municipality", "242047", "--json", question)
    assert "→標準: 67%以上確かなら答え" in run(own, "knowledge", "caution", "--municipality", "242047")
    assert json.loads(run(own, *asked))["decision"] == "answer"
    assert "→慎重: 80%以上" in run(own, "knowledge", "caution", "--municipality", "242047", "慎重")
    careful = json.loads(run(own, *asked))
    assert careful["decision"] == "suggest"
    assert 0.66 < careful["score"] < 0.8


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        pytest.param(["999999"], 1, "999999", id="no such municipality"),
        pytest.param(["242047", "大胆"], 2, "大胆", id="no such level"),
    ],
)
def test_a_wrong_level_or_town_is_said(app: Flask, words: list[str], status: int, sentence: str) -> None:
    found = run(app.test_cli_runner(), "knowledge", "caution", "--municipality", *words, status=status)
    assert sentence in found


# --- The database ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("ask", "--municipality", "242047", "住民票"),
        ("knowledge", "load"),
        ("knowledge", "due"),
        ("knowledge", "common", "list", "--municipality", "242047"),
        ("welcome",),
    ],
)
def test_tables_of_another_version_are_told_with_the_remedy(words: tuple[str, ...], tmp_path: Path) -> None:
    app = create_app({"INSTANCE_PATH": str(tmp_path)})
    database = app.extensions["kotae"].database
    migrate(database, "0003")
    out = run(app.test_cli_runner(), *words, status=1)
    assert "版と合っていません" in out
    assert "flask --app app upgrade" in out
    database.dispose()


def test_a_database_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    away = {"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    app = create_app(away)
    out = run(app.test_cli_runner(), "knowledge", "load", status=1)
    assert "つながりません" in out
    app.extensions["kotae"].database.dispose()
