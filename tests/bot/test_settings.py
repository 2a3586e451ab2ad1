"""Settings: safe defaults at hand, and a refusal that names the remedy where it would be unsafe."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import stat
from pathlib import Path

import pytest
import time_machine

from app import create_app
from bot.settings import LINE_API_HOST, SETTINGS, Settings, SettingsError, read_settings
from knowledge.calendar import JST
from knowledge.pseudonyms import Pepper, pseudonym
from knowledge.virus_scan import Scanner

LONG = "0123456789abcdef" * 4
PUBLIC = {
    "BASE_URL": "https://kotae.city.example",
    "SECRET_KEY": LONG,
    "PSEUDONYM_PEPPER": "123456789abcdef0" * 4,
    "DATA_KEY": "23456789abcdef01" * 4,
    "BACKUP_KEY": "3456789abcdef012" * 4,
}


def test_at_hand_nothing_needs_to_be_set(tmp_path: Path) -> None:
    found = read_settings({"INSTANCE_PATH": str(tmp_path / "instance")})
    assert found.database_url == f"sqlite:///{tmp_path / 'instance' / 'kotae.db'}"
    assert (found.base_url, found.is_local) == ("http://127.0.0.1:8000", True)
    assert (found.line_api_host, found.line_channels) == (LINE_API_HOST, {})
    assert (found.sender_threads, found.proxy_hops, found.log_level) == (16, 0, "INFO")
    assert found.trusted_hosts == ("127.0.0.1", "127.0.0.1", "localhost")
    assert len(found.secret_key) >= 32
    assert len(found.pepper) >= 32
    assert found.secret_key.encode() != found.pepper


def test_in_production_the_given_keys_are_used_and_no_file_is_made(tmp_path: Path) -> None:
    found = read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path)})
    assert (found.secret_key, found.pepper, found.is_local) == (LONG, b"123456789abcdef0" * 4, False)
    assert found.trusted_hosts[0] == "kotae.city.example"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"BASE_URL": "http://kotae.city.example"}, "BASE_URL は https に", id="http off loopback"),
        pytest.param({"BASE_URL": "http://127.0.0.1.city.example"}, "BASE_URL は https に", id="a name like loopback"),
        pytest.param({"BASE_URL": "http://192.168.0.10:8000"}, "BASE_URL は https に", id="http in the office"),
        pytest.param({"BASE_URL": "http://0.0.0.0:8000"}, "BASE_URL は https に", id="http on all addresses"),
        pytest.param({"BASE_URL": "kotae.city.example"}, "BASE_URL は https://… の形", id="no scheme"),
        pytest.param({"BASE_URL": "ftp://kotae.city.example"}, "BASE_URL は https://… の形", id="another scheme"),
        pytest.param({"BASE_URL": "https://"}, "BASE_URL は https://… の形", id="no host"),
        pytest.param({"BASE_URL": "https://[::1"}, "BASE_URL は https://… の形", id="half an address"),
        pytest.param({"EMBED_ORIGINS": "http://www.city.example"}, "EMBED_ORIGINS は https://", id="a site in clear"),
        pytest.param({"EMBED_ORIGINS": "https://a.example/page"}, "EMBED_ORIGINS は https://", id="a page, no site"),
        pytest.param(
            {"EMBED_ORIGINS": "https://a.example; script-src *"}, "EMBED_ORIGINS は", id="a header of its own"
        ),
        pytest.param({"EMBED_ORIGINS": "*"}, "EMBED_ORIGINS は https://", id="every site"),
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY は256ビット以上", id="short key"),
        pytest.param({"SECRET_KEY": "0123456789abcdef" * 2}, "SECRET_KEY は256ビット以上", id="a key of 128 bits"),
        pytest.param({"BACKUP_KEY": "0123456789abcdefXYZ+" * 2}, "BACKUP_KEY は256ビット以上", id="a key of 240 bits"),
        pytest.param({"PSEUDONYM_PEPPER": "k" * 31}, "PSEUDONYM_PEPPER は256ビット以上", id="short pepper"),
        pytest.param({"SECRET_KEY": ""}, "SECRET_KEY がありません。`openssl rand -hex 32`", id="no key"),
        pytest.param({"PSEUDONYM_PEPPER": ""}, "PSEUDONYM_PEPPER がありません", id="no pepper"),
        pytest.param({"DATA_KEY": ""}, "DATA_KEY がありません", id="no data key"),
        pytest.param({"DATA_KEY": "d" * 31}, "DATA_KEY は256ビット以上", id="short data key"),
        pytest.param({"DATA_KEY": "d" * 64}, "DATA_KEY は `openssl rand -hex 32` で", id="a key of one letter"),
        pytest.param({"DATA_KEY": LONG}, "一つずつ別に", id="two keys that are one"),
        pytest.param({"LINE_API_HOST": "http://relay.example"}, "LINE_API_HOST は https", id="LINE in clear"),
        pytest.param({"LINE_API_HOST": "relay.example"}, "LINE_API_HOST は https", id="LINE without a scheme"),
        pytest.param(
            {"LINE_242047_CHANNEL_SECRET": "changeme"}, "LINE_242047_CHANNEL_SECRET は", id="a made-up channel secret"
        ),
        pytest.param({"SENDER_THREADS": "two"}, "SENDER_THREADS は数字で", id="no number"),
        pytest.param({"SENDER_THREADS": "-1"}, "SENDER_THREADS は0から32まで", id="below nought"),
        pytest.param({"SENDER_THREADS": "33"}, "SENDER_THREADS は0から32まで", id="too many threads"),
        pytest.param({"PROXY_HOPS": "6"}, "PROXY_HOPS は0から5まで", id="too many proxies"),
        pytest.param({"SMTP_HOST": "mail.example.jp"}, "MAIL_FROM", id="mail from nobody"),
        pytest.param(
            {"SMTP_HOST": "m", "MAIL_FROM": "a@b", "SMTP_USER": "u", "SMTP_STARTTLS": "0"},
            "SMTP_STARTTLS を 1",
            id="a password in clear",
        ),
        pytest.param({"SMTP_HOST": "m", "MAIL_FROM": "a@b", "SMTP_PORT": "0"}, "SMTP_PORT", id="no port"),
        pytest.param(
            {"OIDC_ISSUER": "https://sso.example"}, "OIDC_CLIENT_ID も", id="a directory that does not know us"
        ),
        pytest.param(
            {"OIDC_ISSUER": "https://sso.example", "OIDC_CLIENT_ID": "a"}, "OIDC_CLIENT_SECRET も", id="no secret"
        ),
        *(
            pytest.param(
                {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}, "OIDC_ISSUER は", id=issuer
            )
            for issuer in (
                "http://sso.example",
                "http://127.0.0.1:9",
                "https://a:b@sso.example",
                "https://sso.example/?x",
                "https://",
                "https://[::1",
                "sso.example",
            )
        ),
        pytest.param({"AUDIT_DAYS": "364"}, "AUDIT_DAYS は365から3650まで", id="less than a year"),
        pytest.param({"SESSION_DAYS": "31"}, "SESSION_DAYS は1から30まで", id="sessions kept too long"),
        pytest.param({"UPLOAD_DAYS": "31"}, "UPLOAD_DAYS は1から30まで", id="files kept too long"),
        pytest.param({"PROXY_HOPS": "1.5"}, "PROXY_HOPS は数字で", id="half a proxy"),
        pytest.param({"BACKUP_KEY": "short"}, "BACKUP_KEY は256ビット以上", id="a short key of the backups"),
        pytest.param({"BACKUP_KEY": LONG}, "一つずつ別に", id="the backups under another key"),
        pytest.param({"METRICS_TOKEN": "short"}, "METRICS_TOKEN は256ビット以上", id="a short word for the metrics"),
        pytest.param({"ALERT_URL": "http://chat.example/hook"}, "ALERT_URL は https", id="alerts in clear"),
        pytest.param({"ALERT_MAIL": "ops@city.example"}, "SMTP_HOST と MAIL_FROM も", id="alerts by no mail server"),
        pytest.param(
            {"ALERT_MAIL": "ops", "SMTP_HOST": "m", "MAIL_FROM": "a@b"}, "カンマで区切って", id="alerts to no address"
        ),
        pytest.param({"CONSOLE_NETWORKS": "10.0.0.1/8"}, "CONSOLE_NETWORKS は 10.0.0.0/8", id="half a network"),
        pytest.param({"RATE_ADDRESS": "0"}, "RATE_ADDRESS は1から", id="no question at all"),
        pytest.param({"QUEUE_MOST": "1"}, "QUEUE_MOST は100から", id="a queue of one"),
    ],
)
def test_an_unusable_setting_is_refused_with_its_remedy(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as found:
        read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path), **changes})
    assert said in str(found.value)


@pytest.mark.parametrize("key", ["SECRET_KEY", "PSEUDONYM_PEPPER", "DATA_KEY"])
def test_a_refusal_never_repeats_a_key(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError) as found:
        read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path), key: "hunter2"})
    assert "hunter2" not in str(found.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:9000", "http://[::1]:8000", "http://127.8.8.8"]
)
def test_loopback_is_at_hand(tmp_path: Path, url: str) -> None:
    assert read_settings({"BASE_URL": url, "INSTANCE_PATH": str(tmp_path)}).is_local


def test_keys_made_at_hand_are_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first = read_settings({"INSTANCE_PATH": str(tmp_path)})
    second = read_settings({"INSTANCE_PATH": str(tmp_path)})
    assert (first.secret_key, first.pepper) == (second.secret_key, second.pepper)
    (kept,) = tmp_path.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_another_instance_has_other_keys(tmp_path: Path) -> None:
    keys = {read_settings({"INSTANCE_PATH": str(tmp_path / name)}).secret_key for name in "ab"}
    assert len(keys) == 2


def test_one_given_key_leaves_only_the_other_to_be_made(tmp_path: Path) -> None:
    found = read_settings({"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": LONG})
    assert found.secret_key == LONG
    assert found.pepper != LONG.encode()


def _read_key(folder: str, together: object, found: object) -> None:
    together.wait(30)
    found.put(read_settings({"INSTANCE_PATH": folder}).secret_key)


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    together, found = spawning.Barrier(2), spawning.Queue()
    workers = [spawning.Process(target=_read_key, args=(str(tmp_path), together, found)) for _ in range(2)]
    for worker in workers:
        worker.start()
    keys = {found.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join(30)
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o400)
    secret.chmod(0o600)
    secret.write_text("fedcba9876543210" * 4 + "\n", encoding="utf-8")
    given = {name: value for name, value in PUBLIC.items() if name != "SECRET_KEY"}
    found = read_settings({**given, "INSTANCE_PATH": str(tmp_path), "SECRET_KEY_FILE": str(secret)})
    assert found.secret_key == "fedcba9876543210" * 4
    channel = {"LINE_242047_CHANNEL_SECRET_FILE": str(secret)}
    assert read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path), **channel}).line_channels["242047"].secrets == (
        "fedcba9876543210" * 4,
    )


@pytest.mark.parametrize(
    ("content", "mode", "also", "said"),
    [
        pytest.param("fedcba9876543210" * 4, 0o644, "", "chmod 400", id="everybody may read it"),
        pytest.param("", 0o600, "", "鍵が入っていません", id="it is empty"),
        pytest.param("x" * 10_001, 0o600, "", "鍵が入っていません", id="it is another file"),
        pytest.param("fedcba9876543210" * 4, 0o600, LONG, "どちらか一つ", id="it is given twice"),
        pytest.param(None, 0o600, "", "読めません", id="there is none"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(
    tmp_path: Path, content: str | None, mode: int, also: str, said: str
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content, encoding="utf-8")
        secret.chmod(mode)
    given = {**PUBLIC, "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": also, "SECRET_KEY_FILE": str(secret)}
    with pytest.raises(SettingsError) as found:
        read_settings(given)
    assert said in str(found.value)
    assert "fedcba" not in str(found.value)


def test_without_a_key_of_the_backups_the_service_runs_all_the_same(tmp_path: Path) -> None:
    given = {name: value for name, value in PUBLIC.items() if name != "BACKUP_KEY"}
    assert read_settings({**given, "INSTANCE_PATH": str(tmp_path)}).backup_key == b""


def test_each_municipality_has_its_own_channel(tmp_path: Path) -> None:
    environment = {
        **PUBLIC,
        "INSTANCE_PATH": str(tmp_path),
        "LINE_242047_CHANNEL_SECRET": "s1" * 16,
        "LINE_242047_CHANNEL_SECRET_OLD": "s0",
        "LINE_242047_CHANNEL_ACCESS_TOKEN": "t1",
        "LINE_222232_CHANNEL_SECRET": "s2" * 16,
        "LINE_232084_CHANNEL_SECRET": "",
        "LINE_242047_TEST_CHANNEL_SECRET": "s3" * 16,
        "LINE_242047_TEST_CHANNEL_ACCESS_TOKEN": "t3",
        "LINE_API_HOST": "https://relay.example/",
    }
    found = read_settings(environment)
    assert set(found.line_channels) == {"242047", "222232", "242047-test"}
    test = found.line_channels["242047-test"]
    assert (test.municipality_code, test.test, test.secrets, test.access_token) == ("242047", True, ("s3" * 16,), "t3")
    assert found.line_channels["242047"].secrets == ("s1" * 16, "s0")
    assert found.line_channels["242047"].access_token == "t1"
    assert (found.line_channels["222232"].secrets, found.line_channels["222232"].access_token) == (("s2" * 16,), None)
    assert found.line_api_host == "https://relay.example"


def test_where_the_directory_sends_people_back_to_is_told_by_our_own_address_alone(tmp_path: Path) -> None:
    given = {"OIDC_ISSUER": "https://sso.example/realms/city", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}
    found = read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path), **given, "OIDC_SECOND_STEPS": "mfa, ,gold"})
    assert found.office_directory is not None
    assert found.office_directory.redirect_uri == "https://kotae.city.example/staff/office-account/return"
    assert found.office_directory.second_steps == {"mfa", "gold"}
    assert read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path)}).office_directory is None


def test_trusted_hosts_replace_the_defaults(tmp_path: Path) -> None:
    found = read_settings({**PUBLIC, "INSTANCE_PATH": str(tmp_path), "TRUSTED_HOSTS": " a.example, ,b.example "})
    assert found.trusted_hosts == ("a.example", "b.example")


def test_every_setting_has_a_name_and_one_sentence() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.name.isupper() and len(setting.help) > 5 for setting in SETTINGS)


def test_the_scanner_is_off_until_it_is_named_and_its_address_is_checked(tmp_path: Path) -> None:
    at = {"INSTANCE_PATH": str(tmp_path)}
    assert read_settings(at).scanner is None
    assert read_settings({**at, "CLAMAV": " tcp://127.0.0.1:3310 "}).scanner == Scanner(host="127.0.0.1", port=3310)
    with pytest.raises(SettingsError, match="CLAMAV は unix:"):
        read_settings({**at, "CLAMAV": "localhost:3310"})


def _who(settings: Settings, moment: str) -> str:
    return pseudonym(settings.pepper, "242047", "U1", dt.datetime.fromisoformat(moment))


@pytest.mark.parametrize("year", [2027, 2028])
def test_at_hand_the_pepper_turns_by_itself_after_the_last_redelivery(tmp_path: Path, year: int) -> None:
    """2028-02-29 stands in the year between."""
    midnight = dt.datetime(year, 4, 1, tzinfo=JST)
    found = {}
    for name, moment in (
        ("before", midnight - dt.timedelta(seconds=0.1)),
        ("at midnight", midnight),
        ("an hour later", midnight + dt.timedelta(hours=1)),
    ):
        with time_machine.travel(moment, tick=False):
            found[name] = read_settings({"INSTANCE_PATH": str(tmp_path)})
    last, new = f"{year}-03-31T23:59:59.9+09:00", f"{year}-04-01T00:00:00+09:00"
    assert len({_who(one, new) for one in found.values()}) == 1, "all processes agree on the new year"
    assert _who(found["before"], last) == _who(found["at midnight"], last), "a redelivery is the same person"
    assert _who(found["an hour later"], last) != _who(found["before"], last), "the last year is out of reach"
    kept = (tmp_path / "keys.json").read_text()
    assert found["before"].pepper.decode() not in kept
    assert found["an hour later"].pepper.decode() in kept


def test_a_given_pepper_is_of_the_year_that_is_given_and_the_command_tells_the_next(tmp_path: Path) -> None:
    given = {"PSEUDONYM_PEPPER": LONG, "PSEUDONYM_PEPPER_YEAR": "2026", "INSTANCE_PATH": str(tmp_path)}
    found = read_settings(given)
    assert isinstance(found.pepper, Pepper)
    assert found.pepper.year == 2026
    told = create_app(given).test_cli_runner().invoke(args=["pepper", "next"]).output
    following = dict(line.split("=") for line in told.splitlines() if "=" in line)
    assert following["PSEUDONYM_PEPPER_YEAR"] == "2027"
    moment = "2027-04-01T00:00:00+09:00"
    assert _who(read_settings(given | following), moment) == _who(found, moment)
    with pytest.raises(SettingsError, match="PSEUDONYM_PEPPER_YEAR"):
        read_settings(given | {"PSEUDONYM_PEPPER_YEAR": "令和8"})
