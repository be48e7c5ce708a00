"""Makes an organisation of any size: the same seed and first day, the same organisation everywhere.

Every routine is read off one draw of random bytes. Only methods of
`random.Random` whose results are the same in every version of Python are used,
and nothing depends on the order of a set or on `hash`.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from math import isqrt

from mockserver.dataset.figures import SECONDS_A_DAY, day_of, pack_days
from mockserver.dataset.routines import (
    FRIEND_REQUEST,
    MESSAGE,
    STEPS,
    TYPES,
    Metadata,
    Organisation,
    Routine,
    Step,
    User,
)
from mockserver.errors import DatasetInvalid

MAX_ROUTINES = 5_000_000

ORGANISATION = Organisation(123, "Example Organization", day_of("2024-01-15") * SECONDS_A_DAY + 30_600, "active")

#: The ids that the reference's samples use exist in every organisation that is large enough.
SAMPLE_USERS = (
    User("encrypted_id_string", "User Name", "user@example.com", "active"),
    User("encrypted_id_string_1", "John Doe", "john.doe@example.com", "active"),
    User("encrypted_id_string_2", "Jane Smith", "jane.smith@example.com", "active"),
    User("encrypted_user_id", "John Doe", "john.doe@example.com", "active"),
)
SAMPLE_ROUTINES = ("encrypted_id_string", "encrypted_id_string_1")

FIRST_NAMES = ("Ana", "Björn", "Chloé", "David", "Elif", "Fatima", "Grace", "Hugo", "Ines", "Jürgen", "Kenji", "Łucja")
LAST_NAMES = ("Almeida", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ivanov", "Kowalski")
REGIONS = (
    "DACH",
    "Nordics",
    "Benelux",
    "UK & Ireland",
    "Iberia",
    "São Paulo",
    "Zürich",
    "Île-de-France",
    "東京",
    "APAC",
)
AUDIENCES = ("CTO", "founder", "HR leader", "Fintech", "SaaS buyer", "alumni", "event guest", "PARTNER", "Köln club")
PURPOSES = ("outreach", "Outreach Q2", "follow-up", "Sales intro", "webinar invite", "re-engagement", "hiring")
SOURCES = ("manual", "import", "api")
METADATA = (
    Metadata("Technology", ("CTO", "VP Engineering"), "Generate leads for enterprise software"),
    Metadata("Financial Services", ("CFO", "Head of Risk", "Treasurer"), "Book product demonstrations"),
    Metadata("Healthcare", ("Medical Director",), "Fill the spring webinar"),
    Metadata("Manufacturing", ("Plant Manager", "COO"), "Win pilot customers"),
    Metadata("Éducation", (), "Stay in touch with alumni"),
)
#: Of sixteen routines, how many have each status.
_STATUSES = ("active",) * 6 + ("completed",) * 4 + ("inactive",) * 3 + ("draft",) * 3
_MAX_DAYS = (5, 7, 7, 14)
#: How far back routines were created; the last days are left to their activation.
_OLDEST_D, _YOUNGEST_D = 90, 2
_FIGURES_AT = 22


def users(count: int, source: random.Random) -> tuple[User, ...]:
    """Return the users of the samples and as many made-up ones as `count` asks for; every sixth is inactive."""
    made = []
    for place in range(len(SAMPLE_USERS), count):
        drawn = source.randbytes(14)
        first, last = FIRST_NAMES[drawn[0] % len(FIRST_NAMES)], LAST_NAMES[drawn[1] % len(LAST_NAMES)]
        mail = f"{_ascii(first)}.{_ascii(last)}.{place + 1}@example.com"
        made.append(User(drawn[2:].hex(), f"{first} {last}", mail, "inactive" if place % 6 == 5 else "active"))
    return (*SAMPLE_USERS, *made)


def routines(count: int, user_count: int, first_day: date, source: random.Random) -> Iterator[Routine]:
    """Yield `count` routines of the days before `first_day`, in no order."""
    maker = _RoutineGenerator.prepared(user_count, day_of(first_day.isoformat()), source)
    for place in range(count):
        drawn = source.randbytes(_FIGURES_AT + max(_MAX_DAYS))
        yield maker.routine(drawn, SAMPLE_ROUTINES[place] if place < len(SAMPLE_ROUTINES) else drawn[:12].hex())


def user_count(routine_count: int) -> int:
    """Return how many users an organisation of that many routines has: about the square root.

    Raises:
        DatasetInvalid: there cannot be so many routines.
    """
    if not 0 <= routine_count <= MAX_ROUTINES:
        raise DatasetInvalid(f"{routine_count} routines were asked for; 0 to {MAX_ROUTINES:,} can be generated")
    return max(len(SAMPLE_USERS), isqrt(routine_count))


def source_of(seed: int) -> random.Random:
    """Return the source of randomness of a seed; -1 and 1 are different seeds."""
    return random.Random(2 * seed if seed >= 0 else -2 * seed - 1)


@dataclass(frozen=True, slots=True)
class _RoutineGenerator:
    """Reads routines off random bytes.

    Attributes:
        user_count: ≥ 1.
        today: day that nothing lies after.
        names: of routines.
        days: type → 256 days, as `figures.pack_days` makes them; a routine strings some of them together.
    """

    user_count: int
    today: int
    names: tuple[str, ...]
    days: dict[str, tuple[bytes, ...]]

    @classmethod
    def prepared(cls, user_count: int, today: int, source: random.Random) -> _RoutineGenerator:
        names = tuple(" ".join(words) for words in product(REGIONS, AUDIENCES, PURPOSES))
        return cls(user_count, today, names, {type_: _days(STEPS[type_], source) for type_ in TYPES})

    def routine(self, drawn: bytes, routine_id: str) -> Routine:
        type_, status = TYPES[drawn[12] % len(TYPES)], _STATUSES[drawn[13] % len(_STATUSES)]
        max_days = _MAX_DAYS[drawn[14] % len(_MAX_DAYS)]
        age = _YOUNGEST_D + drawn[15] % (_OLDEST_D - _YOUNGEST_D + 1)
        # Half-hours of the working day, so that stamps coincide now and then.
        created = (self.today - age) * SECONDS_A_DAY + 28_800 + drawn[16] % 20 * 1800
        initial = last = None
        first_day, figures = 0, b""
        if status != "draft":
            initial = created + 60 * (1 + drawn[17])
            first_day = initial // SECONDS_A_DAY
            run = min(max_days, self.today - first_day + 1)
            if status == "inactive":
                run = 1 + drawn[18] % run
            last = initial + drawn[18] % min(run, 2) * SECONDS_A_DAY
            figures = b"".join(map(self.days[type_].__getitem__, drawn[_FIGURES_AT : _FIGURES_AT + run]))
        return Routine(
            id=routine_id,
            name=self.names[(drawn[19] << 8 | drawn[20]) % len(self.names)],
            user=int.from_bytes(drawn[:4], "little") % self.user_count,
            type=type_,
            status=status,
            created_at=created,
            initial_activate_time=initial,
            last_activate_time=last,
            max_campaign_days=max_days,
            source=SOURCES[drawn[21] % len(SOURCES)],
            metadata=METADATA[drawn[21] // 16 % len(METADATA)],
            steps=STEPS[type_],
            first_day=first_day,
            figures=figures,
        )


def _days(steps: tuple[Step, ...], source: random.Random) -> tuple[bytes, ...]:
    """Return 256 days that fit the steps; every eighth is one without figures."""
    has_requests, has_messages = (any(step.type == type_ for step in steps) for type_ in (FRIEND_REQUEST, MESSAGE))
    days = []
    for place in range(256):
        share = source.randbytes(5)
        requests = has_requests * (share[0] % 24)
        sent = has_messages * (share[1] % 20)
        counts = (
            requests + share[2] % 12 + 1,
            requests,
            requests * share[3] // 255,
            sent,
            sent * share[4] // 255,
        )
        days.append(pack_days([counts if place % 8 else (0,) * 5]))
    return tuple(days)


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("Ł", "L"))
    return plain.encode("ascii", "ignore").decode().lower()
