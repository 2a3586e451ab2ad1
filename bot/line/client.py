"""Calling LINE: the SDK for sending only, with timeouts, without its hidden retries."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    ShowLoadingAnimationRequest,
)
from pydantic.v1 import ValidationError

from bot.deadline import Deadline
from bot.line.messages import Message
from bot.operation.notes import note_line_call
from bot.settings import LINE_API_HOST, LineChannel

TIMEOUT = (1.5, 5.0)
"""Seconds to connect, and to answer."""
CALL_SECONDS = 8.0
"""For the whole of a call: the SDK waits 5 s for each byte anew.  Less than a sender's lease."""
CALL_THREADS = 64
LOADING_SECONDS = 5

_log = structlog.get_logger("line.client")


class Sent(StrEnum):
    """What became of a reply."""

    ACCEPTED = "accepted"
    TOKEN_REFUSED = "token_refused"  # noqa: S105  used before, or expired: perhaps by an earlier attempt of ours
    BODY_REFUSED = "body_refused"
    UNAUTHORIZED = "unauthorized"
    RETRY = "retry"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sending:
    """``UNKNOWN``: it was handed over, and no answer came; the same token may be tried again."""

    result: Sent
    status: int | None = None
    detail: str = ""
    request_id: str | None = None


class LineClient:
    """One channel's connection to LINE, shared by all threads of a process."""

    def __init__(self, channel: LineChannel, host: str) -> None:
        configuration = Configuration(
            access_token=channel.access_token or "none", host=None if host == LINE_API_HOST else host
        )
        configuration.retries = urllib3.Retry(connect=0, read=0, redirect=0, status=0, other=0)
        configuration.connection_pool_maxsize = 32
        self._api = MessagingApi(ApiClient(configuration))
        self._code = channel.name
        self._calling = Deadline(f"line-{channel.name}", CALL_SECONDS, CALL_THREADS)

    def reply(self, reply_token: str, messages: Sequence[Message]) -> Sending:
        """Send ``messages`` once.  Never raises for what LINE or the network does."""
        request = {"replyToken": reply_token, "messages": list(messages), "notificationDisabled": False}
        begun = time.monotonic()
        try:
            answer = self._calling.call(self._reply, request)
            sending = Sending(Sent.ACCEPTED, 200, request_id=_request_id(answer.headers))
        except ValidationError:
            # A 200 whose body the SDK cannot read: the message is out.
            sending = Sending(Sent.ACCEPTED, 200, "unreadable answer")
        except ApiException as error:
            sending = _refused(error)
        except urllib3.exceptions.HTTPError as error:
            sending = _unreached(error)
        except UnicodeDecodeError:
            sending = Sending(Sent.UNKNOWN, None, "answer is no text")
        except TimeoutError:
            sending = Sending(Sent.UNKNOWN, None, "answer does not end")
        _note_call(self._code, "reply", begun, sending)
        return sending

    def _reply(self, request: Mapping[str, Any]) -> Any:
        """As ``MessagingApi.reply_message_with_http_info``, without its models of the messages.

        They are ours and within LINE's limits already; the models take longer to read and write them again than it
        takes to find the answer.
        """
        return self._api.api_client.call_api(
            "/v2/bot/message/reply",
            "POST",
            header_params={"Accept": "application/json", "Content-Type": "application/json"},
            body=request,
            response_types_map={"200": "ReplyMessageResponse", "400": "ErrorResponse", "429": "ErrorResponse"},
            auth_settings=["Bearer"],
            _request_timeout=TIMEOUT,
            _host=self._api.line_base_path,
        )

    def show_loading(self, user_id: str) -> None:
        """The dots that say 「入力中」.  A courtesy: whatever goes wrong is only noted."""
        request = ShowLoadingAnimationRequest(chatId=user_id, loadingSeconds=LOADING_SECONDS)
        begun = time.monotonic()
        try:
            answer = self._calling.call(
                self._api.show_loading_animation_with_http_info, request, _request_timeout=(1.0, 1.0)
            )
            sending = Sending(Sent.ACCEPTED, 202, request_id=_request_id(answer.headers))
        except ApiException as error:
            sending = _refused(error)
        except (urllib3.exceptions.HTTPError, ValidationError, UnicodeDecodeError, TimeoutError) as error:
            sending = Sending(Sent.UNKNOWN, None, type(error).__name__)
        _note_call(self._code, "loading", begun, sending)


class LineClients:
    """A client per channel that has an access token, by the channel's name."""

    def __init__(self, channels: Mapping[str, LineChannel], host: str) -> None:
        self._clients = {name: LineClient(channel, host) for name, channel in channels.items() if channel.access_token}

    def get(self, name: str) -> LineClient | None:
        return self._clients.get(name)


def _refused(error: ApiException) -> Sending:
    status, request_id = int(error.status or 0), _request_id(error.headers)
    message, properties = _error_body(error.body)
    if status in (401, 403):
        return Sending(Sent.UNAUTHORIZED, status, request_id=request_id)
    if status == 400 and "reply token" in message.lower():
        return Sending(Sent.TOKEN_REFUSED, status, request_id=request_id)
    if status == 429 or status >= 500:
        return Sending(Sent.RETRY, status, request_id=request_id)
    return Sending(Sent.BODY_REFUSED, status, ", ".join(properties)[:200], request_id)


def _unreached(error: urllib3.exceptions.HTTPError) -> Sending:
    """Not connected: nothing was sent.  Anything later: LINE may have it."""
    reason = getattr(error, "reason", error)
    before_sending = isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError)
    return Sending(Sent.RETRY if before_sending else Sent.UNKNOWN, None, type(reason).__name__)


def _error_body(body: Any) -> tuple[str, list[str]]:
    """LINE's message, and the properties that it complains of (never their values)."""
    try:
        parsed = json.loads(body)
        details = parsed.get("details") or []
        return str(parsed.get("message", "")), [str(detail.get("property", "")) for detail in details]
    except (TypeError, ValueError, AttributeError):
        return "", []


def _request_id(headers: Mapping[str, str] | None) -> str | None:
    """LINE's own number of the call, which its support asks for."""
    found = {name.lower(): value for name, value in (headers or {}).items()}
    return found.get("x-line-request-id")


def _note_call(code: str, endpoint: str, begun: float, sending: Sending) -> None:
    note_line_call(code, endpoint, sending.status, time.monotonic() - begun)
    _log.info(
        "line_call",
        municipality=code,
        method="POST",
        endpoint=endpoint,
        status=sending.status,
        result=sending.result.value,
        detail=sending.detail,
        line_request_id=sending.request_id,
        ms=round((time.monotonic() - begun) * 1000, 1),
    )
