import pytest
import structlog


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
