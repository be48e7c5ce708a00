"""Made-up bodies for any schema: seeded, valid, bounded."""
