"""The settings: each with its name, default and one sentence; read once, in ``app.py``."""

from __future__ import annotations

import datetime as dt
import fcntl
import ipaddress
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.other_tools import NO_OTHER_TOOL, OtherTool, OtherToolError, read_other_tool
from bot.secret_files import SecretFileError, with_secret_files
from knowledge.calendar import JST, fiscal_year_of, now
from knowledge.pseudonyms import REDELIVERED, Pepper, next_pepper
from knowledge.virus_scan import Scanner, ScannerAddressError, scanner_at

LINE_API_HOST = "https://api.line.me"
MAKE_KEY = "`openssl rand -hex 32`"
FEWEST_CHARACTERS = 8
"""Different ones in a key that was made by chance: of 32 hexadecimal digits, fewer come once in 20 million."""
SHORTEST_KEY = 32
"""At hand, and of what LINE and others make; elsewhere a key holds KEY_BITS."""
KEY_BITS = 256
SHORTEST_CHANNEL_SECRET = 16
"""LINE's have 32 digits; what is short was made up."""
NEEDED_KEYS = ("SECRET_KEY", "PSEUDONYM_PEPPER", "DATA_KEY")
KEYS = (*NEEDED_KEYS, "BACKUP_KEY")
PEPPER_YEAR = "PSEUDONYM_PEPPER_YEAR"


