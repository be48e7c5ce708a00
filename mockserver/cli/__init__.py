"""Commands of `mockserver` that speak with a running server."""
