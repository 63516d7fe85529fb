"""What is personal, encrypted with a key for each person; to erase the person, the key goes.

The log is never changed, and keeps copies in backups and archives; so what is to be
forgotten is stored unreadable from the start. A marked text is stored as
``enc1:<tag>:<nonce and ciphertext>`` (AES-256-GCM, the tag authenticated with it); the tag is
a hash of whom it belongs to and names the key. Keys are in the default database, wrapped by
`QUARRY_PERSONAL_DATA_KEY`. Once a key is destroyed its texts read ``[erased]``, everything
else stays as it was, and replay goes on.

Source: "crypto-shredding"; NIST SP 800-88r1, 2.5, on cryptographic erase.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections, transaction

from modules.kernel.contracts import ERASED, Personal
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.writer_turn import writer_turn

#: All keys stand in one place, whatever databases the modules have: one row to destroy.
DATABASE = "default"

_NONCE = 12
#: A sealed text in JSON: the tag, and what was sealed.
TOKEN = re.compile(r'"enc1:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]+)"')


_together: ContextVar[Mapping[str, bytes | None] | None] = ContextVar(
    "quarry_personal_keys", default=None
)


def tag_of(subject: str) -> str:
    """This gives the name of a person's key: the same everywhere, and not the person's own."""
    digest = hashlib.sha256(b"quarry subject\0" + subject.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


class SubjectKeys:
    """This encrypts and decrypts with the keys of persons."""

    def seal(self, values: dict[str, Any], personal: Mapping[str, Personal]) -> None:
        """This replaces the texts of the marked fields; of one who was erased, by ``[erased]``."""
        keys: dict[str, bytes | None] = {}
        for name, mark in personal.items():
            if name not in values:
                continue  # It may be left out, as the releases before it did.
            subject = str(values[mark.of])
            if not subject:
                continue  # Nobody's, so there is nobody who could ask for it to be forgotten.
            if subject not in keys:
                keys[subject] = _key_for(subject)
            values[name] = _sealed(values[name], keys[subject], tag_of(subject))

    def open(self, data: str) -> str:
        """This gives JSON text with all readable that has still its key."""
        tags = {match[1] for match in TOKEN.finditer(data)}
        if not tags:
            return data
        keys = _known_keys(tags)
        return TOKEN.sub(lambda match: _opened(match, keys), data)

    @contextmanager
    def opening(self, texts: Iterable[str]) -> Iterator[None]:
        """This looks the keys of many texts up in one query, for as long as the block runs.

        A key that is destroyed meanwhile opens what is read inside the block: whoever keeps
        what it reads must see to it that an erasure waits, as a projection's checkpoint does.
        """
        tags = {match[1] for text in texts for match in TOKEN.finditer(text)}
        outer = _together.set(_find_keys(tags) if tags else {})
        try:
            yield
        finally:
            _together.reset(outer)

    def seal_text(self, text: str, subject: str) -> str:
        """This encrypts a whole text with a person's key; empty if they were erased."""
        key = _key_for(subject)
        return "" if key is None else msgspec.json.decode(seal_token(text, key, tag_of(subject)))

    def open_text(self, token: str) -> str | None:
        """This gives the text back; None where its key is gone."""
        opened = self.open(msgspec.json.encode(token).decode())
        text: str = msgspec.json.decode(opened)
        return None if text in (ERASED, token) else text


def tokens_in(data: str, subject: str) -> list[str]:
    """This gives the encrypted texts of one person in JSON text."""
    tag = tag_of(subject)
    return [match[0][1:-1] for match in TOKEN.finditer(data) if match[1] == tag]


def destroy(subject: str) -> bool:
    """This destroys a person's key for good; False if there was none to destroy.

    Nothing personal of the same person can be stored from then on either.
    """
    tag = tag_of(subject)
    with writer_turn(DATABASE), transaction.atomic(using=DATABASE), _cursor() as cursor:
        now = now_sql(DATABASE)
        # The row stays, and says that there is to be no new key.
        cursor.execute(
            "INSERT INTO eventstore_subjectkey (tag, wrapped, erased_at)"
            f" VALUES (%s, NULL, {now}) ON CONFLICT (tag) DO NOTHING",
            [tag],
        )
        if cursor.rowcount:
            return False
        cursor.execute(
            f"UPDATE eventstore_subjectkey SET wrapped = NULL, erased_at = {now}"
            " WHERE tag = %s AND wrapped IS NOT NULL",
            [tag],
        )
        return bool(cursor.rowcount)