@dataclass(frozen=True)
class Setting:
    """One environment variable; ``default`` as it would be written there."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("DATABASE_URL", "", "データベース。空なら instance/ の SQLite。本番は postgresql+psycopg://…"),
    Setting("INSTANCE_PATH", "instance", "SQLite・語のベクトル・索引・生成した鍵を置く場所"),
    Setting("CONTENT_FOLDER", "", "自分の市町村の内容（6桁のフォルダー）の場所。空なら INSTANCE_PATH の content"),
    Setting("BASE_URL", "http://127.0.0.1:8000", "外から見た住所（本番は https）。LINE が開くリンクに使う"),
    Setting("SECRET_KEY", "", "署名の鍵（256ビット以上）。手元で試すときは自動で作られる"),
    Setting("PSEUDONYM_PEPPER", "", "質問者を仮名にする鍵（256ビット以上）。手元で試すときは自動で作られる"),
    Setting(
        "PSEUDONYM_PEPPER_YEAR",
        "",
        "上の鍵の年度（例 2026）。毎年4月1日に `flask --app app pepper next` の出す鍵と年度に替える。手元では自動",
    ),
    Setting("DATA_KEY", "", "職員の確認コード（TOTP）の種を暗号にする鍵（256ビット以上）。手元では自動"),
    Setting("LINE_API_HOST", LINE_API_HOST, "LINE の API の住所。試験や中継のときだけ変える"),
    Setting("SENDER_THREADS", "16", "Web のプロセスの中で LINE に返信する糸の数。0 なら `flask line send` が返信する"),
    Setting("TRUSTED_HOSTS", "", "受け付ける Host 名（カンマ区切り）。空なら BASE_URL の名前と 127.0.0.1、localhost"),
    Setting(
        "EMBED_ORIGINS",
        "",
        "質問のページを置いてよいサイト（https://www.city.example.jp の形、カンマ区切り）。空なら置けない",
    ),
    Setting("PROXY_HOPS", "0", "前に置いた信頼できる中継（nginx など）の数"),
    Setting(
        "KEPT_ANSWERS",
        "3000",
        "一つのプロセスがメモリーに置く答えの数（300件の自治体で10）。ほかの自治体の索引はファイルから開く",
    ),
    Setting("LINK_CHECKS", "1", "リンク切れを調べる仕事をするか。外へ出られない場所では 0"),
    Setting("AUDIT_DAYS", "400", "だれが何をしたかの記録を残す日数（365から3650まで）"),
    Setting("SESSION_DAYS", "30", "終わったサインインの記録を残す日数（1から30まで）"),
    Setting("UPLOAD_DAYS", "1", "職員が送ったファイルを残す日数（1から30まで）"),
    Setting("SMTP_HOST", "", "職員への知らせを送るメールのサーバー。空なら知らせは送らない"),
    Setting("SMTP_PORT", "587", "知らせを送るメールのサーバーのポート"),
    Setting("SMTP_USER", "", "メールのサーバーのユーザー名。空ならサインインせずに送る"),
    Setting("SMTP_PASSWORD", "", "メールのサーバーのパスワード"),
    Setting("SMTP_STARTTLS", "1", "STARTTLS で暗号にするか。0 にできるのは、ユーザー名が要らない庁内の中継だけ"),
    Setting("MAIL_FROM", "", "知らせの差出人のメールアドレス"),
    Setting("OIDC_ISSUER", "", "庁内の認証基盤（OpenID Connect）の発行者（issuer）の住所。空なら使わない"),
    Setting("OIDC_CLIENT_ID", "", "認証基盤に登録したこのサービスのクライアント ID"),
    Setting("OIDC_CLIENT_SECRET", "", "認証基盤が発行したクライアントシークレット"),
    Setting("OIDC_LABEL", "庁内アカウントでサインイン", "サインインの画面に出すボタンの言葉"),
    Setting("OIDC_CLAIM", "email", "初めてのサインインで、ログイン名かメールアドレスと照らす項目（クレーム）"),
    Setting("OIDC_VERIFIED_CLAIM", "email_verified", "上の項目を認証基盤が確かめたことを示す項目（クレーム）"),
    Setting("OIDC_SECOND_STEPS", "", "2段階目を認証基盤に任せるときの amr か acr の値（例 mfa）。空なら任せない"),
    Setting("CLAMAV", "", "送られたファイルを調べる clamd の場所（unix:/パス か tcp://ホスト:ポート）。空なら調べない"),
    Setting("LOG_LEVEL", "INFO", "記録の細かさ（DEBUG、INFO、WARNING）"),
    Setting("METRICS_TOKEN", "", "/metrics（Prometheus）を読む合い言葉（256ビット以上）。空なら /metrics は出さない"),
    Setting("ALERT_URL", "", "異常を知らせる先の住所（Webhook、JSON を POST する）。空なら送らない"),
    Setting("ALERT_MAIL", "", "異常を知らせる先のメールアドレス（カンマ区切り）。SMTP_HOST が要る。空なら送らない"),
    Setting("BACKUP_FOLDER", "", "バックアップを置く場所。空なら INSTANCE_PATH の backups"),
    Setting(
        "BACKUP_KEY",
        "",
        "バックアップを暗号にする鍵（256ビット以上）。空なら作れない。手元では自動",
    ),
    Setting("BACKUP_DAYS", "35", "バックアップを残す日数（1から400まで）"),
    Setting("RESTORE_DRILL", "1", "週に一度、いちばん新しいバックアップをためしに戻して確かめるか。0 ならしない"),
    Setting(
        "EGRESS_ALLOWED",
        "",
        "設定に書いた相手のほかに、サービスがつないでよいホスト名（カンマ区切り）。* なら限らない",
    ),
    Setting(
        "DISK_ENOUGH_GB",
        "0",
        "ディスクの空きが全体の10%を下回っても足りるとみなす大きさ（GB）。0 なら、いつも10%を求める",
    ),
    Setting("SECRET_KEY_OLD", "", "SECRET_KEY を替えるあいだだけ、前のもの（カンマ区切り）"),
    Setting("READ_DATABASE_URL", "", "数字の画面が読む、PostgreSQL の読み取り専用の複製。空なら DATABASE_URL"),
    Setting("CONSOLE_HOSTS", "", "職員用の画面だけの Host 名（カンマ区切り）。空なら住民用と同じ名前で出す"),
    Setting("CONSOLE_NETWORKS", "", "職員用の画面を開ける住所の範囲（例 10.0.0.0/8）。空ならどこからでも"),
    Setting("RATE_CONVERSATION", "20", "Web の一つの会話で、1分に答える質問の数"),
    Setting("RATE_ADDRESS", "60", "一つの住所（IP アドレス）に、1分に答える質問の数"),
    Setting("RATE_ALL", "1000", "Web の全体で、1分に答える質問の数"),
    Setting("RATE_LINE_PERSON", "30", "LINE の一人に、1分に答える質問の数"),
    Setting("QUEUE_MOST", "20000", "返信を待つ LINE の出来事の数の上限。超えた分は古いものから期限切れにする"),
)
"""``LINE_<コード>_CHANNEL_SECRET``, ``…_CHANNEL_SECRET_OLD`` and ``…_CHANNEL_ACCESS_TOKEN`` come per municipality;
the same with ``LINE_<コード>_TEST_`` before them for its test channel.  Beside another tool on the channel:
``…_FORWARD_URL``, ``…_BEHIND_URL``, ``…_LEAVE_WORDS`` and ``…_LEAVE_KINDS``."""


class SettingsError(ValueError):
    """A setting is missing or unsafe; the message names it and the remedy."""


@dataclass(frozen=True)
class LineChannel:
    """A municipality's LINE channel.  ``secrets``: one, or two while one replaces the other."""

    municipality_code: str
    secrets: tuple[str, ...]
    access_token: str | None
    test: bool = False
    """For colleagues alone, and answered with drafts."""
    other: OtherTool = NO_OTHER_TOOL

    @property
    def name(self) -> str:
        return channel_name(self.municipality_code, test=self.test)


