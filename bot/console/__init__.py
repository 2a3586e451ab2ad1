"""The staff console, below /staff/: one module a screen, all behind one guard."""

from __future__ import annotations

from flask import Blueprint, Flask

from bot.console import (
    account_handover,
    account_import,
    account_roles,
    accounts,
    accuracy,
    answer_editing,
    answer_history,
    answer_steps,
    answers,
    audit_log,
    caution,
    changes,
    checks,
    common_updates,
    cookies,
    demo,
    door,
    effect,
    erasing,
    faq,
    figure_closings,
    figure_events,
    figures,
    formulas,
    front,
    guard,
    importing,
    incident,
    invitation,
    layout,
    line_test,
    link_clicks,
    log,
    log_file,
    materials,
    me,
    measure_sheets,
    misguidance,
    need_cards,
    need_inquiries,
    notice,
    noting,
    office_account,
    office_counts,
    office_hours,
    online_priority,
    opening,
    organisation,
    pictures,
    plans,
    report_settings,
    reports,
    resident_words,
    retention,
    review,
    rich_menu,
    service,
    settings,
    sheets,
    slots,
    tables,
    totp,
    trying,
    words,
    year_facts,
    yearly,
)

SCREENS = (
    *(door, office_account, invitation, me, totp),
    *(accounts, account_roles, account_import, account_handover, audit_log, front),
    *(need_cards, need_inquiries, log, noting, misguidance),
    *(figures, figure_events, figure_closings),
    *(answers, answer_editing, answer_steps, answer_history),
    *(trying, line_test, checks, effect, words, caution),
    *(slots, common_updates, plans, sheets, faq, importing, tables, yearly, changes, settings, notice),
    *(review, organisation),
    *(accuracy, resident_words),
    *(opening, rich_menu, retention, erasing, incident),
    *(materials, link_clicks),
    service,
    demo,
    *(office_counts, office_hours, formulas, measure_sheets, online_priority),
    *(pictures, log_file, reports, year_facts, report_settings),
)
"""Each has a ``blueprint``, without a prefix of its own; a screen adds itself here, in needs.NEEDS, in layout.MENU."""

blueprint = Blueprint("console", __name__, url_prefix="/staff")
for screen in SCREENS:
    blueprint.register_blueprint(screen.blueprint)
layout.register(blueprint)


def register(app: Flask, *, https: bool) -> None:
    cookies.register(app, https=https)
    guard.register(app)
    app.register_blueprint(blueprint)
