"""Schema Objects: translated to JSON Schema 2020-12, compiled, their verdicts made readable."""
