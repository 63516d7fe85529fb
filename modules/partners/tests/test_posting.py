"""One POST to a host of somebody else's: it ends in time, whatever is done there."""

import pytest

from modules.partners.domain.addresses import target_of
from modules.partners.outward.posting import NotAnswered, post
from modules.partners.tests.receiver import dripping_receiver


def test_ends_in_time_where_the_answer_comes_byte_by_byte() -> None:
    with dripping_receiver() as url, pytest.raises(NotAnswered, match=r"in 0\.5 s"):
        post(
            target_of(url, private_allowed=True),
            body=b"{}",
            headers={},
            seconds=0.5,
            private_allowed=True,
        )
