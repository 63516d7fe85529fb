"""Moving: a live module from one database and deployable to another."""
