"""Which page of a long list is asked for."""

from django.http import HttpRequest


def page_number(request: HttpRequest) -> int:
    """This reads ``?page=2``, from 1; what is no such number is the first page."""
    asked = request.GET.get("page", "1")
    return max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1
