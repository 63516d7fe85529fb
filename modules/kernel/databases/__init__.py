"""PostgreSQL with a pool of connections, and with limits that say who has met them.

Named as the ``ENGINE`` of a database that has a budget of connections; `config.settings` does so.
Each process has its own pool, so a server bears budget × processes connections.
"""

from modules.kernel.databases.limits import limited

__all__ = ["limited"]