def erased(value: Any) -> Any:
    """This gives a value as it reads in the log once its person has been erased."""
    return _sealed(value, None, "")


def _sealed(value: Any, key: bytes | None, tag: str) -> Any:
    match value:
        case "":
            return value
        case str():
            return ERASED if key is None else msgspec.Raw(seal_token(value, key, tag).encode())
        case dict():
            return {name: _sealed(one, key, tag) for name, one in value.items()}
        case list() | tuple():
            return [_sealed(one, key, tag) for one in value]
    return value


def seal_token(text: str, key: bytes, tag: str) -> str:
    """This seals a text, and gives it as it stands in JSON."""
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), tag.encode())
    return f'"enc1:{tag}:{base64.urlsafe_b64encode(sealed).decode().rstrip("=")}"'


def _opened(match: re.Match[str], keys: Mapping[str, bytes | None]) -> str:
    tag, text = match[1], match[2]
    if tag not in keys:
        return match[0]  # Nobody's: a text that only looks like one of ours.
    key = keys[tag]
    if key is None:
        return f'"{ERASED}"'
    opened = open_token(text, key, tag)
    return match[0] if opened is None else msgspec.json.encode(opened).decode()


def open_token(text: str, key: bytes, tag: str) -> str | None:
    """This opens what a token has sealed; None where it was sealed with another key, or never.

    Beside what is sealed stand texts that people choose. One that begins like a token, with the
    name of a key that there is, must be as readable as any other.
    """
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], tag.encode()).decode()
    except (InvalidTag, ValueError):  # Too short for a nonce, or no base64 at all.
        return None


def _key_for(subject: str) -> bytes | None:
    """This gives a person's key, made now if it is the first; None once they were erased."""
    tag = tag_of(subject)
    found = _find_keys([tag])
    if tag not in found:
        with writer_turn(DATABASE), _cursor() as cursor:
            cursor.execute(
                "INSERT INTO eventstore_subjectkey (tag, wrapped, made_at)"
                f" VALUES (%s, %s, {now_sql(DATABASE)}) ON CONFLICT (tag) DO NOTHING",
                [tag, _wrapped(AESGCM.generate_key(bit_length=256), tag)],
            )
        # Read again: of two who made it at once, one has.
        found = _find_keys([tag])
    return found[tag]


def _known_keys(tags: set[str]) -> Mapping[str, bytes | None]:
    known = _together.get()
    return known if known is not None and tags <= known.keys() else _find_keys(tags)


def _find_keys(tags: Iterable[str]) -> dict[str, bytes | None]:
    # Asked anew each time: a key kept in memory would outlive its destruction.
    wanted = list(tags)
    with _cursor() as cursor:
        cursor.execute(
            "SELECT tag, wrapped FROM eventstore_subjectkey"
            f" WHERE tag IN ({', '.join(['%s'] * len(wanted))})",
            wanted,
        )
        return {
            tag: None if wrapped is None else unwrap(bytes(wrapped), tag)
            for tag, wrapped in cursor.fetchall()
        }


def _wrapped(key: bytes, tag: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_wrapping_keys()[0]).encrypt(nonce, key, tag.encode())


def unwrap(wrapped: bytes, tag: str) -> bytes:
    """This gives a person's key as it is. Raises: WrongWrappingKey."""
    for wrapping in _wrapping_keys():
        try:
            return AESGCM(wrapping).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], tag.encode())
        except InvalidTag:
            continue
    raise WrongWrappingKey(
        "a key of personal data was wrapped by another QUARRY_PERSONAL_DATA_KEY: set that one "
        "again, or name the SECRET_KEY of then in SECRET_KEY_FALLBACKS"
    )


class WrongWrappingKey(RuntimeError):
    """This says that the settings do not have the secret that wrapped a key."""


def _wrapping_keys() -> list[bytes]:
    own = settings.QUARRY_PERSONAL_DATA_KEY
    secrets = [str(one) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    secrets = [own, *secrets] if own else secrets
    return [hashlib.sha256(b"quarry personal data\0" + one.encode()).digest() for one in secrets]


def _cursor() -> Any:
    return connections[DATABASE].cursor()
