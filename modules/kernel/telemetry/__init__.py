"""Telemetry: one trace from the first request to the last mail, whatever moves the messages.

Requests and deliveries are spans; a message carries the ``traceparent`` of what caused it
(W3C Trace Context). Where spans go is the installation's choice: any OpenTelemetry
processor added to the provider gets them.
"""
