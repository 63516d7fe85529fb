# One image for all processes of the deployable: web (the default command), worker, Celery.

FROM python:3.11.14-slim-bookworm AS build
COPY requirements/install.txt requirements/run.txt /requirements/
RUN python -m venv /installer \
    && /installer/bin/pip install --no-cache-dir --require-hashes -r /requirements/install.txt \
    && python -m venv --without-pip /venv \
    && /installer/bin/uv pip sync --no-cache --compile-bytecode --require-hashes \
        --python /venv/bin/python /requirements/run.txt

FROM python:3.11.14-slim-bookworm
# By number: Kubernetes' runAsNonRoot cannot tell by a name.
RUN useradd --system --uid 10001 --no-create-home quarry
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY config/ config/
COPY modules/ modules/
# What the settings insist on; it is in no layer's environment and is not used to serve.
RUN SECRET_KEY=collectstatic ALLOWED_HOSTS=- DATABASE_URL=sqlite:// \
    python manage.py collectstatic --no-input
# For the keys that sign tokens: a new volume there belongs to whom the folder does.
RUN install --directory --owner=quarry --mode=0700 /keys
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--respawn-failed-workers", "--no-ws", "config.wsgi:application"]
