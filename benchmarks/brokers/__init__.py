"""Messages across each broker, beside the client library alone doing the same.

The embedded bus is the log itself, which `benchmarks.log` measures.
"""
