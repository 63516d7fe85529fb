"""The gate: where a test can have a handler wait in the middle of its transaction."""

#: A thing of this name is handled only while nobody holds the advisory lock of the number.
GATED, GATE = "gated", 4711
