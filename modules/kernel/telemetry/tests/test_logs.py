import pytest
import structlog

from modules.kernel.telemetry.logs import on_standard_error


def test_a_traceback_for_people_is_the_plain_one(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ZeroDivisionError("planted")
    except ZeroDivisionError:
        structlog.get_logger("quarry.test").exception("it_failed", of="the test")
    said = capsys.readouterr().out
    assert "it_failed" in said
    assert "Traceback (most recent call last):" in said
    assert "ZeroDivisionError: planted" in said
    assert "\u256d" not in said, "a box with local variables"


def test_standard_output_is_left_to_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    logger = structlog.get_logger("quarry.test")
    with on_standard_error():
        logger.warning("it_was_late")
    said = capsys.readouterr()
    assert (said.out, "it_was_late" in said.err) == ("", True)
    logger.warning("it_is_over")
    assert "it_is_over" in capsys.readouterr().out
