"""The real nginx with deploy/nginx.conf in front of the real service: ``make trust-nginx``.

Of the file only ports, addresses of certificates and logs, and the service's port are written anew.  The certificate is
one that the trial signs itself.  NGINX_PROGRAM names the program where it is not in the path.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from intents.vectors import open_vectors
from knowledge.bundle import content_folders, read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.db import migrate, open_database
from knowledge.loading import load_bundle
from tests.bench.material import VECTORS
from tests.support.certificates import self_signed
from tests.support.fake_line import SECRET, event, signature, webhook_body
from tests.support.server import ROOT, Service, free_port

HOST = "kotae.city.example.jp"
CODE = "242047"
WORD = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
ASKED = "himitsunoshitsumon"
"""What a resident asks in the address: it must stand in no log."""
KEYS = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
    "DATA_KEY": "f0e1d2c3b4a59687" * 4,
}


def program() -> str | None:
    return os.environ.get("NGINX_PROGRAM") or shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@dataclass(frozen=True)
class Front:
    """Where nginx listens, and where its logs are."""

    plain: int
    secure: int
    folder: Path


def configured(folder: Path, service: int) -> Front:
    """nginx's own file, which includes ours."""
    certificate, key = self_signed(folder, HOST)
    front = Front(free_port(), free_port(), folder)
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "server 127.0.0.1:8000 ": f"server 127.0.0.1:{service} ",
        "listen 80;": f"listen 127.0.0.1:{front.plain};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{front.secure} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/ssl/kotae/fullchain.pem": str(certificate),
        "/etc/ssl/kotae/privkey.pem": str(key),
        "/var/log/nginx/": f"{folder}/",
    }.items():
        if old not in text:
            sys.exit(f"deploy/nginx.conf: 「{old}」がありません")
        text = text.replace(old, new)
    (folder / "kotae.conf").write_text(text, encoding="utf-8")
    places = "".join(
        f"  {one}_temp_path {folder}/{one};\n" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\n{places}  include {folder}/kotae.conf;\n}}\n",
        encoding="utf-8",
    )
    return front


@contextmanager
def nginx(front: Front) -> Iterator[None]:
    command = [str(program()), "-p", str(front.folder), "-c", str(front.folder / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    if tried.returncode or "[warn]" in tried.stderr or "[emerg]" in tried.stderr:
        sys.exit(f"nginx -t: {tried.stderr}")
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", front.secure), 1).close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(10)


@dataclass
class Said:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found.casefold() == name.casefold()]


@dataclass(frozen=True)
class Caller:
    front: Front

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        secure: bool = True,
        source: str = "127.0.0.1",
        version: ssl.TLSVersion | None = None,
    ) -> Said:
        port = self.front.secure if secure else self.front.plain
        with closing(socket.create_connection(("127.0.0.1", port), 20, (source, 0))) as raw:
            link = self._context(version).wrap_socket(raw, server_hostname=HOST) if secure else raw
            connection = http.client.HTTPConnection(HOST, timeout=20)
            connection.sock = link
            # Refused in the middle of what is too long: the answer is there all the same.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, {"Host": HOST, **(headers or {})})
            answer = connection.getresponse()
            return Said(answer.status, answer.getheaders(), answer.read())

    def _context(self, version: ssl.TLSVersion | None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.front.folder / "certificate.pem"))
        if version is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # it is old: that is what is tried
                context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
        return context


