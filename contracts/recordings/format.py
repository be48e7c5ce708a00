"""A corpus: a file of recorded requests, made from a run or generated, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from contracts.entries import Entry, parse
from contracts.errors import ConfigInvalid
from contracts.generate.placeholders import Entities, insert_placeholders
from contracts.messages import Exchange
from oas.contract import Contract

__all__ = ["generate", "load", "of_exchanges", "write"]


def generate(document: Contract, seed: int, count: int) -> Iterator[Entry]:
    """Yield generated requests without sending one: the first `count` that a run with this seed would make.

    Args:
        document: the contract.
        seed: of every random choice.
        count: most requests.

    Raises:
        UsageError: schemathesis cannot be used.
        SpecInvalid: schemathesis cannot read the document.
    """
    from contracts.generate.case_order import generated_cases
    from contracts.generate.schemathesis_adapter import CaseSource

    for draft in islice(generated_cases(document, CaseSource(document), seed), count):
        yield Entry(request=draft.request, origin=f"{draft.mode} {draft.stage}")


def of_exchanges(document: Contract, exchanges: Iterable[Exchange], entities: Entities) -> Iterator[Entry]:
    """Yield the requests of a run, known ids concealed, in the order of sending."""
    for exchange in exchanges:
        operation = document.by_id.get(exchange.request.operation_id)
        yield Entry(request=insert_placeholders(operation, exchange.request, entities), origin=exchange.phase)


def write(path: Path, entries: Iterable[Entry]) -> int:
    """Write a corpus and return the number of its requests; the file is whole or not there.

    Raises:
        ConfigInvalid: the file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            for entry in entries:
                file.write(f"{entry.line}\n")
                count += 1
        part.replace(path)
    except OSError as error:
        raise ConfigInvalid(f"it cannot be written: {error.strerror}", str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return count


def load(path: Path) -> tuple[Entry, ...]:
    """Read a corpus.

    Raises:
        ConfigInvalid: the file cannot be read, or a line is not a request.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="strict")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigInvalid(f"a corpus was expected, as `contracts generate` writes it; {reason}", str(path)) from error
    lines = enumerate(text.split("\n"), 1)
    return tuple(parse(line, f"{path}:{number}") for number, line in lines if line.strip())
