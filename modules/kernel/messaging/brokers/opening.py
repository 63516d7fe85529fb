"""The configured broker: QUARRY_BROKER_URL as a transport."""

from urllib.parse import urlsplit

from modules.kernel.messaging.brokers.encoding import installed_encodings
from modules.kernel.messaging.brokers.port import BadBrokerUrl, Transport


def open_transport(url: str, *, prefix: str = "quarry") -> Transport:
    """This gives the transport at a URL.

    Args:
        url: ``amqp://user:password@host/vhost``, ``kafka://host:port,host:port`` or
            ``sns+sqs://``.
        prefix: begins the name of whatever is made at the broker.

    Raises:
        BadBrokerUrl: there is no transport of that scheme.
    """
    # Imported here: a client library is loaded only by who uses it, and takes its time.
    match urlsplit(url).scheme:
        case "amqp" | "amqps":
            from modules.kernel.messaging.brokers.rabbitmq import RabbitMq

            return RabbitMq(url, prefix=prefix)
        case "kafka":
            from modules.kernel.messaging.brokers.kafka import Kafka

            return Kafka(url, prefix=prefix, encodings=installed_encodings())
        case "sns+sqs":
            from modules.kernel.messaging.brokers.sns_sqs import SnsSqs

            return SnsSqs(url, prefix=prefix)
        case other:
            raise BadBrokerUrl(
                f"QUARRY_BROKER_URL begins with {other!r}; known: amqp, amqps, kafka, sns+sqs"
            )
