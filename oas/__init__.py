"""One reading of OpenAPI documents, for the mock server and for the runner.

What both must know of a document or of a message stands here: files, references,
schemas, parameters, bodies, credentials, secrets. Importing the package costs nothing.
"""

__version__ = "0.1.0"
