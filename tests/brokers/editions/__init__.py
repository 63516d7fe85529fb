"""One contract as two releases had it, and as no release may have it."""
