"""A saga that exists in tests only: book a flight and a room, pay, print."""

from modules.kernel.contracts import command as command_message
from modules.kernel.contracts import event
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.sagas import I, Saga, command, local


@event("trips.trip_wanted", key="trip")
class TripWanted:
    trip: str
    seats: int


@command_message("rooms.book_room", key="trip")
class BookRoom:
    trip: str
    beds: int


@event("rooms.room_booked", key="trip")
class RoomBooked:
    trip: str


@event("rooms.room_refused", key="trip")
class RoomRefused:
    trip: str
    code: str
    detail: str


@command_message("rooms.cancel_room", key="trip")
class CancelRoom:
    trip: str


@event("rooms.room_cancelled", key="trip")
class RoomCancelled:
    trip: str


@command_message("money.pay", key="trip")
class Pay:
    trip: str
    amount_minor: int


@event("money.paid", key="trip")
class Paid:
    trip: str


@event("money.not_paid", key="trip")
class NotPaid:
    trip: str
    code: str
    detail: str


@command_message("money.unpay", key="trip")
class Unpay:
    trip: str


@event("money.unpaid", key="trip")
class Unpaid:
    trip: str


@command_message("rooms.send_key", key="trip")
class SendKey:
    trip: str


@event("rooms.key_sent", key="trip")
class KeySent:
    trip: str


for message in (
    *(TripWanted, BookRoom, RoomBooked, RoomRefused, CancelRoom, RoomCancelled),
    *(Pay, Paid, NotPaid, Unpay, Unpaid, SendKey, KeySent),
):
    register_message(message)


class Trip(Saga):
    name, version, input = "trips.trip", 1, TripWanted

    note = local("trips.note", undo="trips.drop")
    price = local("trips.price")
    room = command(
        BookRoom,
        args={"beds": I.seats},
        success=RoomBooked,
        failure=(RoomRefused,),
        undo=CancelRoom,
        undone=RoomCancelled,
    )
    pay = command(
        Pay,
        args={"amount_minor": price.out.amount_minor},
        success=Paid,
        failure=(NotPaid,),
        undo=Unpay,
        undone=Unpaid,
        pivot=True,
    )
    key = command(SendKey, success=KeySent, retriable=True)
    close = local("trips.close", retriable=True)
