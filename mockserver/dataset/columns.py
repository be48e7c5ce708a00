"""Columns: one field of very many records, kept small.

Every column takes values of any type at its end, gives them back by row, and
can be put into another order.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol


class Values(Protocol):
    """A value for every row, from row 0 on."""

    def __getitem__(self, row: int, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class Column(Values, Protocol):
    """What all columns have in common."""

    def extend(self, values: Iterable[Any], /) -> None:
        """Append rows."""
        ...

    def reorder(self, order: Sequence[int], /) -> None:
        """Put the rows into another order: the rows to take, one after the other."""
        ...


class Computed:
    """Values that are made when they are looked at.

    Args:
        length: number of rows.
        value: row → value.
    """

    __slots__ = ("_length", "_value")

    def __init__(self, length: int, value: Callable[[int], Any]) -> None:
        self._length = length
        self._value = value

    def __getitem__(self, row: int) -> Any:
        return self._value(row)

    def __iter__(self) -> Iterator[Any]:
        return map(self._value, range(self._length))


class TextColumn(list[str]):
    """Values that are all different."""

    def reorder(self, order: Sequence[int]) -> None:
        """Put the rows into another order."""
        self[:] = map(self.__getitem__, order)


class IntColumn:
    """Whole numbers.

    Args:
        typecode: of the `array` module, and with it the range.
        values: the first rows.
    """

    __slots__ = ("values",)

    def __init__(self, typecode: str, values: Iterable[int] = ()) -> None:
        self.values: array[int] = array(typecode, values)

    def extend(self, values: Iterable[int]) -> None:
        """Append rows."""
        self.values.extend(values)

    def reorder(self, order: Sequence[int]) -> None:
        """Put the rows into another order."""
        self.values = array(self.values.typecode, map(self.values.__getitem__, order))

    def __getitem__(self, row: int) -> int:
        return self.values[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)


class TimestampColumn:
    """Seconds since the epoch, or None."""

    __slots__ = ("_seconds",)

    _NEVER = -(1 << 62)

    def __init__(self) -> None:
        self._seconds = IntColumn("q")

    def extend(self, values: Iterable[int | None]) -> None:
        """Append rows."""
        self._seconds.extend([self._NEVER if value is None else value for value in values])

    def reorder(self, order: Sequence[int]) -> None:
        """Put the rows into another order."""
        self._seconds.reorder(order)

    def __getitem__(self, row: int) -> int | None:
        seconds = self._seconds[row]
        return None if seconds == self._NEVER else seconds

    def __iter__(self) -> Iterator[int | None]:
        return (None if seconds == self._NEVER else seconds for seconds in self._seconds)


class BytesColumn:
    """Bytes, all in one buffer."""

    __slots__ = ("_buffer", "_sizes", "_starts")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._starts = IntColumn("Q")
        self._sizes = IntColumn("I")

    def extend(self, values: Iterable[bytes]) -> None:
        """Append rows."""
        for value in values:
            self._starts.values.append(len(self._buffer))
            self._sizes.values.append(len(value))
            self._buffer += value

    def reorder(self, order: Sequence[int]) -> None:
        """Put the rows into another order; the bytes stay where they are."""
        self._starts.reorder(order)
        self._sizes.reorder(order)

    def __getitem__(self, row: int) -> bytes:
        start = self._starts[row]
        return bytes(self._buffer[start : start + self._sizes[row]])

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self._starts.values)))


class _Codes(dict[Hashable, int]):
    """Value → code, counted in order of appearance."""

    def __missing__(self, value: Hashable) -> int:
        self[value] = code = len(self)
        return code


class DictionaryColumn:
    """Values that repeat: each different one once, and a code for every row.

    Args:
        values: the first rows; hashable.

    Attributes:
        codes: row → code.
        values: code → value, in order of appearance.
    """

    __slots__ = ("_code_of", "codes", "values")

    def __init__(self, values: Iterable[Hashable] = ()) -> None:
        self._code_of = _Codes()
        self.codes: array[int] = array("I")
        self.values: list[Any] = []
        self.extend(values)

    def extend(self, values: Iterable[Hashable]) -> None:
        """Append rows."""
        self.codes.extend(map(self._code_of.__getitem__, values))
        self.values += islice(self._code_of, len(self.values), None)

    def reorder(self, order: Sequence[int]) -> None:
        """Put the rows into another order."""
        self.codes = array("I", map(self.codes.__getitem__, order))

    def code(self, value: Hashable) -> int | None:
        """Return the code of a value, None where no row has it."""
        return self._code_of.get(value)

    def __getitem__(self, row: int) -> Any:
        return self.values[self.codes[row]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.codes)
