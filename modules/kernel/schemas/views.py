"""The AsyncAPI documents over HTTP, beside the OpenAPI one."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from modules.kernel.schemas.asyncapi import asyncapi_document
from modules.kernel.schemas.event_catalogue import event_catalogue


@require_GET
def asyncapi(request: HttpRequest, module: str = "") -> HttpResponse:
    """This gives the AsyncAPI 3 document of all modules here, or of one."""
    document = asyncapi_document(event_catalogue(), module=module)
    if not document["channels"]:
        raise Http404(f"no module {module!r} has messages here")
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False})
