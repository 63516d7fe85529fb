"""The whole round on one machine: a module goes out while orders are placed, and comes back.

`python -m tests.extraction.demo`, or `make demo-extract`: payments is written as a service, runs as
a second process with a database of its own, is moved there and back, and before, between and
after it is shown that money and stock are conserved.
"""
