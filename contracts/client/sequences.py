"""C3xx: what a client does from one request to the next: pages that it leaves unread, writes that it sends twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from contracts.client.models import ClientRequest, Finding, Rule
from contracts.client.traffic import Traffic
from oas.pointers import get

if TYPE_CHECKING:
    from oas.operation import Operation
    from oas.vocabulary import Collection

__all__ = ["COURSE", "judge_course"]

UNREAD_PAGES = Rule(
    "C301",
    "left pages unread",
    "A list that is read at all is read to its end.",
    "Follow `next_page_url` until it is null, or go on by `offset` until the total is reached.",
    is_on=False,
)
WRITTEN_TWICE = Rule(
    "C302",
    "sent a write twice",
    "A write whose answer did not come is not sent again: it may have been done, and nothing makes it happen once.",
    "Find out whether the first was done, or ask the user, before it is sent again.",
)

#: In the order of their ids.
COURSE = (UNREAD_PAGES, WRITTEN_TWICE)

#: Hash of the key, family of the operation, filters and sort.
_Walk = tuple[str, str, str]


def judge_course(trial: Traffic) -> Iterator[Finding]:
    """Judge what follows what."""
    yield from _unread(trial)
    yield from _written_twice(trial)


def _unread(trial: Traffic) -> Iterator[Finding]:
    walks: defaultdict[_Walk, list[tuple[ClientRequest, Collection]]] = defaultdict(list)
    for sent in trial.own:
        operation = trial.operation(sent)
        if operation is not None and operation.collection is not None and sent.status == 200:
            walk = _walk_of(sent, operation, operation.collection, trial)
            walks[walk].append((sent, operation.collection))
    for (_, _, chosen), pages in walks.items():
        if (gap := _gap(pages)) is not None:
            read, total = gap
            where = f" ({chosen})" if chosen else ""
            sentence = f"read {pages[0][0].operation_id}{where} to row {read:,} of {total:,}, and no further"
            yield Finding(UNREAD_PAGES, sentence, tuple(sent for sent, _ in pages))


def _walk_of(sent: ClientRequest, operation: Operation, collection: Collection, trial: Traffic) -> _Walk:
    page = (collection.page.limit, collection.page.offset)
    chosen = {name: value for name, value in trial.parameters(sent).items() if name not in page}
    return sent.key_hash, operation.canonical_id, urlencode(sorted(chosen.items()), doseq=True)


def _gap(pages: list[tuple[ClientRequest, Collection]]) -> tuple[int, int] | None:
    """Return the row up to which pages were read without a gap, and the total; None where that is all, or unknown."""
    spans: list[tuple[int, int]] = []
    total: Any = None
    for sent, collection in pages:
        answer = sent.answer
        items, total = get(answer, collection.items), get(answer, collection.total)
        if not isinstance(items, list) or not isinstance(total, int):
            return None
        offset = get(answer, collection.page.offset_echo)
        start = offset if isinstance(offset, int) else 0
        spans.append((start, start + len(items)))
    read = min(spans)[0]
    for start, end in sorted(spans):
        if start <= read:
            read = max(read, end)
    return (read, total) if read < total else None


def _written_twice(trial: Traffic) -> Iterator[Finding]:
    unanswered: dict[tuple[str, ...], ClientRequest] = {}
    for sent in trial.own:
        operation = trial.operation(sent)
        if operation is None or not operation.is_write:
            continue
        before = unanswered.get(sent.identity)
        if before is not None and _was_unanswered(before, sent):
            sentence = f"sent {sent.method} {operation.path} again after {_why(before)}"
            yield Finding(WRITTEN_TWICE, sentence, (before, sent))
        if sent.fault or sent.delay_s or sent.status >= 500:
            unanswered[sent.identity] = sent
        else:
            unanswered.pop(sent.identity, None)


def _was_unanswered(before: ClientRequest, after: ClientRequest) -> bool:
    """Whether the answer to a write had not come, or said nothing, when the next one was sent."""
    return bool(before.fault) or before.status >= 500 or after.at < before.at + before.delay_s


def _why(before: ClientRequest) -> str:
    if before.fault:
        return f"the connection broke ({before.fault}) before it was answered"
    if before.status >= 500:
        return f"a {before.status}, which does not say whether it was done"
    return f"a time-out: its answer was still to come, {before.delay_s:g} s late"
