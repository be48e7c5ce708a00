"""Processes, ports and signals: how the application comes to be served, and how it stops."""
