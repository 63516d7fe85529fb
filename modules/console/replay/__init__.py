"""Replay of a real order book: an operator's proof that the whole system conserves money and stock.

`manage.py replay_orders` reads a book (`reading`), loads and places it over HTTP (`client`,
`loading`, `placing`), reads back what the API says (`observing`), and judges that
(`conservation`). It asks the running system and nothing else: no model, no interface, no
log; so it serves as well once modules have moved out.
"""

from modules.console.replay.client import Client, Refused, ReplayError, Unreachable
from modules.console.replay.conservation import Invariant, Violation, violations
from modules.console.replay.identity import token_source
from modules.console.replay.observing import Observation, SeenOrder, SeenStock
from modules.console.replay.order_book import BookLine, BookOrder, BookProduct, OrderBook
from modules.console.replay.placing import Pace, PlacedOrder
from modules.console.replay.reading import read_order_book
from modules.console.replay.rendering import render
from modules.console.replay.report import Report
from modules.console.replay.run import replay
from modules.console.replay.server import DisposableServer, ServerFailed
from modules.console.replay.tables import BadOrderBook

__all__ = [
    "read_order_book",
    "BadOrderBook",
    "OrderBook",
    "BookProduct",
    "BookOrder",
    "BookLine",
    "Client",
    "DisposableServer",
    "Pace",
    "replay",
    "PlacedOrder",
    "Observation",
    "SeenOrder",
    "SeenStock",
    "violations",
    "Violation",
    "Invariant",
    "Report",
    "render",
    "ReplayError",
    "Refused",
    "Unreachable",
    "ServerFailed",
    "token_source",
]
