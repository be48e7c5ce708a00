"""The only door to other files: below the document's folder, and never the network unless one origin is open."""

from __future__ import annotations

import os
import posixpath
import stat
import time
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urljoin, urlsplit

from oas.bounds import Bounds
from oas.errors import BoundExceeded, SpecInvalid

__all__ = ["Files", "is_url", "origin_of", "shown_name"]

_SCHEMES: Final = {"http": 80, "https": 443}
_CHUNK: Final = 64 * 1024


class Files:
    """The files that one document may consist of.

    A file has a name: its path relative to the document's folder, with `/`, or
    its URL where it is remote.

    Args:
        root: path or `http(s)` URL of the document itself.
        bounds: bytes of a file, number of files, bytes of all.
        allowed_origin: such as `https://specs.example.com`; URLs of exactly this origin may be read.
            A document given by URL may read its own origin.

    Raises:
        SpecInvalid: `allowed_origin` or the URL is not one.
    """

    def __init__(self, root: str | Path, bounds: Bounds, allowed_origin: str | None = None) -> None:
        self._bounds = bounds
        self._origins = set() if allowed_origin is None else {origin_of(allowed_origin)}
        self._count = 0
        self._total = 0
        if is_url(str(root)):
            self._origins.add(origin_of(str(root)))
            self._folder = None
            self.root_name = str(root)
        else:
            # The folder of the path as given: a link to the document does not move the door.
            self._folder = Path(root).parent.resolve()
            self.root_name = Path(root).name
        self._root = root

    def name(self, reference: str, base: str) -> str:
        """Return the name of the file that a reference leads to.

        Args:
            reference: URI reference, percent-encoded, without a fragment; empty for the file itself.
            base: name of the file in which it stands.

        Raises:
            SpecInvalid: it leads out of the folder, or to an origin that is not open.
        """
        if not reference:
            return base
        if is_url(base):
            reference = urljoin(base, reference)
        try:
            parts = urlsplit(reference)
        except ValueError as error:
            raise SpecInvalid(f"{reference[:200]!r} is not a URI reference: {error}") from error
        if parts.scheme or parts.netloc:
            return self._remote_name(reference)
        path = unquote(parts.path)
        if "\0" in path or path.startswith(("/", "\\")) or (os.name == "nt" and ":" in path):
            raise SpecInvalid(f"{reference[:200]!r} is not a path relative to this file, and no other files are opened")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
        if name == ".." or name.startswith("../"):
            raise SpecInvalid(f"{reference[:200]!r} leads out of the document's folder; move the file below it")
        return name

    def read_root(self) -> bytes:
        """Return the content of the document itself: any file that can be read, a pipe too, because its user named it.

        Raises:
            BoundExceeded: it is too large.
            SpecInvalid: it cannot be read.
        """
        if is_url(self.root_name):
            return self._read_remote(self.root_name)
        try:
            with open(self._root, "rb") as stream:
                return self._bounded(stream, str(self._root))
        except (OSError, ValueError) as error:
            raise SpecInvalid(f"the document cannot be read: {_reason(error)}", str(self._root)) from error

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Args:
            name: as the method `name` gives it.

        Raises:
            BoundExceeded: the file is too large, or it is one file too many.
            SpecInvalid: it cannot be read, is not a regular file, or is really outside of the folder.
        """
        self._count += 1
        if self._count > self._bounds.max_files:
            raise BoundExceeded(f"the document refers to more than {self._bounds.max_files:,} files", name)
        data = self._read_remote(name) if is_url(name) else self._read_local(name)
        self._total += len(data)
        if self._total > self._bounds.max_total_bytes:
            raise BoundExceeded(f"its files have more than {self._bounds.max_total_bytes:,} bytes together", name)
        return data

    def _remote_name(self, url: str, source: str = "") -> str:
        if is_url(url) and origin_of(url) in self._origins:
            return url
        message = (
            f"{url[:200]!r} is not opened: only files below the document's folder are read. "
            "Save a copy there, or allow its origin"
        )
        raise SpecInvalid(message, source)

    def _read_local(self, name: str) -> bytes:
        if self._folder is None:
            raise SpecInvalid("a document given by URL has no files on this computer", name)
        try:
            return self._read_regular(name, self._folder)
        except (OSError, ValueError) as error:
            raise SpecInvalid(f"the file cannot be read: {_reason(error)}", name) from error

    def _read_regular(self, name: str, folder: Path) -> bytes:
        path = Path(os.path.realpath(folder / name, strict=True))
        if not path.is_relative_to(folder):
            raise SpecInvalid("the file is really outside of the document's folder; copy it there", name)
        _check_regular(path.stat(), name)
        # A pipe that takes the file's place between the two checks must not block.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as stream:
            _check_regular(os.fstat(handle), name)
            return self._bounded(stream, name)

    def _read_remote(self, url: str) -> bytes:
        self._remote_name(url, url)
        from oas.remote import opened  # costs 20 ms, which a document on this machine need not pay

        def may_follow(target: str) -> bool:
            return is_url(target) and origin_of(target) in self._origins

        with opened(url, may_follow, self._bounds.timeout_s) as stream:
            return self._bounded(stream, url)

    def _bounded(self, stream: IO[bytes], name: str) -> bytes:
        limit = self._bounds.max_bytes
        deadline = time.monotonic() + self._bounds.timeout_s
        data = bytearray()
        while chunk := stream.read(_CHUNK):
            data += chunk
            if len(data) > limit:
                raise BoundExceeded(f"the file has more than {limit:,} bytes", name)
            if time.monotonic() > deadline:
                raise BoundExceeded(f"the file did not arrive within {self._bounds.timeout_s:g} seconds", name)
        return bytes(data)


def shown_name(name: str, root: str, source: str) -> str:
    """Return the path or URL of a file, for messages.

    Args:
        name: of the file.
        root: name of the document.
        source: path or URL of the document, as its user gave it.
    """
    if name == root:
        return source
    return name if is_url(name) else source[: len(source) - len(root)] + name


def is_url(text: str) -> bool:
    """Whether a text begins like an `http` or `https` URL."""
    return text.lower().startswith(("http://", "https://"))


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as one text to compare.

    Raises:
        SpecInvalid: it is not an `http(s)` URL, or has a user, a password or a backslash.
    Source: RFC 6454 §4.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _SCHEMES.get(parts.scheme, 0)
    except ValueError as error:
        raise SpecInvalid(f"{url[:200]!r} is not a URL: {error}") from error
    if parts.scheme not in _SCHEMES or not parts.hostname or set(parts.netloc) & set("@\\"):
        raise SpecInvalid(f"{url[:200]!r} is not a URL with http or https, a host and no user")
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _check_regular(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SpecInvalid("this is not a regular file (a folder, pipe or device)", name)


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
