"""A module that hears of the probe's things, perhaps in a database of its own."""
