"""Mock servers measured side by side: installed, checked, then timed in alternating rounds."""
