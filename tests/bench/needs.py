"""How long the cards of needs take for many open questions: ``python -m tests.bench.needs [--questions N]``.

The questions are made of the bundled wordings, as they are and with words added, so that few are the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console
from sqlalchemy import func, insert, select
from threadpoolctl import threadpool_limits

from app import create_app
from bot.need_jobs import group_needs
from bot.services import Services
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import JST, now
from knowledge.db import migrate, open_database
from knowledge.models import LoggedQuestion, NeedCard, NeedText
from tests.bench.lists import BATCH, example_question, fill
from tests.bench.material import VECTORS
from tests.knowledge.small_town import CODE

ROOT = Path(__file__).parents[2]
_PLACES = ("駅前", "公民館", "支所", "北部", "南町", "体育館", "東地区", "西口", "議会")
_SIDES = (
    "手数料",
    "予約",
    "休みの日",
    "駐車場",
    "持ち物",
    "代理",
    "郵送",
    "締切",
    "様式",
    "割引",
    "名義変更",
    "再発行",
)


def wordings() -> list[str]:
    """What the bundled entries are asked by."""
    bundles = [read_bundle(folder) for folder in content_folders(ROOT / "knowledge" / "content")]
    entries = [entry for bundle in bundles for entry in bundle.entries]
    return list(dict.fromkeys(text for entry in entries for text in (entry.question, *entry.phrasings)))


def asked(texts: list[str], chance: random.Random) -> str:
    """A third as it is, the others with a place and a side."""
    text, kind = chance.choice(texts), chance.randrange(3)
    if kind == 0:
        return text
    more = f"{chance.choice(_PLACES)}の{chance.choice(_SIDES)}"
    return f"{text.rstrip('？?。')}、{more}も" if kind == 1 else f"{more}と{text}"


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.needs", description="ニーズ票をまとめる速さを測る")
    parser.add_argument("--questions", type=int, default=100_000)
    given = parser.parse_args()
    threadpool_limits(1, "blas")
    console, chance, texts = Console(width=100), random.Random(3), wordings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vectors").symlink_to(VECTORS.resolve())
        url = f"sqlite:///{folder}/needs.db"
        database = open_database(url)
        migrate(database)
        fill(database, folder / "content", 300, BATCH)
        rows = [_row(number, asked(texts, chance), chance) for number in range(given.questions)]
        for start in range(0, len(rows), BATCH):
            with database.writing() as session:
                session.execute(insert(LoggedQuestion), rows[start : start + BATCH])
        database.dispose()
        kit: Services = create_app({"INSTANCE_PATH": name, "DATABASE_URL": url, "SENDER_THREADS": "0"}).extensions[
            "kotae"
        ]
        kit.corpus.current(CODE)
        begun = time.monotonic()
        found = group_needs(kit, CODE, {}, lambda _: None)
        seconds = time.monotonic() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with kit.database.reading() as session:
            cards = session.scalar(select(func.count()).select_from(NeedCard))
            distinct = session.scalar(select(func.count()).select_from(NeedText))
        begun = time.monotonic()
        group_needs(kit, CODE, {}, lambda _: None)
        console.print(
            f"{found['questions']:,} 問（ちがう文 {distinct:,}）を {cards:,} 枚の票に：{seconds:.1f} 秒、"
            f"メモリー {peak:.0f} MB。もう一度（新しい質問なし）：{time.monotonic() - begun:.1f} 秒"
        )
        kit.database.dispose()


def _row(number: int, text: str, chance: random.Random) -> dict[str, object]:
    moment = now() - dt.timedelta(minutes=20 + number * 5)
    return example_question(number, 300, chance) | {
        "id": f"n{number:035}",
        "event_key": f"need:{number}",
        "text": text,
        "words": " 語 ",
        "delicate": None,
        "decision": "none",
        "entry_id": None,
        "entry_version": None,
        "tapped_entry_id": None,
        "tapped_at": None,
        "candidates": [],
        "feedback": None,
        "need_signal": "none",
        "need": None,
        "asked_at": moment,
        "jst_date": moment.astimezone(JST).date(),
    }


if __name__ == "__main__":
    main()
