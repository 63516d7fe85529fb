"""What ordering keeps from the events, for those who look: all orders, and each one's story."""

from modules.ordering.read_models.history import HistoryProduct, HistoryRow, OrderHistory
from modules.ordering.read_models.timeline import OrderTimeline, TimelineRow

__all__ = ["OrderHistory", "HistoryRow", "HistoryProduct", "OrderTimeline", "TimelineRow"]
