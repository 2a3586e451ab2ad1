"""What the audit log can tell: every act once, with its name on screen and the exact fields it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """``fields``: the keys that ``details`` must have, no more and no fewer.  Never a resident's words."""

    label: str
    fields: frozenset[str] = frozenset()


def _action(label: str, *fields: str) -> Action:
    return Action(label, frozenset(fields))


_TEXT = ("old", "new")
"""Digests of an answer's text before and after: what was changed in the database is told from what was saved."""
_CHANGE = ("request", "kind", "author", "added", "changed", "ended", "changes_digest")

ACTIONS: Mapping[str, Action] = {
    "signed_in": _action("サインイン", "how"),
    "sign_in_failed": _action("サインインの失敗", "why"),
    "signed_out": _action("サインアウト"),
    "denied": _action("権限のない操作", "endpoint", "method"),
    "password_confirmed": _action("パスワードの再確認"),
    "office_account_bound": _action("庁内アカウントの結び付け", "subject_digest"),
    "office_account_unbound": _action("庁内アカウントの結び付けの取り消し"),
    "office_account_confirmed": _action("庁内アカウントでの再確認"),
    "account_added": _action("利用者の追加", "name", "email", "active_from", "active_until"),
    "account_changed": _action("利用者の変更", "before", "after"),
    "account_disabled": _action("利用者の停止"),
    "account_enabled": _action("利用者の再開"),
    "grants_changed": _action("役割の変更", "before", "after"),
    "drafts_handed_over": _action("下書きの引継ぎ", "to", "answers"),
    "handover_exported": _action("引継ぎの一覧の書き出し", "lines"),
    "invitation_made": _action("招待コードの発行"),
    "password_chosen": _action("パスワードの設定", "how"),
    "totp_set_up": _action("確認コードの設定"),
    "totp_reset": _action("確認コードの取り消し", "how"),
    "recovery_codes_made": _action("予備コードの発行"),
    "session_ended": _action("サインインの打ち切り", "sessions"),
    "municipality_erased": _action("市町村の消去（コマンド）", "rows"),
    "accounts_imported": _action("利用者の一括取り込み", "added", "changed", "file_digest"),
    "audit_exported": _action("操作の記録の書き出し", "lines", "filter"),
    "audit_expired": _action("古い操作の記録の削除", "lines", "up_to"),
    "first_code_made": _action("最初の管理者のコードの発行"),
    "organisation_entered": _action("組織の変更の登録", "kind", "starts_on", "before", "after"),
    "organisation_settled": _action("組織の変更の実施", "kind", "before", "after", "entries", "accounts"),
    "organisation_withdrawn": _action("組織の変更の取り消し", "kind", "starts_on", "before", "after"),
    "organisation_assigned": _action("分割先の割り当て", "entries", "accounts"),
    "review_started": _action("一括見直しの開始", "number", "deadline", "entries"),
    "review_deadline": _action("一括見直しの期限の変更", "number", "before", "after"),
    "review_answered": _action("一括見直しの回答", "number", "how", "same", "revise", "end"),
    "review_closed": _action("一括見直しの終了", "number", "unanswered"),
    "administrator_added": _action("管理者の追加（コマンド）"),
    "answer_saved": _action("答えの保存", "version", "based_on", *_TEXT),
    "answer_restored": _action("答えの前の版の復元", "version", "restored", *_TEXT),
    "answer_requested": _action("答えの承認依頼", "version"),
    "answer_returned": _action("答えの差戻し", "version"),
    "answer_approved": _action("答えの承認", "version", "deputy", "publish_at", "end_at", "document_number", *_TEXT),
    "answer_published_urgently": _action("答えの緊急公開", "version", *_TEXT),
    "answer_confirmed": _action("答えの事後承認", "version"),
    "answer_refused": _action("答えの事後の不承認", "version", *_TEXT),
    "answer_withdrawn": _action("答えの取り下げ", "version"),
    "answer_ended": _action("答えの公開終了", "version", "urgent", *_TEXT),
    "answer_moved": _action("組織の変更での担当課の付け替え", "version", *_TEXT),
    "booking_fired": _action("予約の実行", "version", "what", *_TEXT),
    "comparison_exported": _action("新旧対照表の書き出し", "old", "new"),
    "misguidance_written": _action("誤案内の記録", "number", "first_version", "last_version"),
    "misguidance_recounted": _action("誤案内の数え直し", "number"),
    "misguidance_exported": _action("誤案内の記録の書き出し", "sheets"),
    "wording_added": _action("言い方の追加（下書き）", "version", *_TEXT),
    "check_question_kept": _action("確認用の質問の保存", "decision", "entry_ids"),
    "check_question_ended": _action("確認用の質問の終了", "decision", "entry_ids"),
    "check_questions_imported": _action("確認用の質問の取り込み", "kept", "ended", "file_digest"),
    "effect_checked": _action("公開前の影響確認", "of"),
    "word_kept": _action("語の登録", "kind", "means", "language", "old"),
    "word_removed": _action("語の登録の取り消し", "kind", "means", "language"),
    "caution_set": _action("確かさの変更", "before", "after"),
    "slots_changed": _action("穴埋めシートの変更", "slots"),
    "update_adopted": _action("共通回答の更新の採用", "fields"),
    "update_skipped": _action("共通回答の更新の見送り", "fields"),
    "common_switched": _action("共通の答えの使用・不使用", "on"),
    "plan_imported": _action("計画書の取り込み", "title", "added", "replaced"),
    "virus_found": _action("ファイルからウイルス", "virus"),
    "plan_text_attached": _action("照らし合わせる本文の追加", "sections", "letters"),
    "plan_text_removed": _action("照らし合わせる本文の取り外し"),
    "drafts_decided": _action("計画の下書きの承認・見送り", "to", "ids"),
    "settings_changed": _action("設定の変更", "before", "after"),
    "notice_begun": _action(
        "障害・災害のお知らせの開始",
        *("text", "text_en", "text_easy", "drill", "ends_at", "paused", "paused_departments", "drill_pauses"),
    ),
    "notice_ended": _action("障害・災害のお知らせの終了"),
    "opening_place_saved": _action("受付時間の保存", "number", "before", "after"),
    "opening_place_removed": _action("受付の場所の取り消し", "number", "before"),
    "special_day_set": _action("受付の特別な日の保存", "place", "kind", "hours", "reason"),
    "special_day_removed": _action("受付の特別な日の取り消し", "place", "kind", "hours", "reason"),
    "retention_changed": _action("保存期間の変更", "before", "after"),
    "records_expired": _action("保存期間を過ぎた記録の削除", "counts"),
    "line_tester_code": _action("試験用のLINEの確認コードの発行"),
    "line_tester_admitted": _action("試験用のLINEの利用者の追加"),
    "line_tester_dismissed": _action("試験用のLINEの利用者の取り消し"),
    "question_noted": _action("受けた質問の書きとめ", "channel", "result", "department"),
    "question_taken_back": _action("書きとめた質問の取り消し", "channel", "result", "department"),
    "questions_imported": _action("受けた質問の取り込み", "added", "known", "file_digest"),
    "office_counts_imported": _action("課の件数の取り込み", "added", "changed", "gone", "file_digest"),
    "office_counts_written": _action("課の件数の記入", "series", "month", "department", "added", "changed", "gone"),
    "indicator_formula": _action("指標の数え方の変更", "before", "after"),
    "indicator_computed": _action("計算した値を実績にした", "fiscal_year", "old", "new"),
    "measure_sheet_exported": _action("施策シートの書き出し", "period", "measures"),
    "online_priority_exported": _action("オンライン化優先度の書き出し", "period", "lines"),
    "need_step": _action("ニーズ票の変更", "act", "number"),
    "inquiry_sheet": _action("照会票の書き出し", "lines"),
    "replies_imported": _action("照会票の回答の取り込み", "lines"),
    "figure_event_noted": _action("できごとの書きとめ", "event", "from", "until"),
    "figure_event_removed": _action("できごとの取り消し", "event", "from", "until"),
    "correction_explained": _action("訂正の理由の記入", "number", "reason"),
    "row_changed": _action("表の行の変更", "kind", "action", "cells"),
    "indicator_value": _action("指標の実績値の記入", "fiscal_year", "old", "new"),
    "sheets_exported": _action("表の書き出し", "kind", "form"),
    "sheets_imported": _action("表の取り込み", "added", "changed", "ended", "changes_digest"),
    "faq_imported": _action("質問の一覧の取り込み", "added", "changed", "left", "faulty", "file_digest"),
    "faq_page_exported": _action("FAQページのデータの書き出し", "lines"),
    "change_requested": _action("変更の承認依頼", *_CHANGE),
    "change_approved": _action("変更の承認", *_CHANGE),
    "change_returned": _action("変更の差戻し", *_CHANGE),
    "change_withdrawn": _action("変更の取り下げ", *_CHANGE),
    "demo_made": _action("見本のデータの作成", "questions", "first", "last", "seed"),
    "demo_removed": _action("見本のデータの消去", "questions"),
}
"""A screen that does something new adds its acts here."""
