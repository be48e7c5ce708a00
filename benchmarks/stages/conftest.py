"""The folder of the benchmarks is not a package that is installed: it comes last on the path."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
