"""`line doctor`: what is missing before a channel goes live.  Pure: from what LINE, the tables and the operator told.

What LINE's API does not tell is confirmed by whoever runs the service, by name, and asked again after a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.line.doctor_calls import Answer, Told
from bot.line.forwarding import Call, Outcome
from bot.line.rich_menu import read_name
from knowledge.rich_menus import VARIANT_NAMES

YEAR = dt.timedelta(days=365)
DEVELOPERS, MANAGER = "LINE Developersコンソール", "LINE Official Account Manager"
REFUSED = (401, 403)
"""What LINE says to a token that is wrong; anything else tells nothing of the token."""
API_TAB = f"{DEVELOPERS} → チャネル → 「Messaging API設定」"
BASIC_TAB = f"{DEVELOPERS} → チャネル → 「チャネル基本設定」"
REPLY_TAB = f"{MANAGER} → 「設定」 → 「応答設定」"


@dataclass(frozen=True)
class Item:
    """A setting of LINE's console that a person looks at.  ``where``: by the names that the console uses."""

    name: str
    words: str
    where: str


ITEMS: Mapping[str, Item] = {
    one.name: one
    for one in (
        Item("redelivery", "「Webhookの再送」がオンになっている", f"{API_TAB} → 「Webhookの再送」をオン"),
        Item("error_statistics", "「エラーの統計情報」がオンになっている", f"{API_TAB} → 「エラーの統計情報」をオン"),
        Item("auto_reply", "「応答メッセージ」がオフになっている", f"{REPLY_TAB} → 「応答メッセージ」をオフ"),
        Item(
            "greeting",
            "LINE の「あいさつメッセージ」がオフになっている（こたえが、利用上の注意の入ったあいさつを送る）",
            f"{REPLY_TAB} → 「あいさつメッセージ」をオフ",
        ),
        Item(
            "privacy",
            "「プライバシーポリシーURL」に、職員用の画面の「設定」と同じURLが入っている",
            f"{BASIC_TAB} → 「プライバシーポリシーURL」",
        ),
        Item(
            "provider", "プロバイダーが市町村のものになっている（あとから移せない）", f"{DEVELOPERS} → 「プロバイダー」"
        ),
        Item(
            "group",
            "グループへの参加を許可していない",
            f"{API_TAB} → 「グループトーク・複数人トークへの参加を許可する」を無効",
        ),
    )
}
CHAT = Item(
    "chat",
    "職員が LINE のチャットで返事をすることを決めてある（「チャット」がオン）",
    f"{REPLY_TAB} → 「チャット」（使わないならオフ）",
)
"""Asked for only where LINE tells that it is on."""
CONFIRMABLE = {**ITEMS, CHAT.name: CHAT}


CHECKS: Mapping[str, str] = {
    "https": "外から見た住所",
    "secret": "チャネルシークレット",
    "token": "チャネルアクセストークン（長期）",
    "line": "LINE につながるか",
    "token_taken": "トークンを LINE が受け付けるか",
    "address": "Webhook URL",
    "webhook": "Webhookの利用",
    "test": "Webhook URL の検証",
    "chat": "チャット",
    "staff_chat": "職員と話す",
    "read": "既読",
    "menu": "リッチメニュー",
    "other_tool": "ほかのツールへの受け渡し",
    "content": "市町村の内容",
    "telephone": "代表電話",
    "ways": "電話のほかの連絡先",
    "hours": "開庁時間",
    "privacy_policy": "プライバシーポリシーのURL",
    "samples": "見本の内容",
} | {f"confirmed_{name}": f"--confirm {name}" for name in ITEMS}
"""What is looked at, and its name in the table of docs/line.md, which has a row for each."""


@dataclass(frozen=True)
class Confirmed:
    by: str
    at: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        return moment - self.at < YEAR


@dataclass(frozen=True)
class Town:
    """What the municipality has set for residents.  ``samples``: what is served is marked as a sample, or invented."""

    telephone: str | None
    ways_without_voice: int
    opening_places: int
    samples: bool
    staff_chat_hours: int | None = None
    privacy_url: str | None = None


