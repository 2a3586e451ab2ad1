"""What `line doctor` asks of LINE: five addresses, each once.  Nothing is sent to anybody, nothing is changed.

GET /v2/bot/info, GET /v2/bot/channel/webhook/endpoint, POST /v2/bot/channel/webhook/test,
GET /v2/bot/user/all/richmenu, GET /v2/bot/richmenu/{id}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import urllib3

from bot.settings import LineChannel

SECONDS = 15.0
"""The test waits for LINE to call us, and for our answer."""
INFO, ENDPOINT, TEST = "/v2/bot/info", "/v2/bot/channel/webhook/endpoint", "/v2/bot/channel/webhook/test"
MENU_SHOWN, MENU = "/v2/bot/user/all/richmenu", "/v2/bot/richmenu/{richMenuId}"
ENDPOINTS = (("GET", INFO), ("GET", ENDPOINT), ("POST", TEST), ("GET", MENU_SHOWN), ("GET", MENU))


@dataclass(frozen=True)
class Answer:
    """``status`` None: LINE was not reached."""

    status: int | None
    body: dict[str, Any]

    @property
    def is_good(self) -> bool:
        return self.status == 200

    def text(self, name: str) -> str:
        """Never what is no text: LINE may change what it tells."""
        found = self.body.get(name)
        return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Told:
    """What LINE told of a channel.  ``test``: None where LINE calls another address, or nothing would come of it.

    ``menu``: the rich menu that everybody is shown, 404 where LINE's API has set none; None: not asked for.
    """

    info: Answer
    endpoint: Answer
    test: Answer | None
    menu: Answer | None = None


def ask(channel: LineChannel, host: str, address: str) -> Told:
    """``address``: of our webhook, which LINE tries also where another tool stands before us."""
    with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(SECONDS)) as pool:
        info = _call(pool, channel, host, "GET", INFO)
        if not info.is_good:
            return Told(info, Answer(info.status, {}), None)
        endpoint = _call(pool, channel, host, "GET", ENDPOINT)
        ours = endpoint.is_good and endpoint.text("endpoint") in (address, channel.other.behind_url)
        test = _call(pool, channel, host, "POST", TEST, {"endpoint": address}) if ours else None
        return Told(info, endpoint, test, _menu(pool, channel, host))


def _menu(pool: urllib3.PoolManager, channel: LineChannel, host: str) -> Answer:
    shown = _call(pool, channel, host, "GET", MENU_SHOWN)
    if not shown.is_good:
        return shown
    return _call(pool, channel, host, "GET", MENU.format(richMenuId=quote(shown.text("richMenuId"), safe="")))


def _call(
    pool: urllib3.PoolManager, channel: LineChannel, host: str, method: str, path: str, body: Any = None
) -> Answer:
    headers = {"Authorization": f"Bearer {channel.access_token}"}
    sent = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        sent = json.dumps(body).encode()
    try:
        answer = pool.request(method, f"{host}{path}", body=sent, headers=headers, redirect=False)
    except urllib3.exceptions.HTTPError:
        return Answer(None, {})
    try:
        told = json.loads(answer.data)
    except ValueError:
        told = {}
    return Answer(answer.status, told if isinstance(told, dict) else {})
