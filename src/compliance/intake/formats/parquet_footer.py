"""What a Parquet file says of itself at its end: how much stands in it, before any of it is decoded.

The end is a Thrift structure in the compact protocol. Only numbers are taken from it; whoever decodes the
file holds it to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from compliance.intake.limits import MOST_OF_A_FOOTER

MAGIC = b"PAR1"
_END = len(MAGIC) + 4  # of the file: the footer's length, the magic again
# kinds of values in the compact protocol
_TRUE, _FALSE, _BYTE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
_FIXED = {_TRUE: 0, _FALSE: 0, _BYTE: 1, 7: 8}  # of others that mean nothing here: their length
_ROW_GROUPS, _COLUMNS, _ROWS, _CHUNK = 4, 1, 3, 3  # fields of the footer, a row group, a column
_VALUES, _UNPACKED = 5, 6  # fields of a column's chunk
_DEEPEST = 16


class Extent(NamedTuple):
    """How much is in a file. columns: leaves of its schema; values: items of lists each by itself."""

    rows: int
    columns: int
    values: int
    unpacked: int


def extent(data: bytes) -> Extent:
    """How much the footer says is in the file. Raises ValueError where it is none, or is itself beyond measure."""
    length = int.from_bytes(data[-_END : -len(MAGIC)], "little")
    if not data.endswith(MAGIC) or not 0 < length <= len(data) - _END - len(MAGIC):
        raise ValueError
    footer = _Compact(data[-_END - length : -_END]).struct()
    groups = list(_structs(footer.get(_ROW_GROUPS)))
    chunks = [
        [_struct(chunk.get(_CHUNK)) for chunk in _structs(group.get(_COLUMNS))] for group in groups
    ]
    told = [one for group in chunks for one in group]
    return Extent(
        max(_number(footer, _ROWS), sum(_number(group, _ROWS) for group in groups)),
        max(map(len, chunks), default=0),
        sum(_number(one, _VALUES) for one in told),
        sum(_number(one, _UNPACKED) for one in told),
    )


def _struct(value: object) -> dict[int, object]:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _structs(value: object) -> Iterator[dict[int, object]]:
    return map(_struct, value if isinstance(value, list) else [])


def _number(struct: dict[int, object], field: int) -> int:
    value = struct.get(field, 0)
    if not isinstance(value, int) or value < 0:
        raise ValueError
    return value


class _Compact:
    """A reader of the compact protocol: structures as field → value, texts left out."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0
        self._room = MOST_OF_A_FOOTER

    def struct(self, depth: int = 0) -> dict[int, object]:
        """The fields up to the end of a structure."""
        found: dict[int, object] = {}
        field = 0
        while head := self._byte():
            step = head >> 4
            field = field + step if step else self._zigzag()
            found[field] = self._value(head & 15, depth + 1)
        return found

    def _value(self, kind: int, depth: int) -> object:
        self._room -= 1
        if depth > _DEEPEST or self._room < 0:
            raise ValueError
        if kind in _INTEGERS:
            return self._zigzag()
        if kind in (_LIST, _SET):
            return self._items(depth)
        if kind == _STRUCT:
            return self.struct(depth)
        if kind == _BINARY:
            self._skip(self._varint())
        elif kind in _FIXED:
            self._skip(_FIXED[kind])
        else:
            raise ValueError
        return None

    def _items(self, depth: int) -> list[object]:
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._varint()
        kind = head & 15
        if kind in (_TRUE, _FALSE):  # in a list a byte each
            kind = _BYTE
        return [self._value(kind, depth + 1) for _ in range(size)]

    def _skip(self, size: int) -> None:
        if size > len(self._data) - self._place:
            raise ValueError
        self._place += size

    def _byte(self) -> int:
        self._skip(1)
        return self._data[self._place - 1]

    def _varint(self) -> int:
        number = shift = 0
        while (byte := self._byte()) & 128:
            number |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError
        return number | byte << shift

    def _zigzag(self) -> int:
        number = self._varint()
        return number >> 1 ^ -(number & 1)
