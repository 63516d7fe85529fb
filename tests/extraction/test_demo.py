"""`make demo-extract`: the whole round on one machine, ended with what is conserved."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings.deployable import ALL_MODULES
from modules.kernel.extraction.writing.verify import clean
from tests.extraction.demo.book import book
from tests.extraction.demo.picture import all_here, one_elsewhere

ROOT = Path(__file__).parents[2]


class TestThePicture:
    @pytest.mark.parametrize(
        "picture", [all_here("payments"), one_elsewhere("payments", broker="rabbitmq")]
    )
    def test_shows_each_module_once(self, picture: str) -> None:
        assert [picture.count(module) for module in ALL_MODULES] == [1] * len(ALL_MODULES)
        assert "[payments]" in picture

    def test_has_straight_sides(self) -> None:
        lines = all_here("payments").splitlines()
        assert {len(line) for line in lines} == {len(lines[0])}


def test_the_book_orders_more_than_one_line_and_less_than_there_is() -> None:
    played = book(24)
    assert {len(order.lines) for order in played.orders} == {1, 2, 3}
    for product in played.products:
        ordered = sum(
            line.quantity
            for order in played.orders
            for line in order.lines
            if line.sku == product.sku
        )
        assert 0 < ordered < product.units_in_stock


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_goes_out_and_comes_back_with_everything_conserved(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.extraction.demo", "--orders", "4"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path / "demo")],
        cwd=ROOT,
        env=clean(os.environ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # Five rounds, and twice all orders once more.
    assert done.stdout.count(": conserved") == 7
    assert "NOT CONSERVED" not in done.stdout
    assert "all 20 orders of all rounds, read again: conserved" in done.stdout
