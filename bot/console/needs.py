"""What each page of the console wants of whoever opens it: one table.  What is not in it does not open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from knowledge.roles import Role


class Where(Enum):
    OPEN = "anybody"
    HALF_WAY = "whoever gave the right password and still needs the second step"
    SIGNED_IN = "whoever is signed in"
    IN_TOWN = "whoever has the role in the municipality of the address"
    ANYWHERE = "whoever has the role in some municipality"


@dataclass(frozen=True)
class Need:
    """``fresh``: the password must have been given within ten minutes.  ``upload``: a file may be sent.

    ``or_role``: a second role that is enough, ANYWHERE alone.
    """

    where: Where
    role: Role | None = None
    or_role: Role | None = None
    fresh: bool = False
    upload: bool = False


OPEN = Need(Where.OPEN)
HALF_WAY = Need(Where.HALF_WAY)
SIGNED_IN = Need(Where.SIGNED_IN)


def in_town(role: Role) -> Need:
    return Need(Where.IN_TOWN, role)


def anywhere(role: Role, or_role: Role | None = None) -> Need:
    return Need(Where.ANYWHERE, role, or_role)


def fresh(need: Need) -> Need:
    return replace(need, fresh=True)


def upload(need: Need) -> Need:
    return replace(need, upload=True)


NEEDS: Mapping[str, Need] = {
    # 玄関
    "console.door.sign_in": OPEN,
    "console.door.second_step": HALF_WAY,
    "console.door.sign_out": SIGNED_IN,
    "console.door.confirm": SIGNED_IN,
    "console.office_account.start": OPEN,
    "console.office_account.again": SIGNED_IN,
    "console.office_account.come_back": OPEN,
    "console.invitation.first": OPEN,
    "console.invitation.invitation": OPEN,
    # 自分
    "console.me.index": SIGNED_IN,
    "console.me.password": fresh(SIGNED_IN),
    "console.me.stay": SIGNED_IN,
    "console.me.end_session": SIGNED_IN,
    "console.me.end_others": SIGNED_IN,
    "console.totp.set_up": fresh(SIGNED_IN),
    "console.totp.recovery_codes": fresh(SIGNED_IN),
    # 利用者
    "console.accounts.index": fresh(anywhere(Role.ADMIN)),
    "console.accounts.add": fresh(anywhere(Role.ADMIN)),
    "console.accounts.account": fresh(anywhere(Role.ADMIN)),
    "console.accounts.change": fresh(anywhere(Role.ADMIN)),
    "console.accounts.invite": fresh(anywhere(Role.ADMIN)),
    "console.accounts.reset_totp": fresh(anywhere(Role.ADMIN)),
    "console.accounts.unbind_office_account": fresh(anywhere(Role.ADMIN)),
    "console.accounts.end_sessions": fresh(anywhere(Role.ADMIN)),
    "console.account_roles.add": fresh(anywhere(Role.ADMIN)),
    "console.account_roles.remove": fresh(anywhere(Role.ADMIN)),
    "console.account_handover.index": fresh(anywhere(Role.ADMIN)),
    "console.account_handover.workbook": fresh(anywhere(Role.ADMIN)),
    "console.account_handover.hand_over": fresh(anywhere(Role.ADMIN)),
    "console.account_import.index": upload(fresh(anywhere(Role.ADMIN))),
    "console.account_import.sample": anywhere(Role.ADMIN),
    # 今の状態
    "console.service.index": anywhere(Role.ADMIN, Role.AUDITOR),
    "console.service.line_errors": anywhere(Role.ADMIN, Role.AUDITOR),
    "console.service.evidence": fresh(anywhere(Role.AUDITOR)),
    # 操作の記録
    "console.audit_log.index": anywhere(Role.AUDITOR),
    "console.audit_log.export": fresh(anywhere(Role.AUDITOR)),
    # 答え
    "console.answers.index": in_town(Role.VIEWER),
    "console.answers.entry": in_town(Role.VIEWER),
    "console.answer_editing.new": in_town(Role.EDITOR),
    "console.answer_editing.edit": in_town(Role.EDITOR),
    "console.answer_editing.keep": in_town(Role.EDITOR),
    "console.answer_editing.discard": in_town(Role.EDITOR),
    "console.answer_steps.step": in_town(Role.EDITOR),
    "console.answer_history.index": in_town(Role.VIEWER),
    "console.answer_history.compare": in_town(Role.VIEWER),
    "console.answer_history.workbook": in_town(Role.VIEWER),
    "console.answer_history.restore": in_town(Role.EDITOR),
    "console.misguidance.index": in_town(Role.VIEWER),
    "console.misguidance.new": in_town(Role.EDITOR),
    "console.misguidance.recount": in_town(Role.EDITOR),
    "console.misguidance.workbook": in_town(Role.VIEWER),
    # はじめのページ
    "console.front.index": SIGNED_IN,
    "console.front.town": in_town(Role.VIEWER),
    # 質問の記録（受けた質問は、見られる課のものならだれでも書きとめられる。取り消せるかは、画面が決める）
    "console.log.index": in_town(Role.VIEWER),
    "console.log.dialogue": in_town(Role.VIEWER),
    "console.noting.index": in_town(Role.VIEWER),
    "console.noting.begin": in_town(Role.VIEWER),
    "console.noting.add": in_town(Role.VIEWER),
    "console.noting.remove": in_town(Role.VIEWER),
    "console.noting.bring": upload(in_town(Role.EDITOR)),
    "console.noting.sample": in_town(Role.EDITOR),
    # ためしに聞く
    "console.trying.index": in_town(Role.VIEWER),
    "console.trying.ask": in_town(Role.VIEWER),
    "console.trying.wording": in_town(Role.EDITOR),
    "console.trying.check": in_town(Role.EDITOR),
    # 試験用のLINE
    "console.line_test.index": in_town(Role.EDITOR),
    "console.line_test.make_code": in_town(Role.EDITOR),
    "console.line_test.take_back": in_town(Role.EDITOR),
    # 確認用の質問
    "console.checks.index": in_town(Role.VIEWER),
    "console.checks.add": in_town(Role.EDITOR),
    "console.checks.change": in_town(Role.EDITOR),
    "console.checks.end": in_town(Role.EDITOR),
    "console.checks.export": in_town(Role.VIEWER),
    "console.checks.take_file": upload(in_town(Role.EDITOR)),
    # 公開前の影響確認（ことば・確かさの結果も見るので、閲覧から。始められるかは、画面が役割と課で決める）
    "console.effect.index": in_town(Role.EDITOR),
    "console.effect.start": in_town(Role.EDITOR),
    "console.effect.job": in_town(Role.VIEWER),
    "console.effect.stop": in_town(Role.VIEWER),
    "console.effect.replies": in_town(Role.VIEWER),
    # ことば
    "console.words.index": in_town(Role.VIEWER),
    "console.words.check": in_town(Role.EDITOR),
    "console.words.keep": in_town(Role.EDITOR),
    # 確かさ
    "console.caution.index": in_town(Role.VIEWER),
    "console.caution.check": in_town(Role.ADMIN),
    "console.caution.choose": in_town(Role.ADMIN),
    # 穴埋めシート
    "console.slots.index": in_town(Role.VIEWER),
    "console.slots.save": in_town(Role.EDITOR),
    "console.slots.sheet": in_town(Role.VIEWER),
    "console.slots.sheet_import": upload(in_town(Role.EDITOR)),
    # 共通回答の更新
    "console.common_updates.index": in_town(Role.VIEWER),
    "console.common_updates.decide": in_town(Role.APPROVER),
    "console.common_updates.switch": in_town(Role.APPROVER),
    # 計画の取り込み
    "console.plans.index": in_town(Role.VIEWER),
    "console.plans.bring": upload(in_town(Role.EDITOR)),
    "console.plans.plan": in_town(Role.VIEWER),
    "console.plans.decide_pieces": in_town(Role.APPROVER),
    "console.plans.check": in_town(Role.VIEWER),
    "console.plans.attach": upload(in_town(Role.EDITOR)),
    "console.plans.detach": in_town(Role.EDITOR),
    # 指標・計画・課などの表（予定・用語・施策も）
    "console.tables.indicators": in_town(Role.VIEWER),
    "console.tables.index": in_town(Role.VIEWER),
    "console.tables.add": in_town(Role.EDITOR),
    "console.tables.row": in_town(Role.VIEWER),
    "console.tables.write_yearly": in_town(Role.EDITOR),
    "console.yearly.index": in_town(Role.EDITOR),
    # 設定
    "console.settings.index": in_town(Role.VIEWER),
    "console.settings.save": fresh(in_town(Role.ADMIN)),
    # お知らせの素材（QR コード、ポスター、広報紙の文）、リンクのクリック（件数だけ）
    "console.materials.index": in_town(Role.VIEWER),
    "console.materials.poster": in_town(Role.VIEWER),
    "console.materials.picture": in_town(Role.VIEWER),
    "console.link_clicks.index": in_town(Role.VIEWER),
    # 組織の変更
    "console.organisation.index": in_town(Role.VIEWER),
    "console.organisation.change": in_town(Role.VIEWER),
    "console.organisation.new": fresh(in_town(Role.ADMIN)),
    "console.organisation.take_back_": fresh(in_town(Role.ADMIN)),
    "console.organisation.assign_": in_town(Role.ADMIN),
    # 障害・災害モード
    "console.notice.index": in_town(Role.VIEWER),
    "console.notice.begin": in_town(Role.EDITOR),
    "console.notice.end": in_town(Role.EDITOR),
    # 保存期間
    "console.retention.index": in_town(Role.VIEWER),
    "console.retention.save": fresh(in_town(Role.ADMIN)),
    "console.retention.inventory_file": in_town(Role.VIEWER),
    # 住民の記録を消す
    "console.erasing.index": fresh(in_town(Role.ADMIN)),
    "console.erasing.find": fresh(in_town(Role.ADMIN)),
    "console.erasing.show": fresh(in_town(Role.ADMIN)),
    "console.erasing.erase": fresh(in_town(Role.ADMIN)),
    # 漏えいの調べ（件数だけ）
    "console.incident.index": in_town(Role.ADMIN),
    "console.incident.count": in_town(Role.ADMIN),
    # 見本のデータ
    "console.demo.index": in_town(Role.VIEWER),
    "console.demo.remove": fresh(in_town(Role.ADMIN)),
    # 受付時間
    "console.opening.index": in_town(Role.VIEWER),
    "console.opening.new": in_town(Role.ADMIN),
    "console.opening.place": in_town(Role.ADMIN),
    "console.opening.add": in_town(Role.ADMIN),
    "console.opening.save": in_town(Role.ADMIN),
    "console.opening.remove": in_town(Role.ADMIN),
    "console.opening.add_days": in_town(Role.ADMIN),
    "console.opening.usual_again": in_town(Role.ADMIN),
    # リッチメニュー
    "console.rich_menu.index": in_town(Role.VIEWER),
    "console.rich_menu.picture": in_town(Role.VIEWER),
    "console.rich_menu.edit": in_town(Role.ADMIN),
    "console.rich_menu.save": in_town(Role.ADMIN),
    "console.rich_menu.use_default": in_town(Role.ADMIN),
    # 表の出し入れ
    "console.sheets.index": in_town(Role.VIEWER),
    "console.sheets.export": in_town(Role.VIEWER),
    "console.sheets.bring": upload(in_town(Role.EDITOR)),
    "console.sheets.back": in_town(Role.APPROVER),
    # 質問の一覧の取り込み、FAQ ページのデータ
    "console.faq.bring": upload(in_town(Role.EDITOR)),
    "console.faq.page": in_town(Role.VIEWER),
    # ニーズ票
    "console.need_cards.index": in_town(Role.VIEWER),
    "console.need_cards.group": in_town(Role.EDITOR),
    "console.need_cards.stop": in_town(Role.EDITOR),
    "console.need_cards.card": in_town(Role.VIEWER),
    "console.need_cards.step": in_town(Role.EDITOR),
    "console.need_cards.write": in_town(Role.EDITOR),
    "console.need_cards.add_wordings": in_town(Role.EDITOR),
    "console.need_inquiries.inquiry": in_town(Role.EDITOR),
    "console.need_inquiries.replies": upload(in_town(Role.EDITOR)),
    # 正答率の確かめ（付けるのは、市町村全体の編集。くじと確定は、市町村全体の承認）
    "console.accuracy.index": in_town(Role.VIEWER),
    "console.accuracy.month_page": in_town(Role.VIEWER),
    "console.accuracy.workbook": in_town(Role.VIEWER),
    "console.accuracy.save_size": in_town(Role.APPROVER),
    "console.accuracy.draw": in_town(Role.APPROVER),
    "console.accuracy.close_month": in_town(Role.APPROVER),
    "console.accuracy.label": in_town(Role.EDITOR),
    "console.accuracy.settle_page": in_town(Role.EDITOR),
    # 住民のことば（えらぶのは、市町村全体の編集）
    "console.resident_words.index": in_town(Role.VIEWER),
    "console.resident_words.printed": in_town(Role.VIEWER),
    "console.resident_words.workbook": in_town(Role.VIEWER),
    "console.resident_words.count": in_town(Role.EDITOR),
    "console.resident_words.choose_word": in_town(Role.EDITOR),
    # 質問の記録の書き出し（ファイルは、頼んだ人だけのもの）
    "console.log_file.start": fresh(in_town(Role.EDITOR)),
    "console.log_file.job": in_town(Role.EDITOR),
    "console.log_file.stop": in_town(Role.EDITOR),
    "console.log_file.take": fresh(in_town(Role.EDITOR)),
    # 報告書、年度の記録、報告書とオープンデータの設定
    "console.reports.index": in_town(Role.VIEWER),
    "console.reports.monthly": in_town(Role.VIEWER),
    "console.reports.monthly_workbook": in_town(Role.VIEWER),
    "console.reports.monthly_charts": in_town(Role.VIEWER),
    "console.reports.overview": in_town(Role.VIEWER),
    "console.reports.year_end": in_town(Role.VIEWER),
    "console.reports.year_end_workbook": in_town(Role.VIEWER),
    "console.reports.assembly": in_town(Role.VIEWER),
    "console.reports.assembly_workbook": in_town(Role.VIEWER),
    "console.year_facts.index": in_town(Role.VIEWER),
    "console.year_facts.save": in_town(Role.EDITOR),
    "console.report_settings.index": in_town(Role.VIEWER),
    "console.report_settings.save": fresh(in_town(Role.ADMIN)),
    # 図（ページが見せた図の、絵だけ）
    "console.pictures.drawing": in_town(Role.VIEWER),
    # 利用の数字、できごと、月次締め（件数だけで、質問の文は出ない）
    "console.figures.index": in_town(Role.VIEWER),
    "console.figures.breakdown": in_town(Role.VIEWER),
    "console.figures.movers": in_town(Role.VIEWER),
    "console.figures.hours": in_town(Role.VIEWER),
    "console.figures.count": in_town(Role.EDITOR),
    "console.figures.stop": in_town(Role.EDITOR),
    "console.figure_events.index": in_town(Role.VIEWER),
    "console.figure_events.add": in_town(Role.EDITOR),
    "console.figure_events.remove": in_town(Role.EDITOR),
    "console.figure_closings.index": in_town(Role.VIEWER),
    "console.figure_closings.reason": in_town(Role.APPROVER),
    # 大きいファイル
    "console.importing.job": in_town(Role.EDITOR),
    "console.importing.stop": in_town(Role.EDITOR),
    # 課の件数・施策シート・オンライン化優先度
    "console.office_counts.index": in_town(Role.VIEWER),
    "console.office_counts.bring": upload(in_town(Role.EDITOR)),
    "console.office_counts.sample": in_town(Role.EDITOR),
    "console.office_counts.month": in_town(Role.VIEWER),
    "console.office_hours.index": in_town(Role.VIEWER),
    "console.formulas.index": in_town(Role.VIEWER),
    "console.formulas.take_over": in_town(Role.EDITOR),
    "console.measure_sheets.index": in_town(Role.VIEWER),
    "console.measure_sheets.workbook": in_town(Role.VIEWER),
    "console.online_priority.index": in_town(Role.VIEWER),
    "console.online_priority.workbook": in_town(Role.VIEWER),
    # 変更の承認
    "console.changes.index": in_town(Role.VIEWER),
    "console.changes.change": in_town(Role.VIEWER),
    "console.changes.approve_it": in_town(Role.APPROVER),
    "console.changes.give_it_back": in_town(Role.APPROVER),
    "console.changes.take_it_back": in_town(Role.EDITOR),
    # 一括見直し
    "console.review.index": in_town(Role.VIEWER),
    "console.review.start": in_town(Role.APPROVER),
    "console.review.round_": in_town(Role.VIEWER),
    "console.review.answers": in_town(Role.VIEWER),
    "console.review.answer": in_town(Role.EDITOR),
    "console.review.sheet": in_town(Role.VIEWER),
    "console.review.bring": upload(in_town(Role.EDITOR)),
    "console.review.change_deadline": in_town(Role.APPROVER),
    "console.review.close": in_town(Role.APPROVER),
}
"""By endpoint.  An address with ``<code>`` is judged by the roles that hold in that municipality; for what
belongs to a 課, the page itself asks ``Person.reaches`` as well, and answers 404 where it does not."""
