"""The rules of webhooks: what is told, to where, signed how, and when an endpoint is given up."""
