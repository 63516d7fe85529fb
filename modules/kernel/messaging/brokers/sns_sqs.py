"""AWS: an SNS FIFO topic, and for each deployable an SQS FIFO queue that is subscribed to it.

The message group is the key, so a key's messages come in order and, while one is being
handled, no later one of it is given out. CloudEvents as JSON documents, for neither service
has headers enough; the wire name is an attribute beside it, which subscriptions filter by.
SNS takes 256 KiB: what is larger goes to a bucket, and a pointer to it over SNS, where the
URL names one. What is no message goes to ``<prefix>-<deployable>-dead.fifo``.

Source: CloudEvents JSON format 1.0.2; the pointer is Amazon's extended client library's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from modules.kernel.messaging.brokers import sns_subscriptions as subscriptions
from modules.kernel.messaging.brokers.cloudevents import read_structured, structured
from modules.kernel.messaging.brokers.port import (
    BadBrokerUrl,
    BrokerUnavailable,
    NotAMessage,
    Received,
    Route,
    Undeliverable,
)
from modules.kernel.messaging.envelope import Envelope

#: SNS's limit for a batch, all its bodies and attributes together, less what attributes take.
_LARGEST_BYTES = 250 * 1024
_BATCH = 10
#: Longer than a batch takes to be appended; then what was not acknowledged comes again.
_INVISIBLE_SECONDS = 30
_POINTER = "software.amazon.payloadoffloading.PayloadS3Pointer"
#: What S3 says of a place where there is nothing, and will be nothing later.
_NOT_THERE = frozenset({"NoSuchKey", "NoSuchBucket", "InvalidBucketName", "KeyTooLongError"})


class _Place(msgspec.Struct):
    """This is where a pointer leads; what S3 would never take for one is refused at once."""

    bucket: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")] = (
        msgspec.field(name="s3BucketName")
    )
    key: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="s3Key")


class SnsSqs:
    """This is AWS as the environment's credentials reach it.

    The URL is ``sns+sqs://`` with, in its query, ``region``, ``bucket`` and, for a server
    that acts as AWS, ``endpoint``; ``receive_batch`` (10) and ``invisible_seconds`` (30) as SQS
    has them.
    """

    def __init__(self, url: str, *, prefix: str) -> None:
        options = dict(parse_qsl(urlsplit(url).query))
        self.prefix = prefix
        self.bucket = options.pop("bucket", "")
        self._region = options.pop("region", None)
        self._endpoint = options.pop("endpoint", None)
        self.receive_batch = min(int(options.pop("receive_batch", _BATCH)), _BATCH)
        self.invisible_seconds = int(options.pop("invisible_seconds", _INVISIBLE_SECONDS))
        if options:
            raise BadBrokerUrl(
                f"sns+sqs:// knows no {sorted(options)[0]!r}; it knows region, bucket, endpoint"
            )

    def publisher(self) -> SnsPublisher:
        return SnsPublisher(self)

    def receiver(self, route: Route) -> SqsReceiver:
        return SqsReceiver(self, route)

    def forget(self, route: Route) -> None:
        """This ends the queue's subscription and empties it.

        One that is deleted cannot be made again for a minute, and a purge takes along what comes
        in that time.
        """
        with _as_unavailable():
            url, queue = self.queue(f"{self.prefix}-{route.deployable}")
            subscriptions.end(self.sns, topic=self.topic(), queue=queue)
            while found := self._waiting(url):
                self.delete(url, found)
            hidden = "ApproximateNumberOfMessagesNotVisible"
            left = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[hidden])
        if int(left["Attributes"][hidden]):
            raise BrokerUnavailable(
                f"SQS: {route.deployable} has received what it has not acknowledged; it can be "
                f"discarded in {self.invisible_seconds} s"
            )

    def delete(self, url: str, messages: Sequence[Any]) -> None:
        """This deletes messages that were received."""
        for begin in range(0, len(messages), _BATCH):
            entries: Any = [
                {"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]}
                for number, one in enumerate(messages[begin : begin + _BATCH])
            ]
            # One that is not deleted comes again, and is known then.
            self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    def _waiting(self, url: str) -> list[Any]:
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=1
        )
        return list(answer.get("Messages", []))

    @cached_property
    def sns(self) -> Any:
        return boto3.client("sns", **self._where)

    @cached_property
    def sqs(self) -> Any:
        return boto3.client("sqs", **self._where)

    @cached_property
    def s3(self) -> Any:
        return boto3.client("s3", **self._where)

    def topic(self) -> str:
        """This gives the topic's ARN; it is made where it is missing."""
        made = self.sns.create_topic(
            Name=f"{self.prefix}.fifo",
            Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "false"},
        )
        return str(made["TopicArn"])

    def queue(self, name: str) -> tuple[str, str]:
        """This gives a queue's URL and ARN; made where it is missing, else set as it is to be."""
        attributes: Any = {
            "VisibilityTimeout": str(self.invisible_seconds),
            "MessageRetentionPeriod": str(14 * 24 * 3600),
        }
        try:
            # Not made again with what it is to have now: SQS refuses where it has had other.
            url = self.sqs.get_queue_url(QueueName=f"{name}.fifo")["QueueUrl"]
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        except self.sqs.exceptions.QueueDoesNotExist:
            made = self.sqs.create_queue(
                QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true", **attributes}
            )
            url = made["QueueUrl"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, found["Attributes"]["QueueArn"]

    @property
    def _where(self) -> dict[str, Any]:
        return {
            "region_name": self._region,
            "endpoint_url": self._endpoint,
            # Retried by the relay and by reception: what waits here would wait twice.
            "config": Config(
                connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 1}
            ),
        }


