"""The URL of a broker without who may use it, and back.

Placements are read by everybody who may read the database, and stand in its backups: no password
is written there. Each process has its own in the environment.
"""

from typing import Any
from urllib.parse import urlsplit

#: Of the others, Kafka has them in its options, and the clouds in the environment.
_WITH_USERS = ("amqp", "amqps")


def without_credentials(url: str) -> str:
    """This gives a URL without user and password, also where they are options after ``?``."""
    address, mark, options = url.partition("?")
    user = urlsplit(address).netloc.rpartition("@")[0]
    address = address.replace(f"//{user}@", "//", 1)
    kept = "&".join(one for one in options.split("&") if not _is_secret(one))
    return f"{address}{mark}{kept}" if kept or not options else address


def credentials_of(url: str) -> str:
    """This gives what `without_credentials` leaves out; empty for nothing."""
    address, _, options = url.partition("?")
    secrets = [one for one in options.split("&") if _is_secret(one)]
    return "&".join([urlsplit(address).netloc.rpartition("@")[0], *secrets]).strip("&")


def broker_at(url: str, said: Any) -> str:
    """This gives a URL with what this process's settings have for it.

    Args:
        url: as it is stored.
        said: the settings.
    """
    if not url or credentials_of(url):
        return url
    if without_credentials(said.QUARRY_BROKER_URL) == url:
        return str(said.QUARRY_BROKER_URL)
    if not said.QUARRY_BROKER_CREDENTIALS or urlsplit(url).scheme not in _WITH_USERS:
        return url
    return url.replace("//", f"//{said.QUARRY_BROKER_CREDENTIALS}@", 1)


def _is_secret(option: str) -> bool:
    name = option.partition("=")[0]
    return any(word in name for word in ("password", "username", "secret"))
