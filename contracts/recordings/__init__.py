"""Recorded requests: written as lines, sent again, and compared between two servers."""
