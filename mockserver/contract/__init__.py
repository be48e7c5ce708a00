"""The OpenAPI document: read, judged, and compiled once into what the pipeline asks."""
