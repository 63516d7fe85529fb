"""Calls between modules: what a binding and the resilience around it cost, against their bars."""
