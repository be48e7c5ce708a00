"""What a test's client sent, and the verdict on it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from contracts.client import ClientRequest, Expectation, Verdict, VerdictOptions, judge

if TYPE_CHECKING:
    from contracts.plugin.settings import Settings
    from oas.contract import Contract

    #: Returns the requests that are kept, in the order of arrival, and how many there were.
    Read = Callable[[], tuple[tuple[ClientRequest, ...], int]]

__all__ = ["ClientLog"]


class ClientLog:
    """The requests of one test and what was expected of them.

    Args:
        read: tells what was sent.
        document: the contract.
        settings: which rules may be broken, and which are judged as well.

    Raises:
        ConfigInvalid: the settings name a rule that does not exist.
    """

    def __init__(self, read: Read, document: Contract, settings: Settings) -> None:
        self._read = read
        self._document = document
        self._terms = VerdictOptions(allow=settings.allow, also=settings.also)
        self._expected: tuple[Expectation, ...] = ()

    @property
    def sent(self) -> tuple[ClientRequest, ...]:
        """The requests, in the order of arrival."""
        return self._read()[0]

    def verdict(self) -> Verdict:
        """Judge what was sent so far."""
        return self._judge(self._terms.allow, self._expected)

    @contextlib.contextmanager
    def expect(self, rule_id: str) -> Iterator[None]:
        """Expect that the requests of a block break a rule.

        Raises:
            ConfigInvalid: there is no such rule.
            AssertionError: the block ended without an exception, and no request of it breaks the rule.
        """
        VerdictOptions(expected=(Expectation(rule_id),))
        before = self._read()[1]
        try:
            yield
        finally:
            after = self._read()[1]
            expectation = Expectation(rule_id, before + 1, after)
            if after > before:
                self._expected += (expectation,)
        if after == before:
            raise AssertionError(f"{rule_id} was expected, and no request came")
        unmet = self._judge((), (expectation,)).unmet
        if unmet:
            raise AssertionError(unmet[0].sentence)

    def _judge(self, allow: Collection[str], expected: tuple[Expectation, ...]) -> Verdict:
        sent, total = self._read()
        terms = VerdictOptions(allow=allow, also=self._terms.also, expected=expected)
        return judge(sent, self._document, terms, total=total)
