"""What is somebody's, asked for as its owner and as somebody else."""

import pytest

from tests.edge.owned import ANOTHER, BODY, OWNED, OWNER, things
from tests.edge.sending import asks, send


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "path", "own", "others"), OWNED)
def test_somebody_else_is_told_nothing_and_changes_nothing(
    method: str, path: str, own: int, others: int
) -> None:
    path = path.format_map(things())
    for subject, status in ((ANOTHER, others), (OWNER, own)):
        answer = send(asks(path, subject), method, path, BODY)
        assert answer.status_code == status, (subject, answer.content)
