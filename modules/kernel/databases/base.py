"""Django's PostgreSQL backend, with an error that says whose budget of connections is spent."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import DEFAULT_DB_ALIAS


class DatabaseWrapper(base.DatabaseWrapper):
    """This is a connection out of the pool of its database."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            of = "" if self.alias == DEFAULT_DB_ALIAS else f"{self.alias.upper()}_"
            pool = self.settings_dict["OPTIONS"]["pool"]
            raise psycopg.OperationalError(
                f"no connection to the database {self.alias!r} in {pool['timeout']:g} s: all "
                f"{pool['max_size']} of its budget are in use, or the server does not answer; "
                f"find what holds them, or raise {of}DATABASE_CONNECTIONS"
            ) from error
