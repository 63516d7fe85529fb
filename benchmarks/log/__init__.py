"""The benchmark of the log: appending, sequencing and delivering, one figure a file."""