@dataclass(frozen=True)
class Setup:
    """Everything that is known of a channel."""

    address: str
    privacy_address: str
    https: bool
    has_secret: bool
    has_token: bool
    told: Told | None
    town: Town | None
    confirmed: Mapping[str, Confirmed]
    moment: dt.datetime
    menu_names: frozenset[str] = frozenset()
    """Under which the rich menus, as staff configured them, would be on LINE."""
    behind_address: str | None = None
    """Of a tool before us, which LINE calls in our place."""
    handed_on: Call | None = None
    """What the tool behind us said to a body without events; None where there is no such tool."""
    code: str = "<コード>"
    test: bool = False

    @property
    def prefix(self) -> str:
        """Of the names of the channel's settings."""
        return f"LINE_{self.code}_{'TEST_' if self.test else ''}"


@dataclass(frozen=True)
class Line:
    """One line of the report.  ``check``: of CHECKS.  ``remedy``: where it is mended; empty where all is well."""

    check: str
    is_well: bool
    words: str
    remedy: str = ""


def examine(setup: Setup) -> list[Line]:
    """Every line; all are well where the channel may go live."""
    return [
        *_of_the_settings(setup),
        *_of_line(setup),
        *_of_the_other_tool(setup),
        *_of_the_town(setup),
        *_of_the_operator(setup),
    ]


def _line(check: str, is_well: bool, well: str, wrong: str, remedy: str) -> Line:
    return Line(check, True, well) if is_well else Line(check, False, wrong, remedy)


def _of_the_settings(setup: Setup) -> Iterator[Line]:
    yield _line(
        "https",
        setup.https,
        "外から見た住所は https です",
        "外から見た住所が https ではありません（LINE は https にしか送りません）",
        "環境変数 BASE_URL を https://… にして、起動し直す",
    )
    yield _line(
        "secret",
        setup.has_secret,
        "チャネルシークレットがあります",
        "チャネルシークレットがありません",
        f"{BASIC_TAB} → 「チャネルシークレット」を、環境変数 {setup.prefix}CHANNEL_SECRET に写す",
    )
    yield _line(
        "token",
        setup.has_token,
        "チャネルアクセストークンがあります",
        "チャネルアクセストークンがありません",
        f"{API_TAB} → 「チャネルアクセストークン（長期）」を発行し、環境変数 {setup.prefix}CHANNEL_ACCESS_TOKEN に写す",
    )


def _of_line(setup: Setup) -> Iterator[Line]:
    if setup.told is None:
        return
    info = setup.told.info
    if info.status is None:
        yield Line(
            "line", False, "LINE につながりません", "サーバーから api.line.me の443番へ出られるように、庁内の担当に頼む"
        )
        return
    if not info.is_good and info.status not in REFUSED:
        yield _unknown("line", "LINE", info)
        return
    if not info.is_good:
        yield Line(
            "token_taken",
            False,
            f"LINE がチャネルアクセストークンを受け付けません（{info.status}）",
            f"{API_TAB} → 「チャネルアクセストークン（長期）」を発行し直し、環境変数 "
            f"{setup.prefix}CHANNEL_ACCESS_TOKEN に写して、起動し直す",
        )
        return
    yield Line("line", True, f"LINE につながりました: {info.text('displayName')}（{info.text('basicId')}）")
    yield from _of_the_webhook(setup)
    yield from _of_the_chat(setup, info)


def _unknown(check: str, what: str, answer: Answer) -> Line:
    """That LINE did not tell, and so nothing is known: neither that it is well nor that it is not."""
    return Line(
        check, False, f"{what} を調べられません（{answer.status or '応答がない'}）", "しばらくして、もう一度する"
    )


