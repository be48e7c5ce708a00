"""Answers for any document: its examples, else made-up values."""
