"""The organisation that the mock serves: loaded or generated, indexed, every figure derived."""
