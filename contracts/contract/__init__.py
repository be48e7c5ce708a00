"""The OpenAPI document and its x- vocabulary as records."""
