"""The trials of sessions, second step, forms, headers, redirects and what is kept, in one table that anybody can read.

``python -m tests.session_cases`` counts them anew and writes docs/session-cases.md.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "session-cases.md"
CONSOLE, WEB = "tests/bot/console", "tests/bot/web"
KINDS: Mapping[str, Mapping[str, str]] = {
    "サインイン・パスワード（ACC-1・ACC-2・ACC-5）": {
        f"{CONSOLE}/test_door.py::test_the_right_password_opens_and_signing_out_closes": "正しいパスワードで開き、サインアウトで閉じる",
        f"{CONSOLE}/test_door.py::test_whatever_is_wrong_the_same_is_said": "何が違っても同じ文",
        f"{CONSOLE}/test_door.py::test_an_account_that_may_not_be_used_opens_nothing": "止めた・期間の外・招待中のアカウント",
        f"{CONSOLE}/test_door.py::test_a_password_is_looked_at_to_its_last_letter": "128文字の最後の字まで確かめる",
        f"{CONSOLE}/test_door.py::test_guessing_is_slowed_and_nobody_locked_out": "一つの名前で10回をこえると遅くなり、締め出さない",
        f"{CONSOLE}/test_door.py::test_fifty_failures_of_one_address_slow_it_whatever_names_it_tries": "一つの住所で50回をこえると遅くなる",
        f"{CONSOLE}/test_door.py::test_no_more_wait_at_once_than_leaves_residents_served": "待つ人が多いと429",
        f"{CONSOLE}/test_door.py::test_whoever_it_is_one_password_is_hashed": "名前がなくても同じ計算をする",
        f"{CONSOLE}/test_door.py::test_a_name_that_nobody_has_is_not_written_down": "打たれた名前を書き残さない",
        f"{CONSOLE}/test_me.py::test_a_weak_password_is_refused_with_the_reason": "推測されやすいパスワードを断る",
    },
    "セッション（ACC-6・ACC-7）": {
        f"{CONSOLE}/test_door.py::test_a_session_that_is_not_used_ends_after_half_an_hour": "30分使わないと終わる",
        f"{CONSOLE}/test_door.py::test_a_session_ends_after_ten_hours_however_much_it_is_used": "10時間で終わる",
        f"{CONSOLE}/test_door.py::test_a_session_ends_with_its_account": "アカウントを止めると終わる",
        f"{CONSOLE}/test_sessions_and_headers.py::test_a_session_that_somebody_else_chose_is_never_taken_over": "他人の決めたセッションを使わない",
        f"{CONSOLE}/test_sessions_and_headers.py::test_a_cookie_that_is_no_session_opens_nothing": "でたらめな Cookie",
        f"{CONSOLE}/test_sessions_and_headers.py::test_two_cookies_of_one_name_open_no_more_than_one": "同じ名前の Cookie が二つ",
        f"{CONSOLE}/test_me.py::test_a_new_password_ends_every_other_session": "パスワードを替えると、ほかは終わる",
        f"{CONSOLE}/test_me.py::test_a_session_elsewhere_is_listed_and_ended": "ほかの端末を一覧して終える",
        f"{CONSOLE}/test_accounts.py::test_a_role_that_changes_holds_at_once": "役割の変更がすぐ効く",
        f"{CONSOLE}/test_accounts.py::test_whoever_is_stopped_is_out_at_once_and_comes_back": "止めるとすぐ出される",
    },
    "2段階目（ACC-3）": {
        f"{CONSOLE}/test_totp.py::test_the_password_alone_opens_no_page": "パスワードだけでは開かない",
        f"{CONSOLE}/test_totp.py::test_a_code_opens_once": "コードは一度だけ",
        f"{CONSOLE}/test_sessions_and_headers.py::test_a_code_that_was_used_opens_no_second_time": "使ったコードを別の端末で",
        f"{CONSOLE}/test_totp.py::test_each_of_ten_recovery_codes_opens_once": "復旧コード10個は一度ずつ",
        f"{CONSOLE}/test_totp.py::test_a_seed_that_no_page_gave_leads_back_to_a_new_one": "ページの出していない種",
        f"{CONSOLE}/test_totp.py::test_the_seed_of_another_account_is_not_taken": "ほかの人の種",
        f"{CONSOLE}/test_totp.py::test_setting_it_up_ends_the_other_sessions": "設定するとほかのセッションは終わる",
        f"{CONSOLE}/test_totp.py::test_in_production_it_must_be_set_up_first": "本番では、どの役割も設定するまで開かない",
    },
    "フォームの合い言葉と送り元（WEB-4）": {
        f"{CONSOLE}/test_door.py::test_a_form_is_taken_from_our_own_pages_alone": "送り元（Origin・Sec-Fetch-Site）",
        f"{CONSOLE}/test_door.py::test_a_form_without_its_token_is_refused": "合い言葉なし・違うもの",
        f"{CONSOLE}/test_door.py::test_the_token_of_another_session_is_refused": "ほかのセッションの合い言葉",
        f"{CONSOLE}/test_reading.py::test_opening_a_page_writes_nothing_but_what_is_listed": "開くだけでは書かない",
    },
    "パスワードをもう一度・権限（AUT-1・AUT-3）": {
        f"{CONSOLE}/test_me.py::test_what_is_delicate_asks_for_the_password_again": "10分たつともう一度求める",
        f"{CONSOLE}/test_guard.py::test_every_page_that_is_delicate_asks_for_the_password_of_long_ago": "求めるはずのすべてのページを開く",
        f"{CONSOLE}/test_guard.py::test_whoever_is_not_signed_in_is_sent_to_the_door": "サインインしていないと入口へ",
        f"{CONSOLE}/test_guard.py::test_another_municipality_is_as_if_it_were_not_there": "ほかの市町村は404",
        f"{CONSOLE}/test_guard.py::test_a_municipality_that_is_none_is_not_there_for_whoever_works_for_all": "ない市町村",
    },
    "移す先（WEB-5）": {
        f"{CONSOLE}/test_guard.py::test_nobody_is_sent_to_a_page_elsewhere": "よその住所・紛らわしい書き方",
        f"{CONSOLE}/test_sessions_and_headers.py::test_no_redirect_leads_where_a_header_says": "ヘッダーで移す先を変えられない",
        f"{WEB}/test_headers.py::test_a_forwarding_header_from_nobody_we_trust_changes_nothing": "信頼していない中継のヘッダー",
    },
    "ヘッダー・名前・控え（WEB-1・WEB-8・WEB-9・ACC-8）": {
        f"{WEB}/test_headers.py::test_every_response_carries_the_security_headers": "すべての応答のヘッダー",
        f"{WEB}/test_headers.py::test_a_fault_of_ours_carries_them_too": "思いがけない誤りのとき",
        f"{WEB}/test_headers.py::test_what_is_no_http_is_answered_in_japanese_with_the_headers": "HTTP として読めないもの",
        f"{WEB}/test_headers.py::test_https_alone_asks_browsers_to_stay_with_https": "HSTS",
        f"{WEB}/test_headers.py::test_an_unknown_host_is_refused": "知らない Host",
        f"{CONSOLE}/test_sessions_and_headers.py::test_every_cookie_in_production_is_bound_to_this_host_and_https": "Cookie の印",
        f"{CONSOLE}/test_sessions_and_headers.py::test_whatever_the_console_answers_carries_the_headers_and_is_kept_by_nobody": "職員の画面は控えられない",
    },
}
HEAD = """# セッション・2段階目・フォーム・ヘッダーの試し