def channel_name(municipality_code: str, *, test: bool) -> str:
    """What tells a municipality's channels apart, in addresses and logs."""
    return f"{municipality_code}-test" if test else municipality_code


@dataclass(frozen=True)
class MailServer:
    """Where notices to staff are handed in, and in whose name."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    sender: str


@dataclass(frozen=True)
class OfficeDirectory:
    """The office's own directory, by which staff may sign in.

    ``claim`` finds the account at the first sign-in, if ``verified_claim`` is true.  ``second_steps``: the values
    of ``amr`` or ``acr`` by which it says that it asked for a second step that we trust; none: we ask ourselves.
    """

    issuer: str
    client_id: str
    client_secret: str
    label: str
    claim: str
    verified_claim: str
    second_steps: frozenset[str]
    redirect_uri: str


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Rates:
    """How many questions a minute are answered."""

    conversation: int
    address: int
    all: int
    line_person: int


@dataclass(frozen=True)
class Settings:
    database_url: str
    instance: Path
    content_folder: Path
    base_url: str
    secret_key: str
    pepper: bytes
    data_key: bytes
    line_api_host: str
    line_channels: Mapping[str, LineChannel]
    """By their names."""
    sender_threads: int
    trusted_hosts: tuple[str, ...]
    embed_origins: tuple[str, ...]
    """Sites that may show the page of questions within theirs."""
    proxy_hops: int
    kept_answers: int
    link_checks: bool
    audit_days: int
    session_days: int
    upload_days: int
    mail: MailServer | None
    """None: no notice is written or sent."""
    office_directory: OfficeDirectory | None
    """None: staff sign in with name and password alone."""
    scanner: Scanner | None
    """What looks for viruses in the files that staff send; None: nothing does."""
    log_level: str
    metrics_token: str
    """Empty: the metrics are not shown."""
    alert_url: str
    alert_mails: tuple[str, ...]
    backup_folder: Path
    backup_key: bytes
    """Empty: no backup can be made."""
    backup_days: int
    restore_drill: bool
    """Whether the newest backup is tried once a week."""
    egress_allowed: tuple[str, ...]
    """Hosts that may be called beside those that the settings name."""
    disk_enough_gb: int
    """Nought: a tenth of the disk is to be free, however large it is."""
    old_secret_keys: tuple[str, ...]
    """What was signed with them is still taken, nothing is signed with them."""
    read_database_url: str
    """Empty: figures are read where they are written."""
    console_hosts: tuple[str, ...]
    """Empty: the console is reached by the residents' names too."""
    console_networks: tuple[Network, ...]
    """Empty: the console is reached from everywhere."""
    rates: Rates
    queue_most: int

    @property
    def vectors_folder(self) -> Path:
        return self.instance / "vectors"

    @property
    def indexes_folder(self) -> Path:
        return self.instance / "indexes"

    @property
    def drill_folder(self) -> Path:
        """Where a backup is restored to be looked through: on the disk of the database, whose words it holds."""
        return self.instance / "drill"

    @property
    def console_url(self) -> str:
        """Where staff reach the console, without the path."""
        return _console_url(self.base_url, self.console_hosts)

    @property
    def is_local(self) -> bool:
        return _is_loopback(self.base_url)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that ``environment`` gives.  Raises SettingsError where one is unusable."""
    try:
        environment = with_secret_files(environment)
    except SecretFileError as error:
        raise SettingsError(str(error)) from error
    given = {setting.name: environment.get(setting.name) or setting.default for setting in SETTINGS}
    instance = Path(given["INSTANCE_PATH"]).absolute()
    base_url = given["BASE_URL"].rstrip("/")
    _check_base_url(base_url)
    keys = _keys(given, instance, local=_is_loopback(base_url))
    hosts = _parts(given, "TRUSTED_HOSTS")
    console_hosts = tuple(host.lower() for host in _parts(given, "CONSOLE_HOSTS"))
    return Settings(
        database_url=given["DATABASE_URL"] or f"sqlite:///{instance / 'kotae.db'}",
        instance=instance,
        content_folder=Path(given["CONTENT_FOLDER"]).absolute() if given["CONTENT_FOLDER"] else instance / "content",
        base_url=base_url,
        secret_key=keys["SECRET_KEY"],
        pepper=_pepper(keys["PSEUDONYM_PEPPER"], given["PSEUDONYM_PEPPER_YEAR"] or keys[PEPPER_YEAR]),
        data_key=keys["DATA_KEY"].encode(),
        line_api_host=_line_api_host(given["LINE_API_HOST"].rstrip("/")),
        line_channels=_line_channels(environment, local=_is_loopback(base_url)),
        sender_threads=_number(given, "SENDER_THREADS", most=32),
        trusted_hosts=hosts or (urlsplit(base_url).hostname or "127.0.0.1", "127.0.0.1", "localhost"),
        embed_origins=_origins(given, "EMBED_ORIGINS"),
        proxy_hops=_number(given, "PROXY_HOPS", most=5),
        kept_answers=_number(given, "KEPT_ANSWERS", most=10_000_000),
        link_checks=_number(given, "LINK_CHECKS", most=1) == 1,
        audit_days=_number(given, "AUDIT_DAYS", most=3650, least=365),
        session_days=_number(given, "SESSION_DAYS", most=30, least=1),
        upload_days=_number(given, "UPLOAD_DAYS", most=30, least=1),
        mail=_mail_server(given),
        office_directory=_office_directory(given, _console_url(base_url, console_hosts)),
        scanner=_scanner(given["CLAMAV"].strip()),
        log_level=given["LOG_LEVEL"].upper(),
        metrics_token=_long_enough(given, "METRICS_TOKEN", local=_is_loopback(base_url)),
        alert_url=_alert_url(given["ALERT_URL"].strip()),
        alert_mails=_alert_mails(given),
        backup_folder=Path(given["BACKUP_FOLDER"] or instance / "backups").absolute(),
        backup_key=keys["BACKUP_KEY"].encode(),
        backup_days=_number(given, "BACKUP_DAYS", most=400, least=1),
        restore_drill=_number(given, "RESTORE_DRILL", most=1) == 1,
        egress_allowed=_parts(given, "EGRESS_ALLOWED"),
        disk_enough_gb=_number(given, "DISK_ENOUGH_GB", most=100_000),
        old_secret_keys=_parts(given, "SECRET_KEY_OLD"),
        read_database_url=given["READ_DATABASE_URL"],
        console_hosts=console_hosts,
        console_networks=_networks(given, "CONSOLE_NETWORKS"),
        rates=Rates(
            _number(given, "RATE_CONVERSATION", most=10_000, least=1),
            _number(given, "RATE_ADDRESS", most=100_000, least=1),
            _number(given, "RATE_ALL", most=1_000_000, least=1),
            _number(given, "RATE_LINE_PERSON", most=10_000, least=1),
        ),
        queue_most=_number(given, "QUEUE_MOST", most=10_000_000, least=100),
    )


def _console_url(base_url: str, console_hosts: Sequence[str]) -> str:
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{console_hosts[0]}{port}" if console_hosts else base_url


def _parts(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in given[name].split(",") if part.strip())


_ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")


def _origins(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A site's scheme and host, and nothing more: they go into a header."""
    origins = tuple(part.rstrip("/") for part in _parts(given, name))
    for origin in origins:
        # Within this machine a site may be tried out in clear.
        if not _ORIGIN.fullmatch(origin) or not (origin.startswith("https://") or _is_loopback(origin)):
            raise SettingsError(f"{name} は https://www.city.example.jp のように、サイトの名前までを書いてください")
    return origins


