"""A body for a schema: seeded, valid, bounded.

    sampling → drafting → containers, scalars → shapes, patterns, regex, texts → dice

Not imported at start: only an operation that has neither a fixture nor an example
needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from oas.dialect import Direction
from oas.sampling.generator import GenerationOptions, ValueGenerator
from oas.sampling.seeded_random import Budget, SampleImpossible, SeededRandom
from oas.schemas import Schemas

__all__ = ["SampleImpossible", "Sampler"]

#: Operations of one sample, all its tries together: some seconds at the very worst, mostly milliseconds.
_MAX_STEPS: Final = 150_000
#: What is tried, in turn: all that a schema shows, variations of it, and at last as little as it allows.
_MANNERS: Final = (
    GenerationOptions(),
    GenerationOptions(is_loose=True),
    GenerationOptions(is_loose=True, uses_examples=False),
    GenerationOptions(is_spare=True),
    GenerationOptions(is_spare=True, uses_examples=False),
    GenerationOptions(is_spare=True, uses_examples=False, is_loose=True),
)


class Sampler:
    """Makes values for the schemas of one document.

    The same seed, name, schema and version of this module give the same value,
    in every process and on every platform. Safe to share between threads.

    Args:
        schemas: of the document.
        seed: any integer.
    """

    def __init__(self, schemas: Schemas, seed: int) -> None:
        self._schemas = schemas
        self._seed = seed

    def sample(self, schema: Mapping[str, Any] | bool | str, *, name: str, direction: Direction = "response") -> Any:
        """Make a value that is valid by its schema.

        Examples, defaults and constants of the schema are preferred where they
        are valid. What is optional is shown, until the value has 1,000 nodes;
        inside a value of the same schema, and 8 levels deep, objects keep only
        their scalars and arrays are as short as allowed. No value has more than
        4,000 nodes, 40 levels, or a made-up text of more than 4,096 characters.

        Args:
            schema: a Schema Object of the document, or a pointer to one.
            name: what the value is for, such as `listPets.200`; part of the seed.
            direction: which of readOnly and writeOnly properties are left out.

        Returns:
            JSON: a fresh dict, list, str, int, float, bool or None.

        Raises:
            SampleImpossible: the schema allows no value, or none was found within
                the bounds of size and effort.
            SpecInvalid: the schema does not compile.
        """
        validator = self._schemas.validator(schema, direction)
        translated = self._schemas.translated(schema, direction)
        budget = Budget(_MAX_STEPS)
        reason = SampleImpossible("no try led to a valid value.")
        for at, manner in enumerate(_MANNERS):
            draft = ValueGenerator(self._schemas, direction, SeededRandom(f"{self._seed}/{name}/{at}", budget), manner)
            try:
                value = draft.value(translated)
            except SampleImpossible as error:
                reason = error
                continue
            if validator.is_valid(value):
                return value
        raise SampleImpossible(f"No sample for {name}: {reason}") from reason
