"""The rich menus of LINE's platform for tests: kept and refused as LINE keeps and refuses them."""

from __future__ import annotations

import itertools
import json
import re
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.line_rules import menu_faults_of

MENUS, DEFAULT = "/v2/bot/richmenu", "/v2/bot/user/all/richmenu"
HEARD_IN_VAIN = 0
"""A fault: what was asked is done, and the line breaks before the answer."""

_numbers = itertools.count(1)


@dataclass
class KeptMenu:
    id: str
    body: dict[str, Any]
    picture: bytes | None = None


@dataclass
class RichMenus:
    """``faults``: by call (create, upload, show …), what each next one is answered with instead; None: as usual.

    ``then``: what somebody else does right after the next such call.
    """

    menus: dict[str, KeptMenu] = field(default_factory=dict)
    default: str | None = None
    faults: dict[str, list[int | None]] = field(default_factory=dict)
    then: dict[str, Callable[[], object]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def add(self, name: str, *, shown: bool = False, **more: Any) -> str:
        """A menu that somebody else made."""
        made = KeptMenu(f"richmenu-{next(_numbers):032x}", {"name": name, "areas": [], "chatBarText": "x", **more}, b"")
        self.menus[made.id] = made
        self.default = made.id if shown else self.default
        return made.id

    def named(self) -> dict[str, str]:
        """The ids by the beginning of the names."""
        return {one.body["name"].rpartition("/")[0] or one.body["name"]: one.id for one in self.menus.values()}

    def counted(self) -> Counter[str]:
        return Counter(self.calls)

    def answer(self, method: str, path: str, kind: str, body: bytes) -> tuple[int, Any]:
        """The status, and what is told: JSON, or a picture's bytes."""
        call, done = self._done(method, path, kind, body)
        self.calls.append(call)
        waiting = self.faults.get(call, [])
        fault = waiting.pop(0) if waiting else None
        if fault:
            return fault, {"message": "refused", "details": [{"message": "May not be empty", "property": "areas[0]"}]}
        told: tuple[int, Any] = done()
        self.then.pop(call, lambda: None)()
        return (HEARD_IN_VAIN, {}) if fault == HEARD_IN_VAIN else told

    def _done(self, method: str, path: str, kind: str, body: bytes) -> tuple[str, Any]:
        found = re.fullmatch(rf"{MENUS}/(richmenu-[0-9a-f]+)(/content)?", path)
        menu = self.menus.get(found[1]) if found else None
        match method, path.replace(found[1], "ID") if found else path:
            case "POST", "/v2/bot/richmenu/validate":
                return "validate", lambda: self._judged(json.loads(body)) or (200, {})
            case "POST", "/v2/bot/richmenu":
                return "create", lambda: self._judged(json.loads(body)) or self._create(json.loads(body))
            case "GET", "/v2/bot/richmenu/list":
                return "list", lambda: (200, {"richmenus": [self._listed(one) for one in self.menus.values()]})
            case "DELETE", "/v2/bot/richmenu/ID":
                return "delete", lambda: self._delete(menu)
            case "POST", "/v2/bot/richmenu/ID/content":
                return "upload", lambda: self._upload(menu, kind, body)
            case "GET", "/v2/bot/richmenu/ID/content":
                return "picture", lambda: (200, menu.picture) if menu and menu.picture is not None else _none()
            case "GET", "/v2/bot/richmenu/ID":
                return "get", lambda: (200, self._listed(menu)) if menu else _none()
            case "GET", "/v2/bot/user/all/richmenu":
                return "default", lambda: (200, {"richMenuId": self.default}) if self.default else _none()
            case "DELETE", "/v2/bot/user/all/richmenu":
                return "show_none", lambda: self._show(None)
            case "POST", shown if shown.startswith(f"{DEFAULT}/"):
                return "show", lambda: self._show(self.menus.get(shown.rpartition("/")[2]))
        self.violations.append(f"{method} {path}")
        return "unknown", _none

    def _judged(self, body: dict[str, Any]) -> tuple[int, Any] | None:
        problems = menu_faults_of(body)
        self.violations += problems
        return (400, {"message": f"{len(problems)} error(s)"}) if problems else None

    def _create(self, body: dict[str, Any]) -> tuple[int, Any]:
        made = KeptMenu(f"richmenu-{next(_numbers):032x}", body)
        self.menus[made.id] = made
        return 200, {"richMenuId": made.id}

    def _upload(self, menu: KeptMenu | None, kind: str, body: bytes) -> tuple[int, Any]:
        if menu is None:
            return _none()
        if menu.picture is not None:
            return 400, {"message": "An image has already been uploaded to the richmenu"}
        size = struct.unpack(">II", body[16:24])
        if kind != "image/png" or len(body) > 1_000_000 or size != tuple(menu.body["size"].values()):
            self.violations.append(f"picture: {kind} {len(body)} {size}")
            return 400, {"message": "The image is not as the menu says"}
        menu.picture = body
        return 200, {}

    def _show(self, menu: KeptMenu | None) -> tuple[int, Any]:
        if menu is not None and menu.picture is None:
            return 400, {"message": "must upload richmenu image before applying it to user"}
        self.default = menu.id if menu else None
        return 200, {}

    def _delete(self, menu: KeptMenu | None) -> tuple[int, Any]:
        if menu is None:
            return _none()
        del self.menus[menu.id]
        self.default = None if self.default == menu.id else self.default
        return 200, {}

    def _listed(self, menu: KeptMenu) -> dict[str, Any]:
        return {"richMenuId": menu.id, **menu.body}


def _none() -> tuple[int, Any]:
    return 404, {"message": "no richmenu found"}
