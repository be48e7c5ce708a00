"""The operations of `/__admin`, one module for each group."""
