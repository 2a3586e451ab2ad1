"""What `line rich-menu` asks of LINE.  Every call is made by a person's command; serving processes make none of them.

POST /v2/bot/richmenu/validate, POST /v2/bot/richmenu, GET /v2/bot/richmenu/list, DELETE /v2/bot/richmenu/{id},
GET and POST https://api-data.line.me/v2/bot/richmenu/{id}/content, GET and DELETE /v2/bot/user/all/richmenu,
POST /v2/bot/user/all/richmenu/{id}

LINE takes a hundred menus an hour to make, and as many to take away.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi, MessagingApiBlob

from bot.line.rich_menu import Ours, read_name
from bot.settings import LINE_API_HOST, LineChannel

TIMEOUT = (3.0, 10.0)
PICTURE_TIMEOUT = (3.0, 60.0)
"""Seconds to connect, and to answer: a picture is up to 1 MB, over the office's line."""
PATHS = (
    ("POST", "/v2/bot/richmenu/validate"),
    ("POST", "/v2/bot/richmenu"),
    ("GET", "/v2/bot/richmenu/list"),
    ("DELETE", "/v2/bot/richmenu/{richMenuId}"),
    ("GET", "/v2/bot/richmenu/{richMenuId}/content"),
    ("POST", "/v2/bot/richmenu/{richMenuId}/content"),
    ("GET", "/v2/bot/user/all/richmenu"),
    ("POST", "/v2/bot/user/all/richmenu/{richMenuId}"),
    ("DELETE", "/v2/bot/user/all/richmenu"),
)
"""Every call that is made here; the documents list them, and a test holds one against the other."""

_log = structlog.get_logger("line.menus")


class LineFaultError(Exception):
    """LINE refused a call, or was not reached: what, why and what to do, in one or two sentences.

    ``status`` None: no answer came, and the call may have been heard all the same.
    """

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Seen:
    """A menu that is on LINE.  ``ours``: None where another tool or a person made it."""

    id: str
    name: str
    bar_text: str
    areas: int
    ours: Ours | None


@dataclass(frozen=True)
class Standing:
    """What a channel has.  ``default``: what everybody is shown, as far as LINE's API tells; None: nothing by it."""

    menus: tuple[Seen, ...]
    default: Seen | None


class MenuCalls:
    """One channel's rich menus."""

    def __init__(self, channel: LineChannel, host: str) -> None:
        configuration = Configuration(
            access_token=channel.access_token or "none", host=None if host == LINE_API_HOST else host
        )
        configuration.retries = urllib3.Retry(connect=0, read=0, redirect=0, status=0, other=0)
        client = ApiClient(configuration)
        self._api, self._pictures = MessagingApi(client), MessagingApiBlob(client)
        self._channel = channel.name

    def validate(self, request: Mapping[str, Any]) -> None:
        """Let LINE look at a menu; nothing is made."""
        self._call("POST", "/v2/bot/richmenu/validate", body=request)

    def create(self, request: Mapping[str, Any]) -> str:
        """Make a menu, still without a picture; its id."""
        made = self._call("POST", "/v2/bot/richmenu", body=request).get("richMenuId")
        if not isinstance(made, str) or not made:
            raise LineFaultError("LINE がメニューの番号を返しませんでした。しばらくして、もう一度してください")
        return made

    def upload(self, menu_id: str, png: bytes) -> None:
        """The picture of a menu: once, for LINE never takes another."""
        self._noted(
            "POST",
            "/v2/bot/richmenu/{richMenuId}/content",
            lambda: self._pictures.set_rich_menu_image_with_http_info(
                menu_id, body=png, _headers={"Content-Type": "image/png"}, _request_timeout=PICTURE_TIMEOUT
            ),
        )

    def has_picture(self, menu_id: str) -> bool:
        """Whether a menu can be shown: one whose making stopped half-way has none."""
        try:
            self._noted(
                "GET",
                "/v2/bot/richmenu/{richMenuId}/content",
                lambda: self._pictures.get_rich_menu_image_with_http_info(menu_id, _request_timeout=PICTURE_TIMEOUT),
            )
        except LineFaultError as error:
            if error.status == 404:
                return False
            raise
        return True

    def standing(self) -> Standing:
        """What there is now: two calls."""
        listed = self._call("GET", "/v2/bot/richmenu/list").get("richmenus")
        menus = tuple(seen for one in listed or () if (seen := _seen(one))) if isinstance(listed, list) else ()
        default_id = self.default_id()
        unknown = Seen(default_id, "", "", 0, None) if default_id else None
        return Standing(menus, next((one for one in menus if one.id == default_id), unknown))

    def default_id(self) -> str | None:
        """Of the menu that everybody is shown; None where none was set by LINE's API."""
        try:
            found = self._call("GET", "/v2/bot/user/all/richmenu").get("richMenuId")
        except LineFaultError as error:
            if error.status == 404:
                return None
            raise
        return found if isinstance(found, str) and found else None

    def show(self, menu_id: str) -> None:
        """Let everybody be shown a menu: from the next time that they open the chat."""
        self._call("POST", "/v2/bot/user/all/richmenu/{richMenuId}", menu_id)

    def show_none(self) -> None:
        self._call("DELETE", "/v2/bot/user/all/richmenu")

    def delete(self, menu_id: str) -> None:
        """Take a menu away; one that is gone already is well."""
        try:
            self._call("DELETE", "/v2/bot/richmenu/{richMenuId}", menu_id)
        except LineFaultError as error:
            if error.status != 404:
                raise

    def _call(
        self, method: str, path: str, menu_id: str | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """By the SDK's client, without its models: what another tool's menu holds must not stop us."""
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body is not None else {})
        answer = self._noted(
            method,
            path,
            lambda: self._api.api_client.call_api(
                path,
                method,
                {"richMenuId": menu_id} if menu_id else {},
                [],
                headers,
                body=body,
                response_types_map={"200": "object"},
                auth_settings=["Bearer"],
                _request_timeout=TIMEOUT,
                _host=self._api.line_base_path,
            ),
        )
        return answer.data if isinstance(answer.data, dict) else {}

    def _noted(self, method: str, path: str, call: Callable[[], Any]) -> Any:
        """The answer.  Raises LineFaultError for what LINE or the network does."""
        begun, status, request_id = time.monotonic(), None, None
        try:
            answer = call()
            status, request_id = answer.status_code, _request_id(answer.headers)
        except ApiException as error:
            status, request_id = int(error.status or 0) or None, _request_id(error.headers)
            raise _refused(error) from error
        except (urllib3.exceptions.HTTPError, UnicodeDecodeError) as error:
            raise LineFaultError(
                "LINE につながりませんでした。サーバーから api.line.me と api-data.line.me の443番へ出られるかを"
                "確かめて、もう一度してください"
            ) from error
        finally:
            _log.info(
                "line_call",
                channel=self._channel,
                method=method,
                endpoint=path,
                status=status,
                line_request_id=request_id,
                ms=round((time.monotonic() - begun) * 1000, 1),
            )
        return answer


