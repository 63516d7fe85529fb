"""The digest of a generation: equal for two whose tables hold the same rows, in any order."""

import hashlib

from django.db import connections, models

from modules.kernel.readmodels.projection import Projection, Tables


def digest_of(projection: Projection, tables: Tables) -> str:
    """This gives number and digest of the rows of all tables, as text."""
    return " ".join(_of_table(tables.database, tables.model(one)) for one in projection.tables)


def _of_table(database: str, model: type[models.Model]) -> str:
    connection = connections[database]
    columns = ", ".join(
        connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields
    )
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # 60 bits of each row, added up: no sorting, and no row leaves the server.
            cursor.execute(
                "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)"
                f"::bigint::numeric), 0) FROM (SELECT {columns} FROM {table}) t"
            )
            count, total = cursor.fetchone()
        else:
            cursor.execute(f"SELECT {columns} FROM {table}")
            count = total = 0
            for row in cursor:
                count += 1
                total += int.from_bytes(hashlib.md5(repr(row).encode()).digest()[:7], "big")
    return f"{count}:{int(total):x}"
