"""Where the contract, its vocabulary and the fixtures are, installed or in a checkout.

The wheel carries them in the data folder `konnector_contracts`; a checkout
has them at its root.
"""

from __future__ import annotations

from pathlib import Path


def root() -> Path:
    """Return the folder that holds `openapi.yaml` and `fixtures/`."""
    beside = Path(__file__).resolve().parent.parent
    installed = beside / "konnector_contracts"
    return installed if installed.is_dir() else beside


def openapi() -> Path:
    """Return the path of the contract."""
    return root() / "openapi.yaml"


def vocabulary_schema() -> Path:
    """Return the path of the JSON Schema of the x- vocabulary."""
    return root() / "openapi-vocabulary.schema.json"


def datasets() -> Path:
    """Return the folder of the packaged organisations."""
    return root() / "fixtures" / "datasets"


def default_dataset() -> Path:
    """Return the path of the packaged organisation."""
    return datasets() / "default.yaml"


def scenarios() -> Path:
    """Return the folder of the packaged scenarios."""
    return root() / "fixtures" / "scenarios"
