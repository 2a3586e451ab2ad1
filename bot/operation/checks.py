"""What is wrong with the service: pure decisions over what was gathered, and what to do about each, in Japanese."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.alerts import Finding
from knowledge.backup_standing import Standing
from knowledge.heartbeats import JOBS, WEB, Beat

OLDEST_OPEN_SECONDS = 30.0
LEAST_FREE_SHARE, LEAST_FREE_BYTES = 0.10, 500 * 1024**2
SKEW_SECONDS = 60.0
SKEW_EVENTS = 5
"""So few messages tell nothing: one may have waited with LINE."""
BACKUP_HOURS = 26
PURGE_HOURS = 26
CATCHING_UP = dt.timedelta(hours=1)
MOST_DETAIL = 200
MAIL_SECONDS = 3600.0
JOB_SECONDS = 3600.0
SIGN_IN_FAILURES = 100
"""Within a quarter of an hour: nobody's forgotten password."""
STARTING = dt.timedelta(seconds=60)
"""A service that begins is given so long until its processes are there."""


@dataclass(frozen=True)
class Kind:
    """One thing that can be wrong.  ``elsewhere``: only whoever found it can say that it is over."""

    name: str
    title: str
    well: str
    remedy: str
    elsewhere: bool = False
    handed_in: bool = False
    """Looked for by a check that another part hands in."""
    of_backups: bool = False
    """Raised and ended by those alone who keep the backups: others cannot look where they lie."""


KINDS: Mapping[str, Kind] = {
    one.name: one
    for one in (
        Kind(
            "database",
            "データベースに書けません",
            "データベースに書けます",
            "データベースが動いているか、ディスクに空きがあるか、接続の設定（DATABASE_URL）を確かめてください。"
            "書けないあいだ LINE のメッセージは受け取れず、LINE が送り直します。",
        ),
        Kind(
            "schema",
            "データベースの表が、プログラムの版と合っていません",
            "データベースの表は、プログラムの版と合っています",
            "サービスを止めて、flask --app app upgrade を打ってください（先にバックアップをとります）。",
        ),
        Kind(
            "service",
            "サービスのプロセスが一つも動いていません",
            "サービスのプロセスが動いています",
            "サービスを起動してください（systemd なら systemctl start kotae）。",
        ),
        Kind(
            "jobs",
            "時間のかかる仕事をするプロセスが動いていません",
            "時間のかかる仕事をするプロセスが動いています",
            "サービスを起動し直してください（systemd なら systemctl restart kotae-jobs か kotae）。"
            "止まっているあいだ、予約した公開、古い記録の削除、知らせのメールが行われません。",
        ),
        Kind(
            "senders",
            "LINE に返信するプロセスが動いていません",
            "LINE に返信するプロセスは足りています",
            "サービスを起動し直してください。SENDER_THREADS=0 のときは、"
            "flask --app app line send を動かしてください。返信を待っている人がいます。",
        ),
        Kind(
            "queue",
            "LINE の返信が遅れています",
            "LINE の返信は遅れていません",
            "サーバーの負荷と、LINE の API につながるかを確かめてください。"
            "続くときは SENDER_THREADS を増やすか、返信するプロセスを足してください。",
        ),
        Kind(
            "line_refused",
            "LINE がアクセストークンを受け付けません",
            "LINE はアクセストークンを受け付けています",
            "LINE Developers の「Messaging API設定」で「チャネルアクセストークン」を発行し直し、"
            "環境変数に入れて起動し直してください。flask --app app line doctor で確かめられます。",
            elsewhere=True,
        ),
        Kind(
            "forward",
            "ほかのツールに、LINE の出来事を渡せません",
            "ほかのツールへの受け渡しに、止まっているものはありません",
            "ほかのツールが動いているか、LINE_<コード>_FORWARD_URL の住所が正しいかを確かめてください"
            "（flask --app app line doctor でためせます）。住民への「こたえ」の返事は止まっていません。",
            elsewhere=True,
            handed_in=True,
        ),
        Kind(
            "disk",
            "ディスクの空きが少なくなっています",
            "ディスクの空きは足りています",
            "古いバックアップや、ほかのプログラムの記録を別の場所へ移すか、ディスクを広げてください。",
            elsewhere=True,
        ),
        Kind(
            "clock",
            "サーバーの時計がずれています",
            "サーバーの時計は合っています",
            "時刻の同期（chrony、systemd-timesyncd）が動いているか確かめてください。"
            "ずれていると、返信の期限と、予約した公開の時刻が狂います。",
        ),
        Kind(
            "backup",
            "バックアップが取れていません",
            "バックアップは取れています",
            "バックアップの予定（systemd の kotae-backup.timer など）が動いているか、"
            "BACKUP_FOLDER に書けるかを確かめてください。",
            of_backups=True,
        ),
        Kind(
            "drill",
            "バックアップからの復元の訓練が、できていません",
            "バックアップからの復元の訓練はできています",
            "flask --app app backup drill を打って、出た文のとおりに直してください（docs/backup.md）。"
            "直るまで、サーバーが壊れたときに戻せないおそれがあります。",
            of_backups=True,
        ),
        Kind(
            "purge",
            "保存期間を過ぎた記録の消去が、終わっていません",
            "保存期間を過ぎた記録は、毎日消えています",
            "時間のかかる仕事をするプロセスの記録（journalctl -u kotae-jobs）の job_failed（kind が staff）か "
            "log_not_shrunk の行を見て、データベースとディスクの空きを確かめてください。"
            "5分ごとにやり直しています。終わるまで、消えるはずの記録が残ります。",
        ),
        Kind(
            "mail",
            "職員への知らせのメールが送れていません",
            "職員への知らせのメールは、たまっていません",
            "メールのサーバー（SMTP_HOST）につながるか、SMTP_USER と SMTP_PASSWORD が正しいか確かめてください。",
        ),
        Kind(
            "work",
            "職員が頼んだ仕事が進んでいません",
            "職員が頼んだ仕事は進んでいます",
            "時間のかかる仕事をするプロセスの記録（journalctl -u kotae-jobs）を見て、起動し直してください。",
        ),
        Kind(
            "index",
            "答えの索引を作れませんでした",
            "答えの索引は作れています",
            "アプリの記録の index_failed の行を見てください。直前に公開した内容を前の版に戻すと、元に戻ります。",
            elsewhere=True,
        ),
        Kind(
            "sign_in",
            "サインインの失敗が続いています",
            "サインインの失敗は続いていません",
            "「操作の記録」でサインインの失敗を見てください。心当たりがなければ、"
            "職員用の画面を開ける住所を CONSOLE_NETWORKS で限ってください。",
        ),
        Kind(
            "pepper",
            "仮名にする鍵（PSEUDONYM_PEPPER）が新しい年度のものになっていません",
            "仮名にする鍵は、今の年度のものです",
            "docs/operations.md の「年度の切り替え」のとおりに、鍵を替えてください。",
            handed_in=True,
        ),
        Kind(
            "my_number",
            "マイナンバーとみられる番号を書いた人がいます",
            "マイナンバーとみられる番号は、届いていません",
            "番号は伏せ字にして、保存していません。LINE のトーク画面には住民の書いたものが残ります。"
            "書き込みを誘う案内がないか、「答え」と LINE のあいさつの文を見直してください。",
            elsewhere=True,
            handed_in=True,
        ),
    )
}


