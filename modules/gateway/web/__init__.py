"""The shop: pages for customers, made of what other modules publish.

It keeps nothing but a session. Questions go to the interfaces of catalog, ordering and
inventory; an order is placed through ordering's, and its page watches it move.
"""
