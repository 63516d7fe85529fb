"""The operators' view of mails: to read, and to have those sent that were given up."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from modules.notifications.models import Mail
from modules.notifications.use_cases import try_again


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """This lists mails, the newest first."""

    list_display = ("order_id", "kind", "state", "attempts", "due_at", "sent_at", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("order_id", "recipient")
    ordering = ("-id",)
    actions = ("send_after_all",)

    @admin.action(description="Try to send those that were given up")
    def send_after_all(self, request: HttpRequest, chosen: QuerySet[Mail]) -> None:
        count = try_again(mail_ids=list(chosen.values_list("pk", flat=True)), now=timezone.now())
        self.message_user(request, f"{count} of them will be tried again within seconds.")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
