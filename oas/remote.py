"""Read a URL of an origin that a user has opened: http and https only, no redirect to elsewhere."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import IO, Any

from oas.errors import SpecInvalid

__all__ = ["opened"]


@contextmanager
def opened(url: str, may_follow: Callable[[str], bool], timeout_s: float) -> Iterator[IO[bytes]]:
    """Open a URL for reading.

    Args:
        url: of an origin that is open.
        may_follow: whether a redirect to a URL is followed.
        timeout_s: for each wait, seconds.

    Raises:
        SpecInvalid: it cannot be read, or redirects to where nobody may follow.
    """
    request = urllib.request.Request(url, headers={"Accept": "application/yaml, application/json, */*;q=0.5"})
    try:
        with _opener(may_follow).open(request, timeout=timeout_s) as stream:
            yield stream
    except urllib.error.HTTPError as error:
        error.close()
        raise SpecInvalid(f"the URL cannot be read: {error}", url) from error
    except (OSError, HTTPException, ValueError) as error:
        raise SpecInvalid(f"the URL cannot be read: {error}", url) from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, may_follow: Callable[[str], bool]) -> None:
        self._may_follow = may_follow

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the next request.

        Raises:
            SpecInvalid: the redirect leads to another origin.
        """
        if not self._may_follow(newurl):
            fp.close()
            raise SpecInvalid(f"the URL redirects to {newurl[:200]!r}, which is not opened", req.full_url)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(may_follow: Callable[[str], bool]) -> urllib.request.OpenerDirector:
    """Make an opener for http and https only: no files, no FTP, no data URLs."""
    opener = urllib.request.OpenerDirector()
    handlers = (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(may_follow),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener
