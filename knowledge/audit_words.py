"""What the fields of an audit line are called, and what stands in them, in an official's words."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping

from knowledge.accuracy_labels import LABELS as ACCURACY
from knowledge.calendar import JST
from knowledge.caution import LEVELS
from knowledge.check_questions import DECISIONS
from knowledge.data_items import ITEMS
from knowledge.ledger import CHANNELS, RESULTS
from knowledge.office_counts import SERIES
from knowledge.organisation import CHANGES
from knowledge.residents_data import REMOVED
from knowledge.retention import KINDS as RETAINED
from knowledge.rich_menus import DOES_NAMES, ICONS, VARIANT_NAMES
from knowledge.roles import ROLE_NAMES
from knowledge.sheet_kinds import KINDS as SHEETS
from knowledge.sheet_kinds import LANGUAGES
from knowledge.staff_words import KINDS as WORDS

FIELDS: Mapping[str, str] = {
    "accounts": "利用者の数",
    "backup": "バックアップ",
    "engine": "前のデータベース",
    "erased": "消しなおした数",
    "file": "ファイル",
    "made_at": "いつのものか",
    "new_revision": "新しい表の版",
    "old_revision": "前の表の版",
    "purged": "保存期間を過ぎて消した数",
    "user": "コマンドを打った人",
    "act": "したこと",
    "action": "変わり方",
    "active_from": "使い始める日",
    "active_until": "使い終わる日",
    "added": "追加",
    "after": "変えたあと",
    "also_called": "別の呼び名",
    "answers": "答えの数",
    "areas": "場所",
    "as_planned": "計画と同じ数え方",
    "author": "依頼した人",
    "bar_text": "下のバーの言葉",
    "based_on": "もとの版",
    "before": "変える前",
    "by": "確かめた人",
    "cells": "変わったところ",
    "changed": "変更",
    "changes_digest": "変更の中身の印",
    "channel": "受けた方法",
    "choice": "選んだこと",
    "closed_at_new_year": "年末年始は休み",
    "closed_on_holidays": "祝日は休み",
    "compact": "高さが半分",
    "contact_department": "問い合わせ先の課",
    "contact_email": "問い合わせ先のメール",
    "contact_fax": "問い合わせ先のFAX",
    "contact_form": "問い合わせフォームのURL",
    "contact_telephone": "問い合わせ先の電話",
    "line_id": "LINE公式アカウントのID",
    "privacy_url": "プライバシーポリシーのURL",
    "searchable": "検索サイトに載せる",
    "counts": "件数",
    "deadline": "期限",
    "decision": "正しい対応",
    "department": "課",
    "departments": "課",
    "deputy": "代理承認",
    "document_number": "文書番号",
    "does": "押すとすること",
    "drill": "訓練",
    "drill_pauses": "訓練でも答えを止める",
    "email": "メールアドレス",
    "end": "廃止",
    "end_at": "公開終了の日時",
    "ended": "終了",
    "endpoint": "画面の名前",
    "ends_at": "終わる日時",
    "ends_on": "終わりの日",
    "entries": "答えの数",
    "entry_ids": "答えの番号",
    "event": "できごと",
    "faults": "見つかった誤り",
    "faulty": "取り込めなかった行",
    "fields": "項目",
    "file_digest": "ファイルの印",
    "filter": "条件",
    "first": "はじめの日",
    "found": "見つけた数",
    "first_version": "はじめの版",
    "fiscal_year": "年度",
    "form": "ファイルの形",
    "gone": "なくなった数",
    "greeting": "あいさつ",
    "hours": "時間",
    "how": "方法",
    "icon": "しるし",
    "ids": "番号",
    "kept": "保存",
    "kind": "種類",
    "label": "言葉",
    "known": "すでにあるもの",
    "language": "言葉",
    "last": "終わりの日",
    "last_version": "終わりの版",
    "left": "取り込まなかったもの",
    "letters": "字数",
    "from": "いつから",
    "lines": "行数",
    "lunch": "昼休み",
    "means": "意味する語",
    "measures": "施策の数",
    "messages": "取り消されたメッセージの数",
    "people": "人数（区別できる人）",
    "method": "操作の種類",
    "month": "年月",
    "municipality": "市町村",
    "name": "名前",
    "names": "種類・手続",
    "new": "新しい値",
    "number": "番号",
    "of": "確かめたもの",
    "old": "前の値",
    "on": "使うか",
    "paused": "止めた答え",
    "paused_departments": "答えを止めた課",
    "period": "期間",
    "place": "場所",
    "publish_at": "公開の日時",
    "questions": "質問の数",
    "reason": "理由",
    "replaced": "入れ替え",
    "replaced_menu": "替えた、ほかのメニュー",
    "reply_languages": "返事の言葉",
    "request": "依頼の番号",
    "restored": "戻した版",
    "result": "結果",
    "revise": "修正",
    "role": "役割",
    "licence": "使ってよい条件",
    "open_data": "オープンデータの公開",
    "report_body": "団体の名前",
    "report_title": "報告書の題名",
    "rows": "行数",
    "same": "変更なし",
    "scope": "市町村",
    "seconds": "秒",
    "sections": "章節",
    "seed": "乱数の種",
    "separate_approver": "書いた人は承認できない",
    "series": "何の件数",
    "sessions": "打ち切った数",
    "sheets": "表",
    "shown": "住民に出すメニュー",
    "size": "引く数",
    "slots": "穴",
    "staff_chat_hours": "「職員と話す」の時間",
    "starts_on": "変わる日",
    "stayed": "そのままの行",
    "subject_digest": "庁内アカウントの印",
    "taken": "取り込みの番号",
    "text": "文",
    "text_easy": "やさしい日本語の文",
    "text_en": "英語の文",
    "title": "計画の名前",
    "to": "結果",
    "unanswered": "まだ答えていない数",
    "up_to": "消した最後の番号",
    "until": "いつまで",
    "urgent": "緊急",
    "value": "質問かURL",
    "variant": "どのメニュー",
    "version": "版",
    "virus": "ウイルス",
    "week": "曜日ごとの時間（月曜から）",
    "what": "したこと",
    "why": "失敗したところ",
    "words": "言葉でさがした",
    # 消した件数の中
    **{name: item.name for item in ITEMS if len(item.tables) == 1 for name in item.tables},
    **REMOVED,
    # 変える前・変えたあとの中
    **{kind.id: kind.label for kind in RETAINED},
    **{label.id: label.name for label in ACCURACY.values()},
    "item": "確かめた項目",
    "audit_lines": "操作の記録の行数",
}

_SHEETS = {name: kind.title for name, kind in SHEETS.items()}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "action": {"added": "追加", "changed": "変更", "ended": "終了"},
    "after": LEVELS,
    "before": LEVELS,
    "channel": CHANNELS,
    "choice": {"refused": "使わない", "editors": "編集者むけの一覧だけ", "back": "案に戻す"},
    "decision": DECISIONS,
    "form": {"xlsx": "Excel", "csv": "CSV（UTF-8）", "sjis": "CSV（Shift_JIS）"},
    "how": {
        "code": "コード",
        "sample": "質問の文の一部",
        "command": "コマンド",
        "console": "画面",
        "first": "最初の管理者として",
        "invitation": "招待コード",
        "office account": "庁内アカウント",
        "own page": "自分の画面",
        "page": "画面",
        "password": "パスワード",
        "recovery": "予備コード",
        "sheet": "表",
        "totp": "確認コード",
    },
    "kind": {
        **_SHEETS,
        **WORDS,
        **CHANGES,
        "all": "すべて",
        "sheets": "表の取り込み",
        "slots": "穴埋めシート",
        "row": "表の行",
        "word": "ことば",
        "closed": "休み",
        "open": "開庁",
        "holiday": "祝日",
        "workday": "平日",
    },
    "language": {"ja": "日本語", **LANGUAGES},
    "method": {"GET": "開く", "POST": "押す"},
    "of": {"versions": "版", "word": "語", "levels": "確かさ"},
    "reply_languages": LANGUAGES,
    "result": RESULTS,
    "series": SERIES,
    "role": {role.value: name for role, name in ROLE_NAMES.items()},
    "to": {"approve": "承認", "discard": "見送り", "restore": "下書きに戻す"},
    "what": {"published": "公開", "ended": "公開終了", "returned": "差戻し"},
    "does": {one.value: words for one, words in DOES_NAMES.items()},
    "icon": ICONS,
    "shown": {one.value: words for one, words in VARIANT_NAMES.items()},
    "variant": {one.value: words for one, words in VARIANT_NAMES.items()},
    "why": {"code": "コード", "password": "ログイン名かパスワード", "second step": "確認コード"},
}
_TEXTS: Mapping[str, str] = {"old": "前の文の印", "new": "新しい文の印"}
_MARK = re.compile("[0-9a-f]{32}")
_CLOCK = re.compile("[0-9]{2}:[0-9]{2}")
_PLAIN: Mapping[object, str] = {None: "なし", True: "はい", False: "いいえ"}


def details_text(details: Mapping[str, object]) -> str:
    """``方法：パスワード、版：3``.  What an older version noted under another name keeps it."""
    return "、".join(f"{_heading(name, value)}：{_shown(name, value)}" for name, value in details.items())


def _heading(name: str, value: object) -> str:
    """Of an answer's text a line holds a mark alone (knowledge.entry_versions.text_digest)."""
    if name in _TEXTS and isinstance(value, str) and _MARK.fullmatch(value):
        return _TEXTS[name]
    return FIELDS.get(name, name)


def _shown(name: str, value: object) -> str:
    match value:
        case None | True | False:
            return _PLAIN[value]
        case str():
            return _VALUES.get(name, {}).get(value) or _moment(value) or value
        case dict():
            return f"（{details_text(value)}）" if value else "なし"
        case [str(opens), str(closes)] if _CLOCK.fullmatch(opens) and _CLOCK.fullmatch(closes):
            return f"{opens}から{closes}"
        case [heading, old, new] if name == "cells":
            return f"{heading}「{old}」→「{new}」"
        case list():
            return "・".join(_shown(name, each) for each in value) if value else "なし"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _moment(value: str) -> str | None:
    """A moment, which lines hold in UTC, as the clock here tells it."""
    if len(value) < len("2026-04-01T00:00") or not value[:4].isdecimal():
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return f"{found.astimezone(JST):%Y-%m-%d %H:%M}" if found.tzinfo else None