def _long_enough(given: Mapping[str, str], name: str, *, local: bool) -> str:
    if given[name] and _is_short(given[name], local=local):
        raise SettingsError(f"{name} は{_WANTED_LENGTH}。{MAKE_KEY} で作ってください")
    return given[name]


_WANTED_LENGTH = f"{KEY_BITS}ビット以上にしてください（0〜9と a〜f だけなら{KEY_BITS // 4}文字、ほかなら43文字から）"


def _is_short(key: str, *, local: bool) -> bool:
    """Whether chance cannot have put enough into it, by the letters that it is made of."""
    if local:
        return len(key) < SHORTEST_KEY
    return len(key) * (4 if re.fullmatch("[0-9a-fA-F]*", key) else 6) < KEY_BITS


def _alert_url(address: str) -> str:
    """What is told there names machines and municipalities: never in clear, but to this machine."""
    if address and not address.startswith("https://") and not _is_loopback(address):
        raise SettingsError("ALERT_URL は https://… にしてください")
    return address


def _alert_mails(given: Mapping[str, str]) -> tuple[str, ...]:
    mails = _parts(given, "ALERT_MAIL")
    if any(not re.fullmatch(r"[^@\s]+@[^@\s]+", mail) for mail in mails):
        raise SettingsError("ALERT_MAIL は、メールアドレスをカンマで区切って書いてください")
    if mails and not given["SMTP_HOST"]:
        raise SettingsError("ALERT_MAIL を書いたら、SMTP_HOST と MAIL_FROM も書いてください")
    return mails


