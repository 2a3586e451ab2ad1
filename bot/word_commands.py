"""``knowledge words``: synonyms, ignored words and terms of other languages, with what each changes."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from bot.effect_commands import knowledge_of, print_effect
from bot.effect_jobs import JobFaultError, with_word
from bot.many_questions import Side
from bot.services import services
from intents.glossary import LANGUAGES
from intents.language import JAPANESE
from knowledge.calendar import now
from knowledge.staff_words import IGNORED, KINDS, Word, WordError, keep_word, listed_words, remove_word

words_group = AppGroup("words", help="同義語・略語、無視する語、ほかの言葉での言い方、ふりがな。")

_NAMES = {shown: name for name, shown in KINDS.items()}
_municipality = click.option("--municipality", metavar="CODE", required=True, help="全国地方公共団体コード（6桁）。")
_kind = click.option("--kind", type=click.Choice(list(_NAMES)), default="同義語", show_default=True, help="語の種類。")
_language = click.option(
    "--language", type=click.Choice([JAPANESE, *LANGUAGES]), default=JAPANESE, show_default=True, help="語の言葉。"
)
_try = click.option("--dry-run", is_flag=True, help="何も変えず、住民への返事がどう変わるかを出す。")


@words_group.command("list")
@_municipality
def words_list(municipality: str) -> None:
    """登録した語を出す。"""
    kit = services()
    knowledge_of(kit, municipality)
    with kit.database.reading() as session:
        words = listed_words(session, municipality)
    for word in words:
        meaning = f" ＝ {word.means}" if word.means else ""
        spoken = f"（{word.language}）" if word.language != JAPANESE else ""
        click.echo(f"{KINDS[word.kind]}: {word.word}{spoken}{meaning}")
    click.echo(f"{len(words)}語")


@words_group.command("add")
@_municipality
@_kind
@_language
@_try
@click.argument("word")
@click.argument("means", required=False, default="")
def words_add(municipality: str, kind: str, language: str, dry_run: bool, word: str, means: str) -> None:
    """WORD を MEANS と同じ意味として使う（無視する語には MEANS を書かない）。次の質問から効く。"""
    _change(municipality, Word(_NAMES[kind], word, means, language), dry_run=dry_run, remove=False)


@words_group.command("remove")
@_municipality
@_kind
@_language
@_try
@click.argument("word")
def words_remove(municipality: str, kind: str, language: str, dry_run: bool, word: str) -> None:
    """WORD を使わないことにする。"""
    _change(municipality, Word(_NAMES[kind], word, "", language), dry_run=dry_run, remove=True)


def _change(code: str, word: Word, *, dry_run: bool, remove: bool) -> None:
    kit = services()
    old = Side(knowledge_of(kit, code))
    try:
        if dry_run:
            print_effect(kit, old, with_word(kit, code, word, remove=remove), rows=20)
            click.echo("確かめただけで、何も変えていません（--dry-run を外すと変えます）")
            return
        with kit.database.writing() as session:
            changed = remove_word(session, code, word) if remove else keep_word(session, code, word, now())
    except (WordError, JobFaultError) as error:
        raise click.ClickException(str(error)) from error
    meaning = "" if remove or word.kind == IGNORED else f" ＝ {word.means}"
    click.echo(f"{word.word}{meaning}: {'変えました' if changed else '変わりません'}")
