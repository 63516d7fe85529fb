"""Shipping's rules: what an address needs, how goods are packed, what may follow what."""
