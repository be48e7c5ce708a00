"""A document is judged by openapi-core once, the first time it is served.

The verdict is kept in the user's cache folder under the document's SHA-256, so
that later starts import no judge. The packaged contract counts as judged: its
own tests do it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from oas import __version__, document
from oas.errors import SpecInvalid


def ensure_judged(spec: Path | None) -> None:
    """Judge a document unless that was done before.

    Args:
        spec: path of the document; None is the packaged contract.

    Raises:
        SpecInvalid: the first of what is wrong with it.
    """
    if spec is None:
        return
    loaded = document.load(spec)
    digest = hashlib.sha256(f"{__version__}\n{loaded.text}".encode()).hexdigest()
    mark = cache_folder() / "judged" / digest
    if os.path.exists(mark):  # False also where the folder may not be looked into
        return
    from oas.reference import document_errors

    errors = document_errors(loaded)
    if errors:
        first = errors[0]
        more = f" ({len(errors) - 1} more; `mockserver check --spec {spec}` lists them)" if errors[1:] else ""
        raise SpecInvalid(first.message + more, first.source, first.pointer)
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        pass  # a home that cannot be written to costs a second at the next start, nothing else


def cache_folder() -> Path:
    """Return the user's cache folder for this tool. Source: XDG Base Directory Specification."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # "relative paths must be ignored"
            base = os.path.expanduser("~/.cache")
    return Path(base) / "konnector-contracts"
