"""All that changes while the mock runs: clock, keys, counters, journal, a session each."""
