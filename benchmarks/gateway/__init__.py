"""The front door: what it costs beside the same views without it, and beside Envoy."""
