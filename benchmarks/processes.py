"""What the processes of a server cost: processor time and memory of a whole family (Linux, /proc)."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all processes below it; those that ended meanwhile are left out."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(one for child in children for one in family(child))]


def cpu_s(pid: int) -> float:
    """Return the processor time, user and system, that a family of processes has used so far.

    Its unit is the kernel's clock tick, commonly 10 ms. Source: proc(5), /proc/PID/stat.
    """
    return sum(_ticks(one) for one in family(pid)) / _TICKS_PER_S


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a family in megabytes: shared pages count once. Source: proc(5)."""
    return sum(_pss_kb(one) for one in family(pid)) / 1024


def rss_mb(pid: int) -> float:
    """Return the resident set size of a family in megabytes: what processes share counts for each. Source: proc(5)."""
    return sum(_rss_pages(one) for one in family(pid)) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _ticks(pid: int) -> int:
    # The name of the program, in brackets, may hold anything; what follows it is numbers.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _rss_pages(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
