"""HTTP as all modules speak it: problem details, correlation of requests."""
