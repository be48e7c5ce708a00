"""The benchmarks are no package that is installed: their folder comes last on the path, behind all that is."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3] / "benchmarks"))