def _of_the_chat(setup: Setup, info: Answer) -> Iterator[Line]:
    """Whether staff answer in LINE's own chat, as LINE and the municipality's settings tell: both must say the same."""
    chat = setup.confirmed.get(CHAT.name)
    decided = chat is not None and chat.holds(setup.moment)
    by = f"（{chat.by}、{chat.at:%Y-%m-%d}に確認）" if chat is not None and decided else ""
    is_off, staff_talk = info.text("chatMode") == "bot", bool(setup.town and setup.town.staff_chat_hours)
    yield _line(
        "chat",
        is_off or decided or staff_talk,
        f"「チャット」は{'オフです' if is_off else 'オンで、そう決めてあります' + by}",
        "「チャット」がオンです（職員の返事と、こたえの返事が重なります）",
        f"{REPLY_TAB} → 「チャット」をオフ。職員も返事をするなら、職員用の画面の「設定」で「職員と話す」の時間を"
        "入れるか、--confirm chat",
    )
    if staff_talk:
        yield _line(
            "staff_chat",
            not is_off,
            "「職員と話す」を使えます",
            "「職員と話す」を使う設定なのに、「チャット」がオフです（住民が選んでも、職員は返事を書けません）",
            f"{REPLY_TAB} → 「チャット」をオン。使わないなら、職員用の画面の「設定」で「職員と話す」の時間を空にする",
        )
    yield _line(
        "read",
        info.text("markAsReadMode") == "auto" or decided or (staff_talk and not is_off),
        "既読は自動で付きます" if info.text("markAsReadMode") == "auto" else "既読は職員が付けます",
        "既読が自動で付きません（答えても、住民には読まれていないように見えます）",
        f"{REPLY_TAB} → 「チャット」をオフにすると、自動で付く",
    )
    yield from _of_the_menu(setup)


def _of_the_menu(setup: Setup) -> Iterator[Line]:
    """None is needed, and another tool's is well; one of ours that is not as it was configured is not."""
    menu = setup.told.menu if setup.told is not None else None
    if menu is None:
        return
    name = menu.text("name")
    if menu.status == 404:
        yield Line("menu", True, "リッチメニューは、LINE の API では決められていません（なくてもよい。docs/line.md）")
    elif not menu.is_good:
        told = menu.status or "応答がない"
        yield Line("menu", False, f"リッチメニューを調べられません（{told}）", "しばらくして、もう一度する")
    elif (ours := read_name(name)) is None:
        yield Line("menu", True, f"リッチメニューは、ほかで作られたものです（{name[:60]}）")
    else:
        variant = VARIANT_NAMES[ours.variant]
        yield _line(
            "menu",
            name in setup.menu_names,
            f"リッチメニューは、こたえの{variant}のもので、今の設定どおりです",
            f"リッチメニューは、こたえの{variant}のものですが、今の設定と違います",
            f"flask --app app line rich-menu --municipality {setup.code}{' --test' if setup.test else ''} --apply",
        )


def _of_the_other_tool(setup: Setup) -> Iterator[Line]:
    """What can be known: that an address answers a body of LINE's form, with LINE's signature."""
    called = setup.handed_on
    if called is None:
        return
    said = called.fault or f"{called.status} が返りました"
    yield _line(
        "other_tool",
        called.outcome is Outcome.FORWARDED,
        "ほかのツールの住所が、署名のある空の通信に答えました（届いた出来事に正しく答えるかは、ここからは分かりません）",
        f"ほかのツールの住所が、署名のある空の通信を受け取りません（{said}）",
        f"環境変数 {setup.prefix}FORWARD_URL の住所と、ほかのツールに入れたチャネルシークレットを、そのツールの担当に"
        "確かめる",
    )


