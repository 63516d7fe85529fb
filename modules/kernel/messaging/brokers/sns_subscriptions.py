"""What SNS sends on to a deployable's queue: the subscription, its filter, and who may send."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

#: SNS filters by at most this many values; with more, reception passes over what it does not want.
_FILTER_VALUES = 150
#: Passes every message of ours. Not `{}`, by which SNS knows a subscription without a filter:
#: that cannot be told from one that has not been given any yet.
_ALL = {"name": [{"exists": True}]}


def policy_of(queue: str, topic: str) -> str:
    """This gives the policy of a queue that a topic may send to; both are ARNs."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
                }
            ],
        }
    )


def begin(sns: Any, *, topic: str, queue: str, names: Collection[str]) -> None:
    """This has the queue get what it is to get by these names, and what it got before.

    A process that has not heard of a move yet listens to less than the mover has had kept.
    """
    subscribed = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    found = sns.get_subscription_attributes(SubscriptionArn=subscribed)["Attributes"]
    before = json.loads(found.get("FilterPolicy") or "null")
    if before in (_ALL, {}):
        return  # More than the filter has room for was wanted once, and may still be.
    wanted = sorted({*names, *(before or {}).get("name", [])})
    if not wanted:
        return
    # Set afterwards: a subscription that is there already keeps its attributes otherwise.
    sns.set_subscription_attributes(
        SubscriptionArn=subscribed,
        AttributeName="FilterPolicy",
        AttributeValue=json.dumps({"name": wanted} if len(wanted) <= _FILTER_VALUES else _ALL),
    )


def end(sns: Any, *, topic: str, queue: str) -> None:
    """This has the queue get nothing more."""
    pages = sns.get_paginator("list_subscriptions_by_topic")
    for page in pages.paginate(TopicArn=topic):
        for one in page["Subscriptions"]:
            if one["Endpoint"] == queue:
                sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
