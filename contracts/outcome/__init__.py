"""What a whole run comes to: conclusion, coverage, known failures, what changed since the last one."""
