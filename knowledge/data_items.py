"""個人情報の取扱い整理表: every kind of record with its class, owner, place and time; one list for page, file and docs.

``kept``: one of knowledge.retention.KINDS (the municipality sets its days), or days that are fixed, or a sentence.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_

from knowledge import audit, erasures, jobs, log_files, outbox, staff_chats, taken_imports, unsaved_texts
from knowledge.db import Database
from knowledge.erasure_codes import TOLD
from knowledge.models import (
    Base,
    Erasure,
    ErasureCode,
    Job,
    QuarantinedBody,
    SignInFailure,
    StaffChat,
    UnsavedText,
    UnsentMessage,
)
from knowledge.residents_data import count
from knowledge.retention import CHANGES, COUNTS, DIALOGUES, EVENTS, FIGURES, KINDS, TEXTS

UNSENT_DAYS, QUARANTINED_DAYS, FAILURES_DAYS = 90, 90, 30
"""Fixed: LINE brings nothing back after 20 minutes; a fault is looked into within a quarter; guessing is over."""


@dataclass(frozen=True)
class Item:
    """``tables``: where it stands.  ``secrecy``: 自治体機密性, 3 to 1.  ``purge``: what deletes it."""

    name: str
    tables: tuple[str, ...]
    holds: str
    secrecy: int
    owner: str
    kept: str | int
    purge: str


_RESIDENTS, _STAFF, _CONTENT = "住民", "職員", "市町村"
_DAILY = "一日に一度、自動"
_HERE = "内容として使うあいだ"
ITEMS: tuple[Item, ...] = (
    Item(
        "質問の文（伏せ字）",
        ("query_log", "need_texts"),
        "伏せ字にした質問、ニーズ票の質問の文",
        3,
        _RESIDENTS,
        TEXTS,
        f"{_DAILY}（たずねた日から）",
    ),
    Item(
        "質問の件数など",
        ("query_log",),
        "日時、返したもの、人の記号（仮名）",
        2,
        _RESIDENTS,
        COUNTS,
        f"{_DAILY}（たずねた日から）",
    ),
    Item(
        "リンクのクリック",
        ("link_clicks",),
        "日、答え、リンク、開かれた数（だれが、何時に開いたかはない）",
        1,
        _CONTENT,
        COUNTS,
        f"{_DAILY}（開かれた日から）",
    ),
    Item(
        "会話の続き",
        ("conversations",),
        "最後に案内した答え、えらんだ言葉とふりがな、人の記号",
        2,
        _RESIDENTS,
        DIALOGUES,
        f"{_DAILY}（最後の質問から）。LINE のブロックではすぐ",
    ),
    Item(
        "職員と話している人",
        ("staff_chats",),
        "人の記号、いつまで（話の中身はない）",
        2,
        _RESIDENTS,
        "「職員と話す」の時間（1〜72時間）",
        f"{_DAILY}（話が終わって20分から）。求めによる消去ではすぐ",
    ),
    Item(
        "LINE の受信の記録",
        ("line_events",),
        "受けた時刻、状態、人の記号。文は返事のあとすぐ消す",
        2,
        _RESIDENTS,
        EVENTS,
        f"{_DAILY}（受けた時刻から）",
    ),
    Item(
        "ほかのツールへ渡す途中の通信",
        ("forwards",),
        "LINE から届いた通信そのもの（暗号）、メッセージの番号、人の記号",
        3,
        _RESIDENTS,
        "渡すまで（長くて50秒。友だち追加・送信取り消しなどを含むものは20分）",
        "渡すとすぐ。渡せないものは、過ぎて30秒のうち。送信取り消し・求めによる消去でもすぐ",
    ),
    Item(
        "送信取り消しの控え",
        ("unsent_messages",),
        "メッセージの番号だけ",
        1,
        _RESIDENTS,
        UNSENT_DAYS,
        f"{_DAILY}（取り消しから）",
    ),
    Item(
        "読めなかった通信の印",
        ("quarantined_bodies",),
        "大きさと印（ハッシュ）だけ",
        1,
        _RESIDENTS,
        QUARANTINED_DAYS,
        f"{_DAILY}（受けた時刻から）",
    ),
    Item(
        "記録を消すコード",
        ("erasure_codes",),
        "コードの印（ハッシュ）、人の記号",
        2,
        _RESIDENTS,
        TOLD.days,
        f"{_DAILY}（期限から。使うとすぐ）",
    ),
    Item(
        "消したことの台帳",
        ("erasures",),
        "メッセージの番号・人の記号・質問の番号（文はない）",
        2,
        _RESIDENTS,
        erasures.KEPT.days,
        f"{_DAILY}（消した時刻から）。バックアップより長く残す",
    ),
    Item(
        "ニーズ票と住民のことば",
        ("needs", "need_events", "resident_words", "resident_word_choices"),
        "質問から作った名前・語・件数と、職員のしたこと",
        2,
        _RESIDENTS,
        "票を使うあいだ（文は「質問の文」と同じ日数）",
        "文は一日に一度、語は数え直すたびに入れ替え",
    ),
    Item(
        "正答率の確かめ",
        ("accuracy_samples", "accuracy_items", "accuracy_labels"),
        "質問の番号、職員の付けたしるし（文はない）",
        2,
        _RESIDENTS,
        "報告に使うあいだ",
        "市町村の消去",
    ),
    Item(
        "月次締めをした数字",
        ("counted_periods", "period_counts", "period_corrections"),
        "件数だけ",
        1,
        _CONTENT,
        FIGURES,
        f"{_DAILY}（期間の終わりから）",
    ),
    Item(
        "書き出した質問の記録",
        ("log_file_parts",),
        "伏せ字にした質問（CSV）",
        3,
        _RESIDENTS,
        log_files.KEPT.days,
        f"{_DAILY}（作った時刻から）",
    ),
    Item(
        "頼んだ仕事とその結果",
        ("jobs",),
        "影響確認の結果（伏せ字にした質問）など",
        3,
        _RESIDENTS,
        jobs.KEPT.days,
        f"{_DAILY}（終わった時刻から）",
    ),
    Item(
        "送られたファイル",
        ("brought_files",),
        "職員が取り込みに出した表・PDF",
        2,
        _STAFF,
        "UPLOAD_DAYS（1〜30日、ふつうは1日）",
        f"{_DAILY}（送った時刻から）",
    ),
    Item(
        "取り込みの前と後",
        ("taken_imports",),
        "表の取り込みで変わった行の、前と後（元に戻すため）、取り込んだ職員の氏名",
        2,
        _STAFF,
        taken_imports.KEPT.days,
        f"{_DAILY}（取り込んだ時刻から）。一つの市町村で新しい{taken_imports.MOST_KEPT}回まで",
    ),
    Item(
        "書きかけの文",
        ("unsaved_texts",),
        "職員が書きかけた文",
        2,
        _STAFF,
        unsaved_texts.KEPT_FOR.days,
        f"{_DAILY}（とっておいた時刻から）",
    ),
    Item(
        "職員への知らせのメール",
        ("outbox",),
        "件名と本文（住民の文はない）",
        2,
        _STAFF,
        outbox.KEPT.days,
        f"{_DAILY}（作った時刻から）",
    ),
    Item(
        "職員のアカウント",
        ("staff_accounts", "staff_grants", "staff_codes", "line_testers", "office_identities"),
        "氏名、メールアドレス、役割、パスワードのハッシュ",
        3,
        _STAFF,
        "使うあいだ（使い終わる日・停止は「利用者」の画面）",
        "管理者が止める",
    ),
    Item(
        "サインインの記録",
        ("staff_sessions", "office_visits"),
        "時刻、住所（IP）の印",
        2,
        _STAFF,
        "SESSION_DAYS（1〜30日、ふつうは30日）",
        f"{_DAILY}（終わってから）",
    ),
    Item(
        "サインインの失敗",
        ("sign_in_failures",),
        "ログイン名と住所（IP）の印",
        2,
        _STAFF,
        FAILURES_DAYS,
        f"{_DAILY}（失敗から）",
    ),
    Item(
        "操作の記録",
        ("audit_lines", "audit_checkpoints", "audit_head"),
        "だれが、いつ、何をしたか（住民の文はない）",
        2,
        _STAFF,
        "AUDIT_DAYS（365〜3650日、ふつうは400日）",
        _DAILY,
    ),
    Item(
        "変更の承認の記録",
        ("change_requests",),
        "依頼した人、決めた人、変えた中身",
        2,
        _STAFF,
        CHANGES,
        f"{_DAILY}（決まった日から）",
    ),
    Item(
        "サービスの様子",
        ("heartbeats", "alerts", "alert_tellings", "channel_rests", "rate_windows", "line_confirmations"),
        "動いているプロセス、異常と知らせた時刻、1分ごとの質問の数（住所の印で数え、2分で消す）、確かめた人の名前",
        2,
        _STAFF,
        "様子が変わるまで（人が確かめたものは1年で確かめ直す）",
        "新しいもので上書き",
    ),
    Item(
        "誤案内・年度の記録・できごと",
        ("misguidances", "year_facts", "figure_events", "demo_data"),
        "職員が書いた文、件数",
        1,
        _CONTENT,
        _HERE,
        "市町村の消去",
    ),
)
"""What residents and colleagues leave behind; all else in the database is the office's own content."""


