"""What may be written of a module's place, and what is refused as too late."""

import pytest
from django.db import connection

from modules.kernel.placements import StaleEpoch, State, place, read_placements

pytestmark = pytest.mark.django_db

URL = "http://127.0.0.1:9"


class TestPlace:
    def test_takes_a_module_through_a_move_and_back(self) -> None:
        place("library", state=State.FENCED, epoch=1)
        place("library", state=State.ELSEWHERE, epoch=1, url=URL, broker_url="amqp://b")
        assert read_placements()["library"].url == URL
        place("library", state=State.STANDBY, epoch=2)
        place("library", state=State.HERE, epoch=2)
        found = read_placements()["library"]
        assert (found.state, found.epoch, found.url, found.broker_url) == (State.HERE, 2, "", "")

    def test_may_be_repeated(self) -> None:
        for _ in range(2):
            place("library", state=State.FENCED, epoch=1)
        assert read_placements()["library"].state is State.FENCED

    def test_is_written_through_a_connection_too(self) -> None:
        place("library", state=State.FENCED, epoch=1, using=connection)
        assert read_placements(connection)["library"].epoch == 1

    def test_refuses_an_epoch_that_is_over(self) -> None:
        place("library", state=State.HERE, epoch=3)
        with pytest.raises(StaleEpoch, match="here since epoch 3; fenced of epoch 2"):
            place("library", state=State.FENCED, epoch=2)
        assert read_placements()["library"].state is State.HERE

    @pytest.mark.parametrize("decided", [State.HERE, State.ELSEWHERE])
    @pytest.mark.parametrize("late", list(State))
    def test_refuses_to_go_back_on_what_an_epoch_has_decided(
        self, decided: State, late: State
    ) -> None:
        place("library", state=State.FENCED, epoch=1)
        place("library", state=decided, epoch=1, url=URL)
        if late is not decided:
            with pytest.raises(StaleEpoch):
                place("library", state=late, epoch=1, url=URL)
        assert read_placements()["library"].state is decided

    def test_refuses_a_place_without_a_url_and_a_move_without_a_number(self) -> None:
        with pytest.raises(ValueError, match="say at which URL library runs"):
            place("library", state=State.ELSEWHERE, epoch=1)
        with pytest.raises(ValueError, match="at least 1, not 0"):
            place("library", state=State.FENCED, epoch=0)
        assert read_placements() == {}

    def test_refuses_to_write_a_password_down(self) -> None:
        with pytest.raises(ValueError, match="QUARRY_BROKER_CREDENTIALS") as refused:
            place("library", state=State.FENCED, epoch=1, broker_url="amqp://me:secret@b/")
        assert "secret" not in str(refused.value)
        assert read_placements() == {}