サインインから出るまでを、何通り試しているかの一覧です（T10）。どれも、いつもの検査（`make tests`）の中で動きます。
`python -m tests.session_cases` が数え直して、このページを書きます。求めること（ACC-1 など）は [security.md](security.md) にあります。
ZAP（外から調べる道具）は、使える所がなかったので動かしていません。
"""


def functions() -> list[str]:
    return [name for tests in KINDS.values() for name in tests]


def written(counts: Mapping[str, int]) -> str:
    lines = [HEAD, f"合わせて {sum(counts[name] for name in functions())} 通り。", ""]
    for kind, tests in KINDS.items():
        lines += [f"## {kind}", "", "| 試すこと | 通り | 試験 |", "|---|---|---|"]
        lines += [f"| {about} | {counts[name]} | `{name}` |" for name, about in tests.items()]
        lines += [""]
    return "\n".join(lines)


def counted(ids: list[str]) -> Counter[str]:
    """How many cases each function has: what stands in brackets behind its name tells one of them."""
    return Counter(re.sub(r"\[.*", "", one, flags=re.DOTALL) for one in ids)


def main() -> None:
    paths = sorted({name.partition("::")[0] for name in functions()})
    command = [sys.executable, "-m", "pytest", "--collect-only", *paths]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    counts = counted(said.splitlines())
    DOCUMENT.write_text(written(counts), encoding="utf-8")
    print(f"{sum(counts[name] for name in functions())} cases")


if __name__ == "__main__":
    main()
