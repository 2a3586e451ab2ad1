"""Which page is reached by which host name and from where: one table for what is open to everybody.

What stands neither in it nor in the console's table of needs is as if it were not there.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Collection, Mapping
from enum import Enum
from functools import partial
from urllib.parse import urlsplit

import structlog
from flask import Flask, abort, current_app, redirect, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from bot.settings import Network, Settings

_log = structlog.get_logger("web.entrances")


class Entrance(Enum):
    RESIDENTS = "by the names that are not the console's alone"
    EVERYWHERE = "by every name of ours"


_WEBHOOK = "line_webhook.receive"
OPEN: Mapping[str, Entrance] = {
    # 質問のページ
    "chat.index": Entrance.RESIDENTS,
    "chat.page": Entrance.RESIDENTS,
    "chat.ask": Entrance.RESIDENTS,
    "chat.privacy": Entrance.RESIDENTS,
    "chat.accessibility": Entrance.RESIDENTS,
    "line_preview.page": Entrance.RESIDENTS,
    "line_preview.show": Entrance.RESIDENTS,
    # 答えのページと、それを検索サイトに知らせるもの、リンクのクリック
    "answer_pages.page": Entrance.RESIDENTS,
    "answer_pages.sitemap": Entrance.RESIDENTS,
    "answer_pages.sitemaps": Entrance.RESIDENTS,
    "answer_pages.robots": Entrance.RESIDENTS,
    "counted_links.go": Entrance.RESIDENTS,
    # オープンデータ
    "open_data.index": Entrance.RESIDENTS,
    "open_data.package": Entrance.RESIDENTS,
    "open_data.table": Entrance.RESIDENTS,
    # API
    "api.ask": Entrance.RESIDENTS,
    "api.openapi": Entrance.RESIDENTS,
    # LINE の Webhook（署名だけが通す）
    _WEBHOOK: Entrance.RESIDENTS,
    # 監視（/metrics は合い言葉が要る）と、スタイル・スクリプト
    "health.alive": Entrance.EVERYWHERE,
    "health.ready": Entrance.EVERYWHERE,
    "health.metrics": Entrance.EVERYWHERE,
    "static": Entrance.EVERYWHERE,
}
"""What anybody may ask for without signing in, by endpoint."""


class ElsewhereError(Forbidden):
    """The console is not for where this request comes from."""


def register(app: Flask, settings: Settings) -> None:
    """To be called before anything else that looks at requests."""
    app.config["TRUSTED_HOSTS"] = list({*settings.trusted_hosts, *settings.console_hosts})
    told = threading.Event()

    app.jinja_env.globals["of_residents"] = partial(_of_residents, settings)

    @app.before_request
    def check() -> Response | None:
        if not settings.proxy_hops and "X-Forwarded-For" in request.headers and not told.is_set():
            told.set()
            _log.warning("proxy_not_trusted", remedy="PROXY_HOPS に、前に置いた中継の数を書いてください")
        endpoint = request.endpoint or ""
        # By the rule where there is one, so that no way of writing an address goes round it.
        path = request.url_rule.rule if request.url_rule else request.path
        if path.startswith("/staff"):
            _check_console(settings)
        elif request.url_rule is None:
            return None
        elif endpoint == "chat.index" and host_asked() in settings.console_hosts:
            return redirect("/staff/", 303)
        elif not is_open(endpoint, host_asked(), settings.console_hosts):
            abort(404)
        elif endpoint == _WEBHOOK and settings.proxy_hops and not settings.is_local and request.scheme != "https":
            abort(403)  # never redirected: what was sent in clear was read already
        return None


def is_open(endpoint: str, host: str, console_hosts: Collection[str]) -> bool:
    """Whether what is open to everybody is reached by ``host``; what is in no table is not."""
    entrance = OPEN.get(endpoint)
    return entrance is Entrance.EVERYWHERE or (entrance is Entrance.RESIDENTS and host not in console_hosts)


def _of_residents(settings: Settings, path: str) -> str:
    """The address of a page of residents', as a page of the console links to it."""
    return f"{settings.base_url}{path}" if settings.console_hosts else path


def _check_console(settings: Settings) -> None:
    if settings.console_hosts and host_asked() not in settings.console_hosts:
        abort(404)
    if not is_within(request.remote_addr, settings.console_networks):
        raise ElsewhereError


def is_within(address: str | None, networks: Collection[Network]) -> bool:
    """Whether ``address`` is of one of ``networks``; where none is named, every one is."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)


def host_asked() -> str:
    """The name by which the service was asked, as the settings write names."""
    return urlsplit(f"//{request.host}").hostname or ""


def is_for_console(path: str) -> bool:
    """Whether a fault at ``path`` is told as the console tells it: not where the console is not to be seen."""
    settings: Settings = current_app.extensions["kotae"].settings
    hidden = settings.console_hosts and host_asked() not in settings.console_hosts
    return path.startswith("/staff/") and not hidden
