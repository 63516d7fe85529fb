"""The pulse: who is woken by what."""

import threading

from modules.kernel.messaging.pulse import Pulse


def woken_by(pulse: Pulse, *, seen: int, names: list[str] | None) -> bool:
    """This tells whether one who waits for these names would go on now."""
    went_on = threading.Event()

    def wait() -> None:
        pulse.wait(seen, 30.0, names)
        went_on.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    woken = went_on.wait(0.1)
    pulse.beat()  # Lets go of the thread.
    thread.join(10)
    return woken


class TestPulse:
    def test_wakes_who_waits_for_a_message_of_the_name(self) -> None:
        pulse = Pulse()
        pulse.beat(["shop.sold"])
        assert woken_by(pulse, seen=0, names=["shop.opened", "shop.sold"])

    def test_lets_those_sleep_who_wait_for_others(self) -> None:
        pulse = Pulse()
        pulse.beat(["shop.sold"])
        assert not woken_by(pulse, seen=0, names=["shop.opened"])

    def test_wakes_all_where_the_names_are_not_known(self) -> None:
        pulse = Pulse()
        pulse.beat()
        assert woken_by(pulse, seen=0, names=["shop.opened"])

    def test_wakes_at_any_beat_who_does_not_say_for_what(self) -> None:
        pulse = Pulse()
        pulse.beat(["shop.sold"])
        assert woken_by(pulse, seen=0, names=None)

    def test_does_not_wake_for_what_was_seen_already(self) -> None:
        pulse = Pulse()
        pulse.beat(["shop.sold"])
        assert not woken_by(pulse, seen=pulse.beats, names=["shop.sold"])
