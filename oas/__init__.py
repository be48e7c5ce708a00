"""An OpenAPI document, read once for the mock server and for the contract runner."""
