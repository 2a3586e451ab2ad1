"""Long lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

SIZE = 50


@dataclass(frozen=True)
class Paging:
    """``number`` counts from 1."""

    number: int
    total: int
    size: int = SIZE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def first_shown(self) -> int:
        return min(self.start + 1, self.total)

    @property
    def last_shown(self) -> int:
        return min(self.start + self.size, self.total)

    def address(self, number: int) -> str:
        """The same list, filters included, at another page."""
        given = request.args.to_dict(flat=False) | (request.view_args or {}) | {"page": number}
        return url_for(request.endpoint or "", **given)


def paging(total: int, size: int = SIZE) -> Paging:
    """The page that the address asks for; one that is not there becomes the nearest."""
    wanted = request.args.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else 1
    return Paging(min(max(number, 1), Paging(1, total, size).last), total, size)
