"""Keys and secrets: sent in every variant, shown in none."""
