"""Telemetry: one trace from the first request to the last mail, and what is counted on the way.

Requests and deliveries are spans; a message carries the ``traceparent`` of what caused it
(W3C Trace Context). Where spans go is the installation's choice: any OpenTelemetry
processor added to the provider gets them. What is counted is read by Prometheus.
"""
