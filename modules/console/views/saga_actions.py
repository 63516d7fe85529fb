"""What an operator does about a saga: each action is a page that asks, and a POST that acts.

The pages need no script. What is done is written to the audit trail with who did it.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.console.forms import SettleForm
from modules.console.queries.sagas import saga_page, step_of
from modules.console.views.access import for_operators, operator_of
from modules.console.views.sagas import not_found
from modules.kernel.sagas import PastPivot, operations
from modules.kernel.sagas.operations import NotStuck, UnknownInstance


@require_http_methods(["GET", "POST"])
@never_cache
@for_operators
def retry(request: HttpRequest, saga: str, instance_id: str, step: str) -> HttpResponse:
    """This has a stuck step, or its undo, asked for again, all its attempts before it."""
    try:
        page = saga_page(saga=saga, instance_id=instance_id)
        if request.method == "GET":
            context = {"page": page, "saga": page.saga, "one": step_of(page, step)}
            return render(request, "console/saga_retry.html", context)
        operations.retry(
            saga=saga, instance_id=instance_id, step=step, operator=operator_of(request)
        )
    except UnknownInstance as problem:
        return not_found(request, problem)
    except NotStuck as problem:
        return _too_late(request, problem, saga, instance_id)
    messages.success(request, f"{step.capitalize()} is asked for again.")
    return redirect("console:saga", saga, instance_id)


@require_http_methods(["GET", "POST"])
@never_cache
@for_operators
def settle(request: HttpRequest, saga: str, instance_id: str, step: str) -> HttpResponse:
    """This takes a stuck step, or its undo, as done by hand, or as not needed, for a reason."""
    form = SettleForm(request.POST if request.method == "POST" else None)
    try:
        page = saga_page(saga=saga, instance_id=instance_id)
        one = step_of(page, step)
        if not form.is_valid():
            context = {"page": page, "saga": page.saga, "one": one, "form": form}
            status = 422 if form.errors else 200
            return render(request, "console/saga_settle.html", context, status=status)
        operations.settle(
            saga=saga,
            instance_id=instance_id,
            step=step,
            operator=operator_of(request),
            reason=form.cleaned_data["reason"],
        )
    except UnknownInstance as problem:
        return not_found(request, problem)
    except NotStuck as problem:
        return _too_late(request, problem, saga, instance_id)
    messages.success(request, f"{step.capitalize()} is settled, and the saga goes on.")
    return redirect("console:saga", saga, instance_id)


@require_http_methods(["GET", "POST"])
@never_cache
@for_operators
def cancel(request: HttpRequest, saga: str, instance_id: str) -> HttpResponse:
    """This has a saga undone, as long as its pivot has not been asked for."""
    try:
        page = saga_page(saga=saga, instance_id=instance_id)
        if request.method == "GET":
            return render(request, "console/saga_cancel.html", {"page": page, "saga": page.saga})
        operations.cancel(saga=saga, instance_id=instance_id, operator=operator_of(request))
    except UnknownInstance as problem:
        return not_found(request, problem)
    except PastPivot as problem:
        return _too_late(request, problem, saga, instance_id)
    messages.success(request, "It is being undone.")
    return redirect("console:saga", saga, instance_id)


def _too_late(
    request: HttpRequest, problem: NotStuck | PastPivot, saga: str, instance_id: str
) -> HttpResponse:
    """This says that the saga has moved on since the page was made."""
    context = {"problem": problem, "saga": saga, "instance_id": instance_id}
    return render(request, "console/saga_moved_on.html", context, status=409)
