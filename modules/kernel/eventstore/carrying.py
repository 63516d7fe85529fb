"""Personal data from one deployable's log to another's, readable there as it was here.

Each deployable has its own keys of persons, wrapped by `QUARRY_PERSONAL_DATA_KEY`, which both
need then. A person who is unknown there takes the key along. One who is known has another key
there, and is sealed anew with it.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.db import connections

from modules.kernel.contracts import ERASED
from modules.kernel.eventstore.personal import TOKEN, open_token, seal_token, unwrap


def carry_keys(source: str, target: str, texts: Sequence[str]) -> list[str]:
    """This takes the keys along that texts need, in the caller's transaction at the target.

    Returns:
        The texts as they are to be stored at the target.

    Raises:
        WrongWrappingKey: the secret that wraps keys is not the same in both deployables.
    """
    tags = sorted({match[1] for text in texts for match in TOKEN.finditer(text)})
    if not tags:
        return list(texts)
    here, there = _wrapped(source, tags), _wrapped(target, tags)
    different: dict[str, tuple[bytes | None, bytes | None]] = {}
    for tag, (wrapped, made_at, erased_at) in here.items():
        if tag not in there:
            _put(target, tag, wrapped, made_at, erased_at)
            continue
        keys = _key(wrapped, tag), _key(there[tag][0], tag)
        if keys[0] != keys[1]:
            different[tag] = keys
    return [_sealed_anew(text, different) if different else text for text in texts]


def carry_erasures(source: str, target: str) -> int:
    """This destroys the keys at the target of all who were erased at the source; how many."""
    with connections[source].cursor() as cursor:
        cursor.execute("SELECT tag, erased_at FROM eventstore_subjectkey WHERE wrapped IS NULL")
        erased = cursor.fetchall()
    done = 0
    with connections[target].cursor() as cursor:
        for tag, erased_at in erased:
            cursor.execute(
                "UPDATE eventstore_subjectkey SET wrapped = NULL, erased_at = %s"
                " WHERE tag = %s AND wrapped IS NOT NULL",
                [erased_at, tag],
            )
            done += cursor.rowcount
    return done


def _wrapped(database: str, tags: Sequence[str]) -> dict[str, tuple[bytes | None, Any, Any]]:
    sign = "" if connections[database].vendor == "postgresql" else "+"
    with connections[database].cursor() as cursor:
        cursor.execute(
            f"SELECT tag, wrapped, {sign}made_at, {sign}erased_at FROM eventstore_subjectkey"
            f" WHERE tag IN ({', '.join(['%s'] * len(tags))})",
            list(tags),
        )
        return {
            tag: (None if wrapped is None else bytes(wrapped), made_at, erased_at)
            for tag, wrapped, made_at, erased_at in cursor.fetchall()
        }


def _put(database: str, tag: str, wrapped: bytes | None, made_at: Any, erased_at: Any) -> None:
    with connections[database].cursor() as cursor:
        cursor.execute(
            "INSERT INTO eventstore_subjectkey (tag, wrapped, made_at, erased_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (tag) DO NOTHING",
            [tag, wrapped, made_at, erased_at],
        )


def _key(wrapped: bytes | None, tag: str) -> bytes | None:
    return None if wrapped is None else unwrap(wrapped, tag)


def _sealed_anew(text: str, different: dict[str, tuple[bytes | None, bytes | None]]) -> str:
    def anew(match: re.Match[str]) -> str:
        here, there = different.get(match[1], (None, None))
        if match[1] not in different:
            return match[0]
        if here is None or there is None:
            return f'"{ERASED}"'
        opened = open_token(match[2], here, match[1])
        return match[0] if opened is None else seal_token(opened, there, match[1])

    return TOKEN.sub(anew, text)