class SnsPublisher:
    """This publishes in batches of ten, none with two messages of one key."""

    def __init__(self, aws: SnsSqs) -> None:
        self._aws = aws
        self._topic = ""

    def refusal(self, envelope: Envelope) -> str | None:
        if self._aws.bucket or len(envelope.data) < _LARGEST_BYTES // 8:
            return None
        size = len(structured(envelope))
        if size <= _LARGEST_BYTES:
            return None
        return f"{size:,} bytes; SNS takes {_LARGEST_BYTES:,}: name a bucket, sns+sqs://?bucket=…"

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        with _as_unavailable():
            if not self._topic:
                self._topic = self._aws.topic()
            for batch in _batches([(one, self._body(one)) for one in envelopes]):
                self._publish(batch)

    def close(self) -> None:
        self._topic = ""

    def _body(self, envelope: Envelope) -> str:
        if why := self.refusal(envelope):
            raise Undeliverable(f"{envelope.name} {envelope.message_id}: {why}")
        body = structured(envelope)
        if len(body) <= _LARGEST_BYTES:
            return body.decode()
        bucket, key = self._aws.bucket, f"{self._aws.prefix}/{envelope.message_id}"
        self._aws.s3.put_object(Bucket=bucket, Key=key, Body=body)
        return json.dumps([_POINTER, {"s3BucketName": bucket, "s3Key": key}])

    def _publish(self, batch: Sequence[tuple[Envelope, str]]) -> None:
        entries: Any = [
            {
                "Id": str(number),
                "Message": body,
                "MessageGroupId": _group(envelope.key),
                # SNS drops a duplicate of the last five minutes, the inbox any later one.
                "MessageDeduplicationId": str(envelope.message_id),
                "MessageAttributes": {
                    "name": {"DataType": "String", "StringValue": envelope.name},
                    "source": {"DataType": "String", "StringValue": envelope.source},
                },
            }
            for number, (envelope, body) in enumerate(batch)
        ]
        answer = self._aws.sns.publish_batch(
            TopicArn=self._topic, PublishBatchRequestEntries=entries
        )
        if failed := answer.get("Failed"):
            raise BrokerUnavailable(f"SNS did not take {len(failed)}: {failed[0].get('Message')}")


