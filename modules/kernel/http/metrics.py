"""`GET /metrics` for Prometheus: open on a laptop, with a token or not at all in production."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.kernel.messaging.metrics import statistics_exposition
from modules.kernel.readmodels.metrics import read_model_exposition
from modules.kernel.sagas.metrics import saga_exposition
from modules.kernel.telemetry.exposition import CONTENT_TYPE, exposition


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """This gives how far every consumer, saga and read model is, and what was counted here."""
    if not _may_read(request):
        raise Http404  # To a stranger there is nothing here.
    gauges = statistics_exposition() + saga_exposition() + read_model_exposition()
    return HttpResponse(gauges + exposition(), content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    token: str | None = settings.METRICS_TOKEN
    if token is None:
        return True
    said = request.headers.get("Authorization", "")
    return bool(token) and constant_time_compare(said, f"Bearer {token}")
