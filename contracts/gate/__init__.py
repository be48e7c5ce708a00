"""The one way out: every request of a run is counted, sent, redacted and kept here."""
