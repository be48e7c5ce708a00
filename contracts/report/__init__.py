"""What a run says to a terminal, to a CI server and to the tools that read files.

Everything arrives here redacted; nothing here reads the environment or the
command line. Writers are looked up in `contracts.report.writers`.
"""