def _of_the_webhook(setup: Setup) -> Iterator[Line]:
    if setup.told is None:
        return
    endpoint, test = setup.told.endpoint, setup.told.test
    if not endpoint.is_good and endpoint.status != 404:
        yield _unknown("address", "「Webhook URL」と「Webhookの利用」", endpoint)
        return
    wanted = setup.behind_address or setup.address
    is_direct = wanted == setup.address
    ours = endpoint.is_good and endpoint.text("endpoint") == wanted
    set_to = endpoint.text("endpoint") if endpoint.is_good else ""
    yield _line(
        "address",
        ours,
        "「Webhook URL」は、このサービスの住所です"
        if is_direct
        else "「Webhook URL」は、設定にあるほかのツールの住所です（そこから転送されるかは、ここからは分かりません）",
        f"「Webhook URL」が、{'このサービスの' if is_direct else '設定にあるほかのツールの'}住所ではありません"
        f"（今は {set_to or '空'}）",
        f"{API_TAB} → 「Webhook URL」に {wanted} を入れて「更新」",
    )
    yield _line(
        "webhook",
        endpoint.is_good and endpoint.body.get("active") is True,
        "「Webhookの利用」はオンです",
        "「Webhookの利用」がオフです",
        f"{API_TAB} → 「Webhookの利用」をオン",
    )
    if test is None:
        return
    reached = test.is_good and test.body.get("success") is True
    why = f"{test.text('reason')} {test.text('detail')}".strip()[:120]
    yield _line(
        "test",
        reached,
        "LINE から、このサービスに届きました（検証）",
        f"LINE から、このサービスに届きません（{why or test.status or '応答がない'}）",
        "サービスが動いているか、外から https で開けるか、証明書が正しいか、チャネルシークレットが合うかを確かめる",
    )


def _of_the_town(setup: Setup) -> Iterator[Line]:
    town = setup.town
    if town is None:
        yield Line("content", False, "市町村の内容がありません", "flask --app app knowledge load で内容を入れる")
        return
    yield _line(
        "telephone",
        bool(town.telephone),
        f"代表電話は {town.telephone} です",
        "代表電話がありません",
        "職員用の画面の「穴埋めシート」で「役所の代表電話」を入れる（承認が要る市町村では、承認されてから）",
    )
    yield _line(
        "ways",
        town.ways_without_voice > 0,
        f"電話のほかの連絡先（フォーム・メール・FAX）が{town.ways_without_voice}件あります",
        "電話のほかの連絡先（フォーム・メール・FAX）が一つもありません（電話のできない人が、たずねられません）",
        "職員用の画面の「設定」で、問い合わせフォーム・メール・FAX のどれかを入れる（課のものは「課」の表）",
    )
    yield _line(
        "hours",
        town.opening_places > 0,
        "開庁時間があります",
        "開庁時間がありません",
        "職員用の画面の「受付時間」で、市役所の時間を入れる",
    )
    yield _line(
        "privacy_policy",
        bool(town.privacy_url),
        f"プライバシーポリシーは {town.privacy_url} です",
        "プライバシーポリシーのURLがありません",
        "職員用の画面の「設定」で、「プライバシーポリシーのURL」に市町村のページか "
        f"{setup.privacy_address} を、内容を確かめて入れる",
    )
    yield _line(
        "samples",
        not town.samples,
        "見本の内容は出ていません",
        "見本の内容が出ています（答えの終わりに、見本だと書かれます）",
        "内容を確かめ、「表の出し入れ」の市町村の表で「見本」を外す。見本のデータは、その画面で消す",
    )


def _of_the_operator(setup: Setup) -> Iterator[Line]:
    for item in ITEMS.values():
        seen, check = setup.confirmed.get(item.name), f"confirmed_{item.name}"
        if seen is None:
            yield Line(check, False, f"確認していません: {item.words}", _confirming(item))
        elif not seen.holds(setup.moment):
            words = f"1年たちました（{seen.by}、{seen.at:%Y-%m-%d}）: {item.words}"
            yield Line(check, False, words, _confirming(item))
        else:
            yield Line(check, True, f"{item.words}（{seen.by}、{seen.at:%Y-%m-%d}に確認）")


def _confirming(item: Item) -> str:
    return f"{item.where}。見たら --confirm {item.name} --by 名前"
