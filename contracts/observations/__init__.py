"""What answers come to: pure functions over frozen exchanges."""