def _seen(told: object) -> Seen | None:
    if not isinstance(told, dict) or not isinstance(told.get("richMenuId"), str):
        return None
    name, areas = _text(told, "name"), told.get("areas")
    number = len(areas) if isinstance(areas, Sequence) else 0
    return Seen(told["richMenuId"], name, _text(told, "chatBarText"), number, read_name(name))


def _text(told: Mapping[str, Any], field: str) -> str:
    found = told.get(field)
    return "".join(letter if letter.isprintable() else " " for letter in found) if isinstance(found, str) else ""


_REMEDIES = {
    401: "チャネルアクセストークンを、LINE が受け付けません。発行し直して、環境変数に写してください（docs/line.md）",
    403: "このチャネルでは、リッチメニューの API を使えません。LINE の契約と権限を確かめてください",
    404: "LINE に、そのメニューがありません。ほかの人が消したかもしれません。もう一度してください",
    413: "絵が、LINE の受け付ける大きさ（1MB）を超えています",
    415: "LINE が、絵の形を受け付けませんでした",
    429: "LINE の回数の上限（作る・消すは、1時間に100回ずつ）に達しました。1時間たってから、もう一度してください",
}


def _refused(error: ApiException) -> LineFaultError:
    status = int(error.status or 0)
    if status in _REMEDIES:
        return LineFaultError(_REMEDIES[status], status)
    if status >= 500:
        return LineFaultError(f"LINE の側の不具合です（{status}）。しばらくして、もう一度してください", status)
    why = _why(error.body)
    return LineFaultError(f"LINE が断りました（{status}{why}）。メニューの言葉とURLを確かめてください", status)


def _why(body: Any) -> str:
    """LINE's own words for what it refuses: they name a field of the menu."""
    try:
        told = json.loads(body)
        details = [f"{one.get('property', '')} {one.get('message', '')}".strip() for one in told.get("details") or ()]
        said = "、".join(filter(None, (str(told.get("message", "")), *details)))
    except (TypeError, ValueError, AttributeError):
        return ""
    return f"、{said[:300]}" if said and said.isprintable() else ""


def _request_id(headers: Mapping[str, str] | None) -> str | None:
    """LINE's own number of the call, which its support asks for."""
    return {name.lower(): value for name, value in (headers or {}).items()}.get("x-line-request-id")
