"""A request on its way through the stages, from the WSGI edge to the bytes of its answer."""
