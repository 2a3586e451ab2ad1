"""The command line: ``flask --app app …``."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click
from alembic.util import CommandError
from flask import Flask
from flask.cli import AppGroup
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from bot import egress
from bot.answer_object import answer_object
from bot.archive_commands import knowledge_erase, knowledge_export_all, knowledge_restore
from bot.audit_commands import audit_group
from bot.backup_commands import backup_group, database_move, restore_command
from bot.calibration_report import reliability_tables
from bot.common_commands import common_group
from bot.conversation import answer_masked
from bot.count_commands import knowledge_counts
from bot.database_faults import explain_database_faults
from bot.demo_commands import demo_group
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.doctor_commands import line_doctor
from bot.draft_commands import drafts
from bot.due_commands import knowledge_due
from bot.effect_commands import checks_group, effect_command, why_command
from bot.faq_commands import faq_page_command, import_faq, publish_faq
from bot.history_commands import knowledge_history
from bot.jobs import work
from bot.jobs_keeper import is_gone
from bot.line.inbox import reconcile
from bot.line.serving import start_senders
from bot.link_commands import knowledge_links
from bot.municipality_commands import new_municipality
from bot.operation.pulse import start_pulse
from bot.operation_commands import alerts_group, evidence_pack_command, status_command
from bot.partition_commands import partition_log_command
from bot.pepper_commands import pepper_group
from bot.plan_commands import import_plan_command
from bot.plan_text_commands import plan_text
from bot.replies import plain_text
from bot.resident_commands import residents_group
from bot.rich_menu_commands import rich_menu_command
from bot.services import Services, services
from bot.settings import LineChannel
from bot.slot_commands import slots_group
from bot.spreadsheet_commands import knowledge_export, knowledge_import
from bot.staff_commands import new_first_code, staff_group
from bot.subject_commands import subjects_group
from bot.upgrade_commands import upgrade_command
from bot.verification_commands import knowledge_verify
from bot.word_commands import words_group
from bot.wording import is_reviewed
from intents.calibration import Reliability, reliability
from intents.decision import POLICIES, decide
from intents.evaluation import Evaluation, TestSetError, evaluate, first_candidates, read_test_set, run, trec_run
from intents.grouping import group
from intents.personal_data import mask
from intents.vectors import make_vectors, open_vectors
from knowledge.bundle import BundleError, read_bundle
from knowledge.calendar import now
from knowledge.caution import LEVELS, caution, set_caution
from knowledge.common_content import CommonContent, common_content
from knowledge.content_places import NoContentError, folders_to_load
from knowledge.corpus import UnknownMunicipalityError
from knowledge.db import migrate
from knowledge.heartbeats import JOBS, SENDER
from knowledge.lessons import learn_next
from knowledge.loading import load_bundle
from knowledge.municipality_codes import unknown_municipality
from knowledge.needs import usual_words
from knowledge.offices import public_numbers
from knowledge.reply_languages import REPLY_LANGUAGES, UnknownLanguageError, reply_languages, set_reply_languages

knowledge_group = AppGroup("knowledge", help="ナレッジ（質問と答え）の出し入れ。")
knowledge_group.add_command(common_group)
knowledge_group.add_command(slots_group)
log_group = AppGroup("log", help="質問の記録。")
database_group = AppGroup("database", help="データベース。")
database_group.add_command(partition_log_command)
line_group = AppGroup("line", help="LINE とのつながり。")
jobs_group = AppGroup("jobs", help="時間のかかる仕事。")
needs_group = AppGroup("needs", help="質問から分かる、住民の求めること。")
knowledge_group.add_command(knowledge_export)
knowledge_group.add_command(knowledge_import)
knowledge_group.add_command(import_faq)
knowledge_group.add_command(publish_faq)
knowledge_group.add_command(faq_page_command)


knowledge_group.add_command(knowledge_verify)
knowledge_group.add_command(knowledge_counts)

knowledge_group.add_command(knowledge_due)
knowledge_group.add_command(knowledge_history)
knowledge_group.add_command(knowledge_links)
for of_one_municipality in (knowledge_export_all, knowledge_restore, knowledge_erase):
    knowledge_group.add_command(of_one_municipality)

for of_effects in (effect_command, why_command, checks_group, words_group):
    knowledge_group.add_command(of_effects)
knowledge_group.add_command(subjects_group)
knowledge_group.add_command(new_municipality)
knowledge_group.add_command(import_plan_command)
knowledge_group.add_command(plan_text)
knowledge_group.add_command(drafts)


def register(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)


@click.command("prepare")
@click.pass_context
def prepare(context: click.Context) -> None:
    """語のベクトル・表・同梱の内容・学習を、すべて今のプログラムに合わせる（何度でもよい）。"""
    for command in (knowledge_vectors, database_migrate, knowledge_load, knowledge_learn):
        context.invoke(command)


@click.command("welcome")
def welcome() -> None:
    """どこを開けばよいかを表示する。"""
    kit = services()
    _check_port(kit.settings.base_url)
    click.echo(f"\nこたえ  {kit.settings.base_url}/\n")
    for town in kit.corpus.towns():
        channel = _channel_state(kit.settings.line_channels.get(town.code))
        click.echo(f"  {town.name}  {kit.settings.base_url}/{town.code}/  （{channel}）")
    click.echo(f"\n職員用の画面  {kit.settings.console_url}/staff/")
    if (code := new_first_code(kit.database, now())) is not None:
        click.echo(f"  最初の管理者を {kit.settings.console_url}/staff/first で決めてください")
        click.echo(f"  一度だけ使えるコード（24時間）: {code}")
    click.echo(f"\nデータは {kit.settings.instance} に置きます（場所と通信する相手: flask --app app status）")
    click.echo("\n止めるには Ctrl+C\n")


def _check_port(base_url: str) -> None:
    """Stop before anything is started where somebody else already answers at our own address."""
    parts = urlsplit(base_url)
    if parts.scheme == "http" and parts.port:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((parts.hostname or "127.0.0.1", parts.port)) == 0:
                raise click.ClickException(
                    f"ポート {parts.port} は使われています（PORT={parts.port + 1} make run のように変えられます）"
                )


def _channel_state(channel: LineChannel | None) -> str:
    if channel is None:
        return "LINE は未設定"
    return "LINE に返信できます" if channel.access_token else "LINE のアクセストークンがありません（返信できません）"


@click.command("ask")
@click.option("--municipality", metavar="CODE", help="全国地方公共団体コード（6桁）。")
@click.option("--json", "as_json", is_flag=True, help="住民が読む文のかわりに、答えのオブジェクトを一行ずつ出す。")
@click.option("--jsonl", "jsonl", is_flag=True, help="標準入力の JSON Lines に、順に一行ずつ答える。")
@click.argument("questions", nargs=-1)
def ask(municipality: str | None, as_json: bool, jsonl: bool, questions: tuple[str, ...]) -> None:
    """質問に答える。質問を書かなければ、標準入力の一行を一つの質問として読む。"""
    if jsonl:
        for line in answer_lines(services(), _lines(sys.stdin)):
            click.echo(line)
        return
    if not municipality:
        raise click.UsageError("--municipality CODE（6桁のコード）を付けてください")
    try:
        found = services().corpus.current(municipality)
    except UnknownMunicipalityError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    numbers = public_numbers(services().database, municipality)
    for question in questions or _lines(sys.stdin):
        outcome, _ = answer_masked(found, question, public_numbers=numbers)
        if as_json:
            click.echo(json.dumps(answer_object(found, outcome), ensure_ascii=False))
        else:
            click.echo(f"【{outcome.question}】\n{plain_text(outcome.reply)}\n")


def answer_lines(kit: Services, lines: Iterable[str]) -> Iterator[str]:
    """An answer object a line; a bad line gets one with ``error`` and stops nothing."""
    dialogues: dict[tuple[str, str], Dialogue] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _one_line(_answer_line(kit, line, number, dialogues))


def _one_line(found: dict[str, Any]) -> str:
    # An id may hold half a character, which no stream takes: written as JSON writes it, \\ud800.
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _answer_line(kit: Services, line: str, number: int, dialogues: dict[tuple[str, str], Dialogue]) -> dict[str, Any]:
    given: Any = None
    try:
        given = json.loads(line)
        code, question = given["municipality"], given["question"]
        if not isinstance(code, str) or not isinstance(question, str):
            raise TypeError
        found = kit.corpus.current(code)
    except UnknownMunicipalityError as error:
        return _error(given, unknown_municipality(str(error)))
    except (KeyError, TypeError):
        return _error(given, f"{number}行目: municipality と question（文字）が必要です")
    except (ValueError, RecursionError):
        return _error(None, f"{number}行目: JSON として読めません")
    key = (code, str(given.get("conversation")))
    before = dialogues.get(key, NEW_DIALOGUE) if given.get("conversation") else NEW_DIALOGUE
    outcome, _ = answer_masked(found, question, before, public_numbers(kit.database, code))
    dialogues[key] = outcome.dialogue
    return {"id": given["id"]} | answer_object(found, outcome) if "id" in given else answer_object(found, outcome)


def _error(given: Any, sentence: str) -> dict[str, Any]:
    known = {"id": given["id"]} if isinstance(given, dict) and "id" in given else {}
    return known | {"error": sentence}


def _lines(stream: TextIO) -> Iterator[str]:
    """Lines as they come; bytes that are no UTF-8 become U+FFFD instead of ending everything."""
    for line in stream.buffer:
        yield line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\n")


@click.command("evaluate")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--run", "run_file", type=click.Path(path_type=Path, dir_okay=False), help="TREC の run を書くファイル。")
@click.option("--decisions", type=click.Path(path_type=Path, dir_okay=False), help="質問ごとの判断を書くファイル。")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す。")
def evaluate_command(folder: Path, run_file: Path | None, decisions: Path | None, as_json: bool) -> None:
    """BEIR の形の FOLDER（corpus.jsonl、queries.jsonl、qrels/test.tsv）で、検索の良さと点の確かさを測る。"""
    try:
        test_set = read_test_set(folder)
    except TestSetError as error:
        raise click.ClickException(str(error)) from error
    if not test_set.documents:
        raise click.ClickException(f"{folder / 'corpus.jsonl'}: 一行もありません")
    for path in filter(None, (run_file, decisions)):
        if not path.parent.is_dir():
            raise click.ClickException(f"{path.parent}: フォルダーがありません")
    result = run(test_set, open_vectors(services().settings.vectors_folder), partial(_show_learning, folder.name))
    found = evaluate(test_set, result)
    if run_file:
        run_file.write_text("\n".join(trec_run(result.ranked)) + "\n", encoding="utf-8")
    if decisions:
        decisions.write_text("\n".join(_decision_lines(result.rankings)) + "\n", encoding="utf-8")
    cases = first_candidates(test_set, result)
    _show_evaluation(found, reliability(cases) if cases else None, as_json)


def _show_evaluation(found: Evaluation, believed: Reliability | None, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(found) | {"reliability": asdict(believed) if believed else None}))
        return
    for name, value in asdict(found).items():
        click.echo(f"{name:20} {value:.4f}" if isinstance(value, float) else f"{name:20} {value}")
    if believed:
        Console(width=110).print(*reliability_tables(believed), sep="\n")


def _decision_lines(rankings: Any) -> Iterator[str]:
    for query, ranking in rankings:
        verdict = decide(ranking)
        first = ranking.candidates[0].document.id if ranking.candidates else None
        yield json.dumps(
            {"id": query, "decision": verdict.decision.value, "score": round(verdict.score, 4), "document": first}
        )


@knowledge_group.command("load")
@click.argument("given", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
def knowledge_load(given: tuple[Path, ...] = ()) -> None:
    """同梱の内容と CONTENT_FOLDER の内容を読み込む（何度でもよい。職員が直したものには触れない）。

    FOLDER（一つの市町村のフォルダーか、それを集めたフォルダー）を書けば、それだけを読み込む。
    """
    kit, common = services(), _common()
    folder_faults = 0
    try:
        folders = folders_to_load(given, kit.settings.content_folder)
    except NoContentError as error:
        raise click.ClickException(str(error)) from error
    for folder in folders:
        try:
            report = load_bundle(kit.database, read_bundle(folder), now(), common)
        except BundleError as error:
            folder_faults += 1
            click.echo(f"{folder.name}: 読み込みませんでした", err=True)
            for problem in error.problems:
                click.echo(f"  {problem}", err=True)
            continue
        click.echo(
            f"{report.municipality}: 追加 {report.added}、更新 {report.updated}、変更なし {report.unchanged}、"
            f"取り下げ {report.withdrawn}、職員のもの {report.left_to_staff}（うち新しい案 {report.drafts}）"
        )
    if folder_faults:
        raise click.ClickException(f"{folder_faults}件のフォルダーにまちがいがあります（上の行を直してください）")


def _common() -> CommonContent:
    try:
        return common_content()
    except BundleError as error:
        raise click.ClickException("\n".join(["共通の内容にまちがいがあります", *error.problems])) from error


@knowledge_group.command("languages")
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.argument("languages", nargs=-1)
def knowledge_languages(municipality: str, languages: tuple[str, ...]) -> None:
    """返事の言葉を表示する。書けば、それだけを使うようにする（例: en easy zh）。日本語はいつも使う。"""
    database = services().database
    try:
        if languages:
            with database.writing() as session:
                set_reply_languages(session, municipality, languages)
        with database.reading() as session:
            on = reply_languages(session, municipality)
    except UnknownLanguageError as error:
        raise click.ClickException(f"{error} は使えません（使えるのは {' '.join(REPLY_LANGUAGES)}）") from error
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    for language in REPLY_LANGUAGES:
        checked = "確認済み" if is_reviewed(language) else "文は未確認"
        click.echo(f"{'使う　' if language in on else '使わない'}  {language}（{checked}）")


@knowledge_group.command("caution")
@click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
@click.argument("level", type=click.Choice(list(LEVELS.values())), required=False)
def knowledge_caution(municipality: str, level: str | None) -> None:
    """どのくらい確かなら直接答えるかを表示する。書けば、それに変える（次の質問から）。"""
    database = services().database
    try:
        if level:
            with database.writing() as session:
                set_caution(session, municipality, next(name for name, shown in LEVELS.items() if shown == level))
        with database.reading() as session:
            now_used = caution(session, municipality)
    except LookupError as error:
        raise click.ClickException(unknown_municipality(municipality)) from error
    for name, shown in LEVELS.items():
        policy = POLICIES[name]
        mark = "→" if name == now_used else "　"
        click.echo(
            f"{mark}{shown}: {policy.answer_from:.0%}以上確かなら答え、{policy.suggest_from:.0%}以上なら選択肢を出す"
        )


@knowledge_group.command("vectors")
def knowledge_vectors() -> None:
    """語のベクトルの小さな写しを作る（あれば何もしない）。"""
    folder = services().settings.vectors_folder
    if len(open_vectors(folder).keys):
        return
    try:
        click.echo(f"語のベクトル: {make_vectors(folder):,}語")
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error


@knowledge_group.command("learn")
def knowledge_learn() -> None:
    """変わったナレッジから、言葉の使われ方を学ぶ（変わっていなければ何もしない）。"""
    kit = services()
    learn = partial(learn_next, kit.database, kit.corpus, open_vectors(kit.settings.vectors_folder))
    while (code := learn(progress=_show_learning)) is not None:
        click.echo(f"\r学習しました: {code}      ", err=True)


def _show_learning(code: str, share: float) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r学習しています: {code} {share:4.0%}", err=True, nl=False)


@jobs_group.command("run")
@click.option("--once", is_flag=True, help="今ある仕事だけをして終わる。")
@click.option("--beside", type=int, metavar="PID", help="この番号のプロセス（サービス）が終われば、いっしょに終わる。")
def jobs_run(once: bool, beside: int | None) -> None:
    """時間のかかる仕事（学習）を、サービスとは別に続ける（止めるには Ctrl+C）。"""
    kit = services()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if beside is not None:
        os.nice(10)  # whoever asks a question comes first
    egress.limit(kit.settings)
    if not once:
        start_pulse(kit, JOBS)
    work(kit, stop, once=once, is_alone=is_gone(beside) if beside is not None else None)


@log_group.command("mask")
def log_mask() -> None:
    """標準入力の一行ずつを、記録するときと同じように伏せ字にする。"""
    for line in _lines(sys.stdin):
        click.echo(mask(line).text)


@database_group.command("migrate")
def database_migrate() -> None:
    """表を今のプログラムに合わせる。"""
    try:
        migrate(services().database)
    except CommandError as error:
        raise click.ClickException(
            "データベースの表は、このプログラムの知らない版です。もっと新しいプログラムで使われたか、"
            "復元が途中で止まったものです（docs/backup.md）"
        ) from error
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"データベースを使えません（DATABASE_URL を確かめてください）: {type(error).__name__}"
        ) from error


database_group.add_command(database_move)
line_group.add_command(line_doctor)
line_group.add_command(rich_menu_command)


@line_group.command("send")
@click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 32), help="返信する糸の数。")
def line_send(threads: int) -> None:
    """届いた LINE のメッセージに返信しつづける（止めるには Ctrl+C）。"""
    kit = services()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    egress.limit(kit.settings)
    start_pulse(kit, SENDER)
    running = start_senders(kit, threads)
    click.echo(f"LINE への返信を始めました（{threads}本）", err=True)
    stop.wait()
    running.stop()


@needs_group.command("group")
@click.option("--jsonl", is_flag=True, required=True, help="標準入力の JSON Lines を読み、一行ずつ出す。")
def needs_group_command(jsonl: bool) -> None:
    """同じことを求める質問をまとめる。{"id", "text"} の行を読み、{"id", "need"} の行を順に出す。"""
    try:
        lines = need_lines(services(), _lines(sys.stdin))
    except SQLAlchemyError as error:
        raise click.ClickException("データベースを読めません。make setup を実行してください") from error
    for line in lines:
        click.echo(line)


def need_lines(kit: Services, lines: Iterable[str]) -> list[str]:
    """An object a line with the need of its text; a bad line gets one with ``error`` and stops nothing."""
    objects = [_need_line(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    asked = [found for found in objects if "text" in found]
    texts = [found.pop("text") for found in asked]
    needs = group(texts, vectors=open_vectors(kit.settings.vectors_folder), background=usual_words(kit.database))
    for need in needs:
        for place in need.members:
            asked[place]["need"] = need.name
    return [_one_line(found) for found in objects]


def _need_line(line: str, number: int) -> dict[str, Any]:
    given: Any = None
    try:
        given = json.loads(line)
        if not isinstance(given["text"], str):
            raise TypeError
        return {"id": given["id"], "text": given["text"]}
    except (KeyError, TypeError):
        return _error(given, f"{number}行目: id と text（文字）が必要です")
    except (ValueError, RecursionError):
        return _error(None, f"{number}行目: JSON として読めません")


@click.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す。")
def reconcile_command(as_json: bool) -> None:
    """LINE から受け取った出来事を状態ごとに数える。75秒を超えて未処理か、二重の返信があれば 1 で終わる。"""
    try:
        found = reconcile(services().database, now())
    except SQLAlchemyError as error:
        raise click.ClickException("データベースを読めません。make setup を実行してください") from error
    if as_json:
        click.echo(json.dumps(asdict(found) | {"sound": found.sound}))
    else:
        click.echo(f"受け取った数            {found.received}")
        for state, count in found.by_state.items():
            click.echo(f"  {state:20}  {count}")
        click.echo(f"うちほかのツールに任せた  {found.left}")
        click.echo(f"75秒を超えて未処理      {found.overdue}")
        click.echo(f"二重に返信              {found.answered_twice}")
        click.echo(f"読めなかった本文        {found.quarantined}")
    sys.exit(0 if found.sound else 1)


COMMANDS = (
    prepare,
    welcome,
    ask,
    evaluate_command,
    reconcile_command,
    knowledge_group,
    log_group,
    database_group,
    line_group,
    jobs_group,
    needs_group,
    demo_group,
    staff_group,
    audit_group,
    backup_group,
    restore_command,
    upgrade_command,
    status_command,
    evidence_pack_command,
    alerts_group,
    residents_group,
    pepper_group,
)
for each in COMMANDS:
    explain_database_faults(each)
