"""One run, from the first request to the last event."""