class Trial:
    """What is tried, each told with what came of it."""

    def __init__(self, caller: Caller) -> None:
        self._ask = caller.ask
        self._front = caller.front
        self.faults = 0

    def told(self, what: str, well: bool, found: object) -> None:
        self.faults += not well
        print(f"  {'○' if well else '×'} {what}（{found}）", flush=True)

    def status(self, what: str, said: Said, wanted: int) -> None:
        self.told(what, said.status == wanted, said.status)

    def run(self) -> None:
        self._plain()
        self._headers()
        self._webhook()
        self._sizes()
        self._who_asks()
        self._tls()
        self._logs()

    def _plain(self) -> None:
        said = self._ask("GET", f"/{CODE}/?q={ASKED}", secure=False)
        self.status("暗号のない住所は https へ", said, 301)
        self.told("移す先に質問の言葉がない", said.all("Location") == [f"https://{HOST}/{CODE}/"], said.all("Location"))
        split = self._ask("GET", f"/{CODE}/%0d%0aSet-Cookie:%20x=1?q={ASKED}", secure=False)
        self.told(
            "移す先に改行を入れても、ヘッダーにならない",
            not split.all("Set-Cookie") and split.all("Location") == [f"https://{HOST}/{CODE}/%0d%0aSet-Cookie:%20x=1"],
            split.all("Location"),
        )
        for host in ("evil.example", "evil.example:80"):
            odd = self._ask("GET", f"/{CODE}/", headers={"Host": host}, secure=False)
            self.told(
                f"移す先は、よその Host 名（{host}）でない",
                odd.all("Location") == [f"https://{HOST}/{CODE}/"],
                odd.status,
            )
        whole = self._ask("GET", f"http://evil.example/{CODE}/", headers={"Host": "evil.example"}, secure=False)
        self.told(
            "住所をまるごと書いた要求も、よそへ移さない",
            whole.all("Location") == [f"https://{HOST}/{CODE}/"],
            whole.status,
        )
        self.status("暗号のない Webhook は断る", self._ask("POST", f"/line/{CODE}/webhook", b"{}", secure=False), 403)

    def _headers(self) -> None:
        said = self._ask("GET", f"/{CODE}/?q={ASKED}")
        self.status("住民の画面", said, 200)
        for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options"):
            self.told(f"{name} が一度だけ", len(said.all(name)) == 1, len(said.all(name)))
        self.told("nginx の版を言わない", said.all("Server") == ["nginx"], said.all("Server"))
        self.status("/healthz", self._ask("GET", "/healthz"), 200)
        self.status("/readyz", self._ask("GET", "/readyz"), 200)
        odd = self._ask("GET", "/", headers={"Host": "evil.example"})
        self.status("よその Host 名は断る", odd, 400)
        forwarded = self._ask(
            "GET", f"/{CODE}/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
        )
        self.told("X-Forwarded-Host と Forwarded を信じない", b"evil" not in forwarded.body, forwarded.status)
        door = self._ask("GET", "/staff/", source="127.0.0.2")
        there = next(iter(door.all("Location")), "")
        self.told(
            "職員の画面の移す先は https の同じ名前", there.startswith(("/", f"https://{HOST}/")), there or door.status
        )

    def _webhook(self) -> None:
        body = webhook_body([event("follow", replyToken="f" * 32)])
        path = f"/line/{CODE}/webhook"
        good = {"x-line-signature": signature(body, SECRET), "Content-Type": "application/json"}
        begun = time.monotonic()
        self.status("署名の合う Webhook", self._ask("POST", path, body, good), 200)
        self.told("2秒より早い", time.monotonic() - begun < 2, f"{(time.monotonic() - begun) * 1000:.0f} ミリ秒")
        self.status("署名の違う Webhook", self._ask("POST", path, body, {**good, "x-line-signature": "A" * 44}), 400)
        self.status(
            "署名のヘッダーが30 KB", self._ask("POST", path, body, {**good, "x-line-signature": "A" * 30_000}), 400
        )

    def _sizes(self) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.status(
            "Webhook に1 MiB と1バイト", self._ask("POST", f"/line/{CODE}/webhook", b"a" * ((1 << 20) + 1)), 413
        )
        self.status("住民の画面に2 MiB", self._ask("POST", f"/{CODE}/", b"a" * (2 << 20), form), 413)
        staff = self._ask("POST", "/staff/sign-in", b"a" * (5 << 20), form)
        self.told("職員の画面への5 MiB は、nginx が止めない", b"<center>nginx" not in staff.body, staff.status)
        self.status("職員の画面に23 MiB", self._ask("POST", "/staff/sign-in", b"a" * (23 << 20), form), 413)

    def _who_asks(self) -> None:
        """The service takes 127.0.0.2 alone for the office."""
        office = self._ask("GET", "/staff/sign-in", source="127.0.0.2")
        self.status("職員の画面、庁内（127.0.0.2）から", office, 200)
        lying = self._ask("GET", "/staff/sign-in", headers={"X-Forwarded-For": "127.0.0.2", "X-Real-IP": "127.0.0.2"})
        self.told("職員の画面、庁内と偽って外から", lying.status in (403, 404), lying.status)
        bearer = {"Authorization": f"Bearer {WORD}"}
        self.status("/metrics、監視の機械から", self._ask("GET", "/metrics", headers=bearer), 200)
        self.status("/metrics、合い言葉なし", self._ask("GET", "/metrics"), 401)
        self.status("/metrics、ほかの機械から", self._ask("GET", "/metrics", headers=bearer, source="127.0.0.2"), 403)

    def _tls(self) -> None:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.status(f"{version.name}", self._ask("GET", "/healthz", version=version), 200)
        try:
            found: object = self._ask("GET", "/healthz", version=ssl.TLSVersion.TLSv1_1).status
        except (ssl.SSLError, ConnectionResetError) as error:
            found = getattr(error, "reason", None) or type(error).__name__
        self.told("TLS 1.1 は断る", not isinstance(found, int), found)

    def _logs(self) -> None:
        logs = "".join(path.read_text(errors="replace") for path in self._front.folder.glob("*.log"))
        self.told("記録に行がある", f"GET /{CODE}/ HTTP" in logs, f"{len(logs.splitlines())}行")
        self.told("記録に質問の言葉がない", ASKED not in logs, ASKED in logs)
        self.told("記録に IP アドレスがない", "127.0.0." not in logs, "127.0.0." in logs)


def service(folder: Path) -> Service:
    database = open_database(f"sqlite:///{folder}/kotae.db")
    migrate(database)
    for content in content_folders():
        if content.name == CODE:
            load_bundle(database, read_bundle(content), now(), common_content())
    database.dispose()
    (folder / "vectors").symlink_to(VECTORS.resolve())
    open_vectors(folder / "vectors")
    return Service(
        {
            **KEYS,
            "INSTANCE_PATH": str(folder),
            "BASE_URL": f"https://{HOST}",
            "PROXY_HOPS": "1",
            "TRUSTED_HOSTS": f"{HOST},127.0.0.1",
            "CONSOLE_NETWORKS": "127.0.0.2/32",
            "METRICS_TOKEN": WORD,
            "SENDER_THREADS": "0",
            "JOBS": "0",
            f"LINE_{CODE}_CHANNEL_SECRET": SECRET,
        },
        log=folder / "service.log",
    )


def main() -> None:
    if program() is None:
        sys.exit("nginx がありません（apt-get install nginx-light、または NGINX_PROGRAM=場所）。何も試していません")
    version = subprocess.run([str(program()), "-v"], capture_output=True, text=True, check=True).stderr.strip()
    print(version)
    with tempfile.TemporaryDirectory(prefix="kotae-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's workers are another account where its master is root
        (folder / "instance").mkdir(mode=0o700)
        running = service(folder / "instance")
        front = configured(folder, running.port)
        running.start()
        try:
            with nginx(front):
                trial = Trial(Caller(front))
                trial.run()
        finally:
            running.stop()
    sys.exit(1 if trial.faults else print("deploy/nginx.conf: すべて、書いてあるとおりでした"))


if __name__ == "__main__":
    main()