@dataclass(frozen=True)
class Disk:
    """``where``: the machine and what lies there.  ``enough``: so many bytes suffice, whatever share they are."""

    where: str
    free: int
    total: int
    enough: int | None = None

    @property
    def is_low(self) -> bool:
        share = self.total * LEAST_FREE_SHARE
        return self.free < LEAST_FREE_BYTES or self.free < (share if self.enough is None else min(share, self.enough))


@dataclass(frozen=True)
class Facts:
    """What was seen at ``moment``.  Where the database does not answer, nothing is known that stands in it."""

    moment: dt.datetime
    writable: bool
    schema_fits: bool
    disks: tuple[Disk, ...]
    refused: tuple[str, ...] = ()
    """Channels."""
    unbuilt: tuple[str, ...] = ()
    """Municipalities."""
    backup_wanted: bool = False
    drill_wanted: bool = False
    backups: Standing | None = None
    """What lies in the folder of backups; None where that is on another machine, which has told nothing."""
    stored: Stored | None = None
    others: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Stored:
    """What stands in the database."""

    beats: tuple[Beat, ...]
    towns: int
    open_events: int
    oldest_open: float
    """Seconds since the oldest open event was to be looked at first; 0 where none is open."""
    lateness: tuple[float, ...]
    """Of the newest events: seconds from their time, as LINE tells it, to their receipt."""
    mail_waits: float
    job_waits: float
    sign_in_failures: int
    refused: tuple[str, ...] = ()
    """Channels whose access token LINE refuses, whichever process met it."""
    last_purge: dt.datetime | None = None
    """None before anybody has looked for one."""


def judge(facts: Facts) -> list[Finding]:
    """Everything that is wrong."""
    found = [*_of_the_machine(facts), *facts.others]
    if facts.stored is not None and facts.schema_fits:
        found += _of_the_database(facts.stored, facts.moment)
    return found


