"""What a change would do, and why a reply is as it is: ``knowledge effect``, ``why`` and ``checks``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from bot.effect_check import (
    CHANGE_NAMES,
    Change,
    ChangedQuestion,
    Checked,
    Effect,
    caution_effects,
    check_effect,
    prepare,
    side_by_side,
)
from bot.effect_jobs import asked_lately, last_month, reply_memory
from bot.explanation import Explanation, explain
from bot.many_questions import Got, Side, processes_here
from bot.services import Services, services
from bot.spreadsheet_commands import difference_lines
from bot.virus_check import scanned
from intents.decision import POLICIES, Decision
from knowledge.calendar import now, today
from knowledge.caution import LEVELS
from knowledge.check_question_sheet import check_sheet, take_in
from knowledge.check_questions import DECISIONS, check_questions
from knowledge.corpus import Knowledge, UnknownMunicipalityError
from knowledge.import_items import ImportPlan
from knowledge.imports import import_into
from knowledge.municipality_codes import unknown_municipality
from knowledge.offices import public_numbers
from knowledge.sheet_places import ImportFaultsError
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.upload_limits import UploadError

checks_group = AppGroup("checks", help="確認用の質問（公開前に必ず確かめる質問と、正しい対応）。")

_WIDTH = 110
_LONGEST_TEXT = 60
_municipality = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
_LEVEL_NAMES = {shown: name for name, shown in LEVELS.items()}


@click.command("effect")
@_municipality
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--level", type=click.Choice([*LEVELS, *_LEVEL_NAMES]), help="どのくらい確かなら答えるかを変えてみる。")
@click.option("--levels", is_flag=True, help="慎重・標準・積極的のそれぞれが、この30日の質問で何を変えたかを出す。")
@click.option("--publish", is_flag=True, help="FILE で下書きの状態を「公開」に変えた行も、公開したとして確かめる。")
@click.option("--end-missing", is_flag=True, help="FILE から消えている行を、終了したとして確かめる。")
@click.option("--prepare", "only_prepare", is_flag=True, help="今の返事だけを先に確かめておく（次の確認が速くなる）。")
@click.option("--rows", default=20, show_default=True, type=click.IntRange(0, 1000), help="変わる質問を何件出すか。")
@click.option("--show", metavar="QUESTION", help="この質問への、今の返事と変えたあとの返事を並べて出す。")
def effect_command(
    municipality: str,
    file: Path | None,
    level: str | None,
    levels: bool,
    publish: bool,
    end_missing: bool,
    only_prepare: bool,
    rows: int,
    show: str | None,
) -> None:
    """公開前の影響確認。FILE（書き出して直した表）か --level のとおりにしたら何が変わるかを、何も変えずに出す。"""
    if sum((file is not None, level is not None, levels, only_prepare)) != 1:
        raise click.UsageError("FILE・--level・--levels・--prepare のどれか一つを書いてください")
    kit = services()
    knowledge = knowledge_of(kit, municipality)
    old = Side(knowledge)
    if levels:
        _show_levels(kit, knowledge)
        return
    if only_prepare:
        missing = prepare(old, *asked_lately(kit, municipality), memory=reply_memory(kit), processes=processes_here())
        click.echo(f"新しく確かめた質問: {missing}件")
        return
    new = _of_level(knowledge, level) if level else _of_file(kit, municipality, file, publish, end_missing)
    if show:
        before, after = side_by_side(old, new, show)
        click.echo(f"【今】\n{before}\n\n【変えたあと】\n{after}")
        return
    print_effect(kit, old, new, rows)


def print_effect(kit: Services, old: Side, new: Side, rows: int) -> None:
    """Ask both sides what residents asked lately, and tell what differs."""
    found = check_effect(
        old,
        new,
        *asked_lately(kit, old.knowledge.town.code),
        memory=reply_memory(kit),
        progress=_show_progress,
        processes=processes_here(),
    )
    _end_progress()
    console = Console(width=_WIDTH)
    for part in effect_report(found, rows):
        console.print(part)


def knowledge_of(kit: Services, code: str) -> Knowledge:
    try:
        return kit.corpus.current(code)
    except UnknownMunicipalityError as error:
        raise click.ClickException(unknown_municipality(code)) from error


def _of_level(knowledge: Knowledge, level: str) -> Side:
    return Side(knowledge, POLICIES[_LEVEL_NAMES.get(level, level)])


def _of_file(kit: Services, code: str, file: Path | None, publish: bool, end_missing: bool) -> Side:
    """What residents would get if the file were imported; its differences are told first."""
    plans: list[ImportPlan] = []
    try:
        sheets = read_tables(scanned(file or Path(), code))
        knowledge = kit.corpus.tried(
            code,
            lambda session: plans.append(
                import_into(session, code, sheets, now(), end_missing=end_missing, publish=publish)
            ),
        )
    except UploadError as error:
        raise click.ClickException(str(error)) from error
    except ImportFaultsError as error:
        raise click.ClickException("\n".join(error.faults)) from error
    for plan in plans:
        click.echo(list(difference_lines(plan))[-1])
    return Side(knowledge)


def effect_report(effect: Effect, rows: int) -> Iterator[Table | str]:
    """A check as staff read it: the counts, the questions that change, the 確認用の質問."""
    yield (
        f"確かめた質問 {effect.asked.questions:,}種類（のべ {effect.asked.times:,}回）、"
        f"前のやりとりがないと分からないため除いた質問 {effect.left_out.questions:,}種類、{effect.seconds:.1f}秒"
    )
    counts = Table("変わり方", "質問", "のべ回数", title="変わること")
    for change, name in CHANGE_NAMES.items():
        count = effect.counts.get(change)
        if count:
            counts.add_row(name, f"{count.questions:,}", f"{count.times:,}")
    counts.add_row("変わらない", f"{effect.unchanged.questions:,}", f"{effect.unchanged.times:,}")
    yield counts
    if effect.changed and rows:
        yield _changes(effect.changed[:rows], sum(count.questions for count in effect.counts.values()))
    if effect.checks:
        yield (
            f"確認用の質問 {effect.checks}件: 正しいもの {effect.checks_right_before}件 → {effect.checks_right_after}件"
        )
    for title, checked in (("正しくなくなる", effect.now_wrong), ("正しくなる", effect.now_right)):
        yield from (f"  {title}: {_cut(one.question.text)}（{_checked(one)}）" for one in checked[:rows])


def _changes(changed: Iterable[ChangedQuestion], every: int) -> Table:
    table = Table("回数", "質問", "変わり方", "今", "変えたあと", title=f"よく聞かれる順（全 {every:,}件）")
    for one in changed:
        table.add_row(str(one.times), _cut(one.text), CHANGE_NAMES[one.change], _got(one.old), _got(one.new))
    return table


def _checked(one: Checked) -> str:
    wanted = "・".join(one.question.entry_ids)
    right = DECISIONS.get(one.question.decision, one.question.decision)
    return f"正しいのは {right}{' ' + wanted if wanted else ''}、変えたあとは {_got(one.new)}"


def _got(got: Got) -> str:
    if got.decision is Decision.SUGGEST:
        return "選択肢: " + "／".join(title for _, title in got.choices)
    shown = DECISIONS.get(got.decision.value, got.decision.value)
    return f"{shown}: {got.title}" if got.title else shown


def _cut(text: str) -> str:
    flat = text.replace("\n", "⏎")
    return flat if len(flat) <= _LONGEST_TEXT else f"{flat[: _LONGEST_TEXT - 1]}…"


def _show_levels(kit: Services, knowledge: Knowledge) -> None:
    asked, checks = asked_lately(kit, knowledge.town.code, *last_month(today()))
    found = caution_effects(knowledge, asked, checks, progress=_show_progress, processes=processes_here())
    _end_progress()
    table = Table(
        "水準", *(CHANGE_NAMES[change] for change in Change), "変わらない", title="この30日の質問で変わったこと"
    )
    for level, effect in found.items():
        cells = (effect.counts.get(change) for change in Change)
        shown = (f"{count.questions:,}（{count.times:,}回）" if count else "－" for count in cells)
        mark = "（今の水準）" if POLICIES[level] == knowledge.town.policy else ""
        table.add_row(f"{LEVELS[level]}{mark}", *shown, f"{effect.unchanged.questions:,}")
    Console(width=_WIDTH + 30).print(table)
    for level, effect in found.items():
        for one in effect.changed[:5]:
            click.echo(
                f"{LEVELS[level]}: {_cut(one.text)}  {CHANGE_NAMES[one.change]}（{_got(one.old)} → {_got(one.new)}）"
            )


def _show_progress(share: float) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r確かめています {share:4.0%}", err=True, nl=False)


def _end_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r", err=True, nl=False)


@click.command("why")
@_municipality
@click.argument("question")
def why_command(municipality: str, question: str) -> None:
    """ためしに聞く。住民が受け取る返事と、そうなった理由を出す。"""
    found = explain(knowledge_of(services(), municipality), question)
    click.echo(f"{found.text}\n\n{'─' * 30}")
    for line in why_lines(found):
        click.echo(line)


def why_lines(found: Explanation) -> Iterator[str]:
    """An explanation as staff read it."""
    yield from found.why
    if found.facet:
        yield f"たずねた側面: {found.facet}"
    seen = found.understood
    if seen:
        yield f"探したことば: {'、'.join(word for word, _ in seen.words) or '（なし）'}"
        if seen.mended:
            yield f"読み替え: {seen.mended[0]} → {seen.mended[1]}"
        for one in seen.synonyms:
            yield f"同じ意味のことば: {one.said} ＝ {'・'.join(one.same)}"
        if seen.unknown:
            yield f"どの答えにもないことば: {'、'.join(seen.unknown)}"
        if seen.ignored:
            yield f"無視したことば: {'、'.join(seen.ignored)}"
    for place, shown in enumerate(found.candidates[:5], 1):
        held = "・".join(shown.matched) or "なし"
        lacking = f"、ないことば {'・'.join(shown.missing)}" if shown.missing else ""
        likely = f"単独の確からしさ {shown.likelihood:.0%}、合ったことば {held}{lacking}"
        yield f"{place}. {shown.title}（{shown.entry_id}）  {likely}"


@checks_group.command("export")
@_municipality
@click.argument("file", type=click.Path(path_type=Path))
def checks_export(municipality: str, file: Path) -> None:
    """確認用の質問を表（.xlsx か .csv）に書き出す。"""
    kit = services()
    knowledge_of(kit, municipality)
    with kit.database.reading() as session:
        questions = check_questions(session, municipality)
    try:
        write_tables(file, [], [check_sheet(questions)])
    except UploadError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file}: 書けません（フォルダーがあるか確かめてください）") from error
    click.echo(f"{file.name}: {len(questions)}件")


@checks_group.command("import")
@_municipality
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--end-missing", is_flag=True, help="表から消えている質問を、使わないことにする。")
def checks_import(municipality: str, file: Path, end_missing: bool) -> None:
    """確認用の質問の表を読み込む（まちがいが一つでもあれば、何も変えない）。"""
    kit = services()
    knowledge_of(kit, municipality)
    numbers = public_numbers(kit.database, municipality)
    take = partial(take_in, moment=now(), end_missing=end_missing, public_numbers=numbers)
    try:
        sheets = read_tables(scanned(file, municipality))
        with kit.database.writing() as session:
            done = take(session, municipality, sheets)
    except UploadError as error:
        raise click.ClickException(str(error)) from error
    except ImportFaultsError as error:
        raise click.ClickException("\n".join([*error.faults, "何も変えていません"])) from error
    click.echo(f"追加・変更 {done.kept}、変更なし {done.unchanged}、終了 {done.ended}")