class SqsReceiver:
    """This receives from the deployable's queue; any number of processes may."""

    def __init__(self, aws: SnsSqs, route: Route) -> None:
        self._aws = aws
        self._route = route
        self._url = ""
        self._dead = ""

    def receive(self, *, limit: int, timeout_seconds: float) -> Sequence[Received]:
        with _as_unavailable():
            self._open()
            found: list[Received] = []
            while len(found) < limit:
                answer = self._aws.sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=min(self._aws.receive_batch, limit - len(found)),
                    # SQS waits whole seconds; none once there is something to deal with.
                    WaitTimeSeconds=0 if found else min(max(round(timeout_seconds), 0), 20),
                )
                messages = answer.get("Messages", [])
                found += [self._received(one) for one in messages]
                if not messages:
                    break
        return found

    def acknowledge(self, received: Sequence[Received]) -> None:
        with _as_unavailable():
            self._aws.delete(self._url, [_message(one) for one in received])

    def refuse(self, received: Received, reason: str) -> None:
        message = _message(received)
        with _as_unavailable():
            if not self._dead:
                name = f"{self._aws.prefix}-{self._route.deployable}-dead"
                self._dead, _ = self._aws.queue(name)
            self._aws.sqs.send_message(
                QueueUrl=self._dead,
                MessageBody=message["Body"],
                MessageGroupId="dead",
                MessageDeduplicationId=message["MessageId"],
                MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:1000]}},
            )

    def close(self) -> None:
        self._url = self._dead = ""

    def _open(self) -> None:
        if self._url:
            return
        url, queue = self._aws.queue(f"{self._aws.prefix}-{self._route.deployable}")
        topic = self._aws.topic()
        policy = subscriptions.policy_of(queue, topic)
        self._aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        subscriptions.begin(self._aws.sns, topic=topic, queue=queue, names=self._route.names)
        self._url = url

    def _received(self, message: Any) -> Received:
        try:
            body = self._fetched(message["Body"])
            attributes, data = read_structured(body)
        except NotAMessage as error:
            return Received(
                attributes={}, body=message["Body"].encode(), token=message, unreadable=str(error)
            )
        return Received(attributes=attributes, body=data, token=message)

    def _fetched(self, body: str) -> bytes:
        if not body.startswith(f'["{_POINTER}"'):
            return body.encode()
        bucket, key = _place(body)
        try:
            found = self._aws.s3.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            # Let in nowhere, we may be let into our own bucket again.
            if code in _NOT_THERE or (code == "AccessDenied" and bucket != self._aws.bucket):
                raise NotAMessage(f"{key!r} cannot be had from {bucket}: {code}") from error
            raise
        return bytes(found["Body"].read())


def _batches(
    messages: Sequence[tuple[Envelope, str]],
) -> Iterator[Sequence[tuple[Envelope, str]]]:
    """This splits messages so that no batch is too large or has two of one key.

    A batch may be taken in part; with one of each key in it, what was taken of a key is
    always a beginning of its messages.
    """
    batch: list[tuple[Envelope, str]] = []
    size = 0
    for envelope, body in messages:
        length = len(body.encode())
        if batch and (
            len(batch) == _BATCH
            or size + length > _LARGEST_BYTES
            or any(envelope.key == one.key for one, _ in batch)
        ):
            yield batch
            batch, size = [], 0
        batch.append((envelope, body))
        size += length
    if batch:
        yield batch


def _group(key: str) -> str:
    """This gives the message group of a key; a group's name is of few letters, a key of any."""
    if key.isascii() and key.isalnum() and len(key) <= 120:
        return key
    return hashlib.sha256(key.encode()).hexdigest()


def _place(body: str) -> tuple[str, str]:
    """This gives the bucket and the key that a pointer names. Raises: NotAMessage."""
    try:
        place = msgspec.json.decode(body, type=tuple[str, _Place])[1]
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotAMessage(f"no pointer to a bucket: {error}") from error
    return place.bucket, place.key


def _message(received: Received) -> Any:
    return received.token


@contextlib.contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, OSError) as error:
        raise BrokerUnavailable(f"AWS: {error}") from error
