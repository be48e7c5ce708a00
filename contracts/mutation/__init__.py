"""Faults that a server can have, and how many of them the relations notice."""