def _networks(given: Mapping[str, str], name: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in _parts(given, name))
    except ValueError as error:
        raise SettingsError(f"{name} は 10.0.0.0/8 のような形で書いてください（{error}）") from error


def _check_base_url(base_url: str) -> None:
    said = f"BASE_URL は https://… の形で書いてください（今は {base_url}）"
    try:
        parts = urlsplit(base_url)
    except ValueError as error:
        raise SettingsError(said) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(said)
    if parts.scheme == "http" and not _is_loopback(base_url):
        raise SettingsError("BASE_URL は https にしてください（http が使えるのは 127.0.0.1 などの手元だけです）")


def _is_loopback(base_url: str) -> bool:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "http":
        return False
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _keys(given: Mapping[str, str], instance: Path, *, local: bool) -> dict[str, str]:
    """The keys by name; where one tries things out at hand, made once and kept in the instance."""
    for name in KEYS:
        if given[name] and _is_short(given[name], local=local):
            raise SettingsError(f"{name} は{_WANTED_LENGTH}")
        if given[name] and len(set(given[name])) < FEWEST_CHARACTERS:
            raise SettingsError(f"{name} は {MAKE_KEY} で作ってください（同じ文字のくり返しは使えません）")
    named = [given[name] for name in KEYS if given[name]]
    if len(set(named)) < len(named):
        raise SettingsError(f"{'・'.join(KEYS)} は、一つずつ別に {MAKE_KEY} で作ってください（同じものは使えません）")
    missing = [name for name in NEEDED_KEYS if not given[name]]
    if missing and not local:
        raise SettingsError(f"{missing[0]} がありません。{MAKE_KEY} で作り、環境変数に入れてください")
    kept = _kept_keys(instance / "keys.json") if local and len(named) < len(KEYS) else {}
    year = kept.get(PEPPER_YEAR, "") if not given["PSEUDONYM_PEPPER"] else ""
    return {name: given[name] or kept.get(name, "") for name in KEYS} | {PEPPER_YEAR: year}


