"""What leaves partners' database: messages to receivers, and orders placed with ordering.

Each is a pair for `module.calls_out`: the first runs outside any transaction, at least once; the
second inside one, exactly once.
"""
