"""What a page may load and run: its own host's files, and nothing written inline.

A script that slips into a page through a product name or an address is then dead text.
Source: W3C Content Security Policy Level 3.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class ContentPolicyMiddleware:
    """This sets the policy on the answers of modules.

    Pages of libraries (the API's documentation, Django's admin) bring scripts of their
    own and stay as they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.func.__module__.startswith("modules."):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response