def _of_the_machine(facts: Facts) -> Iterator[Finding]:
    if not facts.schema_fits:
        yield Finding("schema")
    elif not facts.writable:
        yield Finding("database")
    for disk in facts.disks:
        if disk.is_low:
            yield Finding("disk", disk.where, f"空き {_size(disk.free)}（全体の{disk.free / max(disk.total, 1):.0%}）")
    for channel in facts.refused:
        yield Finding("line_refused", channel)
    for code in facts.unbuilt:
        yield Finding("index", code)
    if facts.backups is not None:
        yield from _of_backups(facts, facts.backups)


def _of_backups(facts: Facts, backups: Standing) -> Iterator[Finding]:
    newest, drill = backups.newest, backups.drill
    if facts.backup_wanted and _is_old(newest, facts.moment):
        when = f"最後は {newest.isoformat(timespec='minutes')}" if newest else "まだ一つもありません"
        yield Finding("backup", "", when)
    if not facts.drill_wanted:
        return
    if drill is not None and not drill.is_well:
        yield Finding("drill", "", "、".join(drill.faults)[:MOST_DETAIL])
    elif backups.is_drill_late(facts.moment):
        when = f"最後は {drill.at.isoformat(timespec='minutes')}" if drill else "まだ一度もしていません"
        yield Finding("drill", "", when)


def _is_old(backup: dt.datetime | None, moment: dt.datetime) -> bool:
    return backup is None or moment - backup > dt.timedelta(hours=BACKUP_HOURS)


def _of_the_database(stored: Stored, moment: dt.datetime) -> Iterator[Finding]:
    living = [beat for beat in stored.beats if beat.is_alive(moment)]
    if not living:
        yield Finding("service")
    settled = any(beat.process.kind == WEB and moment - beat.process.started_at > STARTING for beat in living)
    if (settled or not living) and not any(beat.process.kind == JOBS for beat in living):
        yield Finding("jobs")
    if stored.open_events and living and settled and not any(beat.senders for beat in living):
        yield Finding("senders", "", f"返信を待つ出来事 {stored.open_events:,}件")
    if stored.oldest_open > OLDEST_OPEN_SECONDS:
        yield Finding("queue", "", f"{stored.open_events:,}件、古いものは{stored.oldest_open:.0f}秒前")
    skew = skew_of(stored.lateness)
    if skew is not None and abs(skew) >= SKEW_SECONDS:
        yield Finding("clock", "", f"LINE の時刻より{abs(skew):.0f}秒{'進んで' if skew > 0 else '遅れて'}います")
    if stored.mail_waits > MAIL_SECONDS:
        yield Finding("mail", "", f"{stored.mail_waits / 3600:.0f}時間前から")
    if stored.job_waits > JOB_SECONDS:
        yield Finding("work", "", f"{stored.job_waits / 3600:.0f}時間前から")
    if _is_purge_late(stored, living, moment):
        last = stored.last_purge
        yield Finding("purge", "", f"最後に終わったのは {last.isoformat(timespec='minutes')}" if last else "")
    if stored.sign_in_failures >= SIGN_IN_FAILURES:
        yield Finding("sign_in", "", f"15分に{stored.sign_in_failures:,}回")


def _is_purge_late(stored: Stored, living: Sequence[Beat], moment: dt.datetime) -> bool:
    """A service that was off for days is given a while to catch up."""
    if stored.last_purge is None or moment - stored.last_purge <= dt.timedelta(hours=PURGE_HOURS):
        return False
    return any(moment - beat.process.started_at >= CATCHING_UP for beat in living)


def skew_of(lateness: Sequence[float]) -> float | None:
    """How far our clock is ahead of LINE's, by what came for the first time; None where too little came.

    An event may have waited on its way, so a clock that is ahead shows in the quickest of them; one that is behind
    in the usual: an event that comes before it happened is nobody's delay.
    """
    if len(lateness) < SKEW_EVENTS:
        return None
    usual, quickest = statistics.median(lateness), min(lateness)
    return quickest if quickest > 0 else min(usual, 0.0)


def _size(bytes_: int) -> str:
    return f"{bytes_ / 1024**3:.1f} GB" if bytes_ >= 1024**3 else f"{bytes_ / 1024**2:.0f} MB"


def is_ready(facts: Facts, leave_out: frozenset[str] = frozenset()) -> list[str]:
    """Why no traffic should come, by name; none where it may."""
    stored = facts.stored
    skew = skew_of(stored.lateness) if stored is not None else None
    reasons = {
        "database": not facts.writable or stored is None,
        "schema": not facts.schema_fits,
        "knowledge": stored is not None and stored.towns == 0,
        "disk": any(disk.is_low for disk in facts.disks),
        "clock": skew is not None and abs(skew) >= SKEW_SECONDS,
        "queue": stored is not None and stored.oldest_open > 2 * OLDEST_OPEN_SECONDS,
        "restore": any(one.kind == "restore" for one in facts.others),
    }
    return [name for name, wrong in reasons.items() if wrong and name not in leave_out]
