"""A broker's URL is stored without who may use it, and used with."""

from types import SimpleNamespace

import pytest

from modules.kernel.placements import broker_at, credentials_of, without_credentials

STORED = "amqp://rabbitmq:5672/shop"


def said(*, url: str = "", credentials: str = "") -> SimpleNamespace:
    return SimpleNamespace(QUARRY_BROKER_URL=url, QUARRY_BROKER_CREDENTIALS=credentials)


@pytest.mark.parametrize(
    ("url", "credentials"),
    [
        ("amqp://me:p%40ss@rabbitmq:5672/shop", "me:p%40ss"),
        ("amqp://me@rabbitmq:5672/shop", "me"),
        (STORED, ""),
    ],
)
def test_is_told_apart_from_who_may_use_it(url: str, credentials: str) -> None:
    assert (without_credentials(url), credentials_of(url)) == (STORED, credentials)


def test_has_them_after_the_mark_with_kafka() -> None:
    stored = "kafka://a:9092,b:9092?partitions=8"
    url = f"{stored}&sasl.username=me&sasl.password=secret"
    assert without_credentials(url) == stored
    assert credentials_of(url) == "sasl.username=me&sasl.password=secret"
    assert without_credentials("kafka://a:9092?sasl.password=secret") == "kafka://a:9092"
    assert broker_at(stored, said(url=url)) == url


@pytest.mark.parametrize("url", ["", "sns+sqs://?region=eu-west-1", "kafka://a:9092,b:9092"])
def test_is_left_alone_where_it_names_nobody(url: str) -> None:
    assert without_credentials(url) == url
    assert broker_at(url, said(credentials="me:p%40ss")) == url


def test_is_used_with_what_the_process_has_for_it() -> None:
    assert broker_at(STORED, said(credentials="me:p%40ss")) == (
        "amqp://me:p%40ss@rabbitmq:5672/shop"
    )


def test_is_used_as_the_settings_have_it_where_they_have_it() -> None:
    url = "amqp://me:mine@rabbitmq:5672/shop"
    assert broker_at(STORED, said(url=url, credentials="another:one")) == url
