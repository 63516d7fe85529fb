"""Settings: `base` holds what is common; `development`, `test` and `production` derive from it."""
