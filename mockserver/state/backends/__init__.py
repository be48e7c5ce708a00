"""One state for many processes: on one machine in memory that they share, on many machines in Redis."""
