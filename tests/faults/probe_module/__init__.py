"""A module that says that things happened, and keeps one row for each time it hears of it."""
