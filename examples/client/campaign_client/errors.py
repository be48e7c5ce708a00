"""What can go wrong with a request; every error is an `ApiError`.

- `Unauthorized`: the key is not valid, or may not do this; asking again does not help.
- `Redirected`: the API sent us elsewhere; the key stays here.
- `GaveUp`: the API asked for more patience than we have.
"""

from __future__ import annotations


class ApiError(Exception):
    """The API answered with an error.

    Args:
        status: HTTP status.
        code: the API's own `error_code`, empty where it names none.
        message: in words.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


class Unauthorized(ApiError):
    """The key is not valid, or may not do this."""


class Redirected(ApiError):
    """The API sent us to another place; a key does not follow."""


class GaveUp(ApiError):
    """The limit was still reached after the last try, or the wait is too long."""