def tables_of_items() -> frozenset[str]:
    return frozenset(name for item in ITEMS for name in item.tables)


def period_of(item: Item, days: Mapping[str, int]) -> str:
    """How long, as it is told."""
    if isinstance(item.kept, int):
        return f"{item.kept:,}日"
    return f"{days[item.kept]:,}日" if item.kept in days else item.kept


HEADINGS = (
    *("記録", "入っているもの", "自治体機密性", "だれの情報か", "置く所", "残す期間", "消し方・数え始め"),
    *("文書分類名", "保存期間の名前"),
)


def inventory(days: Mapping[str, int], classes: Mapping[str, tuple[str, str]], place: str) -> list[tuple[str, ...]]:
    """The rows of the table with the settings at hand.  ``classes``: 文書分類名 and 保存期間 by kind."""
    rows: list[tuple[str, ...]] = []
    for item in ITEMS:
        named = classes.get(item.kept, ("", "")) if isinstance(item.kept, str) else ("", "")
        rows.append(
            (item.name, item.holds, str(item.secrecy), item.owner, place, period_of(item, days), item.purge, *named)
        )
    return rows


def inventory_markdown() -> str:
    """The table of the docs, with the usual days."""
    rows = inventory({kind.id: kind.default for kind in KINDS}, {}, "データベース")
    lines = ["| " + " | ".join(HEADINGS[:7]) + " |", "|" + "---|" * 7]
    return "\n".join([*lines, *("| " + " | ".join(row[:7]) + " |" for row in rows)])


def purge_fixed(database: Database, moment: dt.datetime) -> int:
    """Delete what has days that nobody sets; how many rows, which the audit log keeps by table."""
    gone = Counter[str]()
    with database.writing() as session:
        for table, old in _fixed(moment):
            gone[table.__tablename__] += count(session.execute(delete(table).where(old)))
        if counts := dict(+gone):
            audit.append(session, audit.BY_COMMAND, "records_expired", at=moment, details={"counts": counts})
    return gone.total()


def _fixed(moment: dt.datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    def before(days: float) -> dt.datetime:
        return moment - dt.timedelta(days=days)

    ended = Job.state.not_in(("waiting", "running"))
    return [
        (UnsentMessage, UnsentMessage.unsent_at < before(UNSENT_DAYS)),
        (QuarantinedBody, QuarantinedBody.received_at < before(QUARANTINED_DAYS)),
        (SignInFailure, SignInFailure.at < before(FAILURES_DAYS)),
        (StaffChat, StaffChat.until < moment - staff_chats.LATE),
        (ErasureCode, ErasureCode.expires_at < moment - TOLD),
        (Erasure, Erasure.at < moment - erasures.KEPT),
        (UnsavedText, UnsavedText.kept_at < moment - unsaved_texts.KEPT_FOR),
        (Job, ended & (Job.finished_at < moment - jobs.KEPT)),
        # What nobody began, or ended, in a month is nobody's any more.
        (Job, or_(Job.finished_at.is_(None), ended) & (Job.asked_at < before(30))),
    ]
