"""What the fixtures of the pytest plugin give to a test; imported when a test asks for one.

The plugin itself, `contracts.pytest_plugin`, is loaded in every project and holds none of it.
"""
