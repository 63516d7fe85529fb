"""The rules of ordering: what an order may become, what it costs, what may be asked for."""
