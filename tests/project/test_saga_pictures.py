"""The pictures of sagas in the docs are those of the definitions."""

from pathlib import Path

import pytest

from modules.kernel.sagas import Saga, drawing
from modules.kernel.sagas.engine import engines

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("saga", [engine.saga for engine in engines()], ids=lambda saga: saga.name)
def test_the_picture_of_a_saga_is_of_today(saga: type[Saga]) -> None:
    picture = ROOT / "docs" / "images" / f"{saga.name}.svg"
    assert picture.read_text() == drawing.svg(saga.definition), (
        f"make it anew: manage.py sagas draw {saga.name} --format svg > {picture.name}"
    )
