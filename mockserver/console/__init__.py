"""The console at `/__admin/`: one page on the control API, served from the package's own files."""
