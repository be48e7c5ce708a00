"""Format → writer, and the one way a report reaches the disk: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

from contracts.errors import ConfigInvalid
from contracts.report.source import DocumentSource
from contracts.verdicts import Report

__all__ = ["WRITERS", "Writer", "check", "check_place", "write_whole"]

Writer = Callable[[Report, Path, DocumentSource], None]


def check(reports: Iterable[tuple[str, Path]]) -> None:
    """Find out before a run whether its reports can be written.

    Raises:
        ConfigInvalid: a format is unknown, a folder is missing, or a path is a folder.
    """
    for name, path in reports:
        if name not in WRITERS:
            raise ConfigInvalid(f"formats are {', '.join(WRITERS)}; got {name!r}", "--report")
        check_place(path, "--report")


def check_place(path: Path, source: str) -> None:
    """Find out before a run whether a file can be written.

    Args:
        path: of the file.
        source: the option that named the path, for the message.

    Raises:
        ConfigInvalid: the folder is missing, or the path is one.
    """
    if not path.parent.is_dir():
        raise ConfigInvalid(f"the folder of {path} does not exist; make it first", source)
    if path.is_dir():
        raise ConfigInvalid(f"{path} is a folder; give the path of a file", source)


def write_whole(path: Path, content: str, source: str = "--report") -> None:
    """Write a file under another name and rename it, so that nobody reads half of it.

    A path that exists and is not a regular file, such as `/dev/stdout`, is written to directly.

    Args:
        path: of the file.
        content: the whole text.
        source: the option that named the path, for the message.

    Raises:
        ConfigInvalid: the folder does not exist, or the file cannot be written.
    """
    is_special = path.exists() and not path.is_file()
    beside = path if is_special else path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(content)
        if not is_special:
            beside.replace(path)
    except OSError as error:
        if not is_special:
            beside.unlink(missing_ok=True)
        raise ConfigInvalid(f"{path} cannot be written: {error.strerror or error}", source) from error


def _write(module: str, report: Report, path: Path, source: DocumentSource) -> None:
    render: Callable[[Report, DocumentSource], str] = import_module(f"contracts.report.{module}").render
    write_whole(path, render(report, source))


#: Loaded when used: a run without reports pays for none.
WRITERS: Mapping[str, Writer] = {name: partial(_write, name) for name in ("junit", "html", "sarif", "har", "ndjson")}
