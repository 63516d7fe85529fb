"""What a live move costs: the pause its callers see, throughput meanwhile, latency afterwards."""
