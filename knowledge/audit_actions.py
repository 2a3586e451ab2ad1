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


ACTIONS: Mapping[str, Action] = {
    "signed_in": _action("サインイン", "how"),
    "sign_in_failed": _action("サインインの失敗", "why"),
    "signed_out": _action("サインアウト"),
    "denied": _action("権限のない操作", "endpoint", "method"),
    "password_confirmed": _action("パスワードの再確認"),
    "account_added": _action("利用者の追加", "name", "email", "active_from", "active_until"),
    "account_changed": _action("利用者の変更", "before", "after"),
    "account_disabled": _action("利用者の停止"),
    "account_enabled": _action("利用者の再開"),
    "grants_changed": _action("役割の変更", "before", "after"),
    "invitation_made": _action("招待コードの発行"),
    "password_chosen": _action("パスワードの設定", "how"),
    "totp_set_up": _action("確認コードの設定"),
    "totp_reset": _action("確認コードの取り消し", "how"),
    "recovery_codes_made": _action("予備コードの発行"),
    "session_ended": _action("サインインの打ち切り", "sessions"),
    "accounts_imported": _action("利用者の一括取り込み", "added", "changed", "file_digest"),
    "audit_exported": _action("操作の記録の書き出し", "lines", "filter"),
    "audit_expired": _action("古い操作の記録の削除", "lines", "up_to"),
    "first_code_made": _action("最初の管理者のコードの発行"),
    "administrator_added": _action("管理者の追加（コマンド）"),
}
"""A screen that does something new adds its acts here."""