def _kept_keys(path: Path) -> dict[str, str]:
    """The keys kept in ``path``; those that it lacks are made and added, the others never change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Processes may start at once: whoever comes second finds what the first made.
    with _only_one(path.parent):
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        whole = turned({name: secrets.token_hex(32) for name in KEYS} | kept, now())
        if whole != kept:
            kept = whole
            unfinished = path.with_suffix(f".{secrets.token_hex(4)}")
            unfinished.touch(mode=0o600)
            unfinished.write_text(json.dumps(kept), encoding="utf-8")
            unfinished.replace(path)
    return kept


def turned(kept: Mapping[str, str], moment: dt.datetime) -> dict[str, str]:
    """The keys with the pepper of the 年度 of ``moment``, and none of a year before it.

    A redelivery brings what was said 20 minutes ago: an hour after midnight nobody needs the last year's any more.
    """
    year = fiscal_year_of((moment - REDELIVERED).astimezone(JST).date())
    pepper, of = kept["PSEUDONYM_PEPPER"], int(kept.get(PEPPER_YEAR, year))
    while of < year:
        pepper, of = next_pepper(pepper.encode(), of).decode(), of + 1
    return {**kept, "PSEUDONYM_PEPPER": pepper, PEPPER_YEAR: str(of)}


def _pepper(key: str, year: str) -> bytes:
    """With the 年度 that it begins with, where that is told."""
    if not year:
        return key.encode()
    if not re.fullmatch("20[0-9]{2}", year):
        raise SettingsError("PSEUDONYM_PEPPER_YEAR は、年度を 2026 のように書いてください")
    return Pepper(key.encode(), int(year))


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for oneself; let go when the process ends, too."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _line_api_host(host: str) -> str:
    """Answers and the access token go there: never in clear, but to this machine."""
    if not host.startswith("https://") and not _is_loopback(host):
        raise SettingsError("LINE_API_HOST は https://… にしてください（アクセストークンが読まれます）")
    return host


def _line_channels(environment: Mapping[str, str], *, local: bool) -> dict[str, LineChannel]:
    channels = {}
    for name, secret in environment.items():
        if not (name.startswith("LINE_") and name.endswith("_CHANNEL_SECRET") and secret):
            continue
        whose = name.removeprefix("LINE_").removesuffix("_CHANNEL_SECRET")
        old = environment.get(f"LINE_{whose}_CHANNEL_SECRET_OLD")
        if not local and len(secret) < SHORTEST_CHANNEL_SECRET:
            raise SettingsError(f"{name} は、LINE Developers の「チャネルシークレット」を写してください（短すぎます）")
        token = environment.get(f"LINE_{whose}_CHANNEL_ACCESS_TOKEN") or None
        test = whose.endswith("_TEST")
        other = _other_tool(environment, whose, local=local)
        secrets = (secret, old) if old else (secret,)
        channel = LineChannel(whose.removesuffix("_TEST"), secrets, token, test, other)
        channels[channel.name] = channel
    return channels


def _other_tool(environment: Mapping[str, str], whose: str, *, local: bool) -> OtherTool:
    names = ("FORWARD_URL", "BEHIND_URL", "LEAVE_WORDS", "LEAVE_KINDS")
    try:
        return read_other_tool({name: environment.get(f"LINE_{whose}_{name}", "") for name in names}, local=local)
    except OtherToolError as error:
        raise SettingsError(f"LINE_{whose}_{error}") from error


def _mail_server(given: Mapping[str, str]) -> MailServer | None:
    if not given["SMTP_HOST"]:
        return None
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", given["MAIL_FROM"]):
        raise SettingsError("SMTP_HOST を書いたら、MAIL_FROM に差出人のメールアドレスを書いてください")
    starttls = _number(given, "SMTP_STARTTLS", most=1) == 1
    if given["SMTP_USER"] and not starttls:
        raise SettingsError("SMTP_USER を使うときは SMTP_STARTTLS を 1 にしてください（パスワードが読まれます）")
    port = _number(given, "SMTP_PORT", most=65535, least=1)
    return MailServer(
        given["SMTP_HOST"], port, given["SMTP_USER"], given["SMTP_PASSWORD"], starttls, given["MAIL_FROM"]
    )


def _scanner(address: str) -> Scanner | None:
    try:
        return scanner_at(address) if address else None
    except ScannerAddressError as error:
        raise SettingsError(
            f"CLAMAV は unix:/run/clamav/clamd.ctl か tcp://127.0.0.1:3310 の形で書いてください（今は {address}）"
        ) from error


RETURN_PATH = "/staff/office-account/return"
"""Where the office's directory sends people back to, below BASE_URL."""


def _office_directory(given: Mapping[str, str], base_url: str) -> OfficeDirectory | None:
    issuer = given["OIDC_ISSUER"].strip()
    if not issuer:
        return None
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        if not given[name]:
            raise SettingsError(f"OIDC_ISSUER を書いたら、{name} も書いてください")
    try:
        parts = urlsplit(issuer)
        plain = parts.hostname and not parts.username and not parts.query and not parts.fragment and parts.port != 0
    except ValueError as error:
        raise SettingsError("OIDC_ISSUER は https://… の形で書いてください") from error
    at_hand = _is_loopback(issuer) and _is_loopback(base_url)
    if not plain or not issuer.isascii() or len(issuer) > 300 or not (parts.scheme == "https" or at_hand):
        raise SettingsError("OIDC_ISSUER は、認証基盤が示すとおりの https://… の住所にしてください")
    return OfficeDirectory(
        issuer,
        given["OIDC_CLIENT_ID"],
        given["OIDC_CLIENT_SECRET"],
        given["OIDC_LABEL"][:40],
        given["OIDC_CLAIM"],
        given["OIDC_VERIFIED_CLAIM"],
        frozenset(value.strip() for value in given["OIDC_SECOND_STEPS"].split(",") if value.strip()),
        f"{base_url}{RETURN_PATH}",
    )


def _number(given: Mapping[str, str], name: str, most: int, least: int = 0) -> int:
    try:
        number = int(given[name])
    except ValueError as error:
        raise SettingsError(f"{name} は数字で書いてください（今は {given[name]}）") from error
    if not least <= number <= most:
        raise SettingsError(f"{name} は{least}から{most}までにしてください（今は {number}）")
    return number
