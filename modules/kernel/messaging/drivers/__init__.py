"""Drivers: what calls the consumers. Threads in the web process, a worker, or Celery."""
