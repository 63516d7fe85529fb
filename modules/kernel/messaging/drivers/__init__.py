"""Drivers: what calls the consumers. Threads in the web process, a worker, or Celery."""

#: What `QUARRY_DRIVER` may be.
DRIVERS = ("embedded", "worker", "celery")
