"""Reading one's own writes over HTTP: how long a request may have itself be held."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from modules.kernel.http.write_tokens import WriteTokenMiddleware
from modules.kernel.readmodels import reading


class TestTheDeadlineOfARead:
    @pytest.mark.parametrize(("asked_ms", "seconds"), [("50", 0.05), ("30000", 2.0), ("", 2.0)])
    def test_is_shortened_by_a_header_and_never_lengthened(
        self, asked_ms: str, seconds: float
    ) -> None:
        """Each read that waits holds a thread, and looks into the database again and again."""
        found = []

        def view(request: HttpRequest) -> HttpResponse:
            wanted = reading._wanted.get()
            assert wanted is not None
            found.append(wanted.deadline_seconds)
            return HttpResponse()

        headers = {"X-Read-Deadline-Ms": asked_ms} if asked_ms else {}
        WriteTokenMiddleware(view)(RequestFactory().get("/", headers=headers))
        assert found == [seconds]
