"""One thing after another with a log, in a process of its own; run by `test_lost_ticks`.

python -m tests.faults.ticking publish tick deliver tell
"""

from __future__ import annotations

import sys

import django


def main() -> None:
    """This does what it is told to, in that order, and says `done` or what it was asked."""
    django.setup()
    from modules.kernel.messaging.consumer import Consumer
    from modules.kernel.messaging.logs import open_log
    from modules.kernel.messaging.subscriptions import subscription
    from modules.kernel.messaging.unit_of_work import unit_of_work
    from tests.faults.probe_module.contracts import ThingHappened

    log = open_log("default", kept_in="default")
    for what in sys.argv[1:]:
        match what:
            case "publish":
                with unit_of_work("probe") as work:
                    work.append(ThingHappened(thing="a", number=1))
            case "tick":
                assert log.lead()
                assert log.tick()
            case "deliver":
                consumer = Consumer(
                    subscription("probe"), database="default", source="default", owner="ticking"
                )
                assert consumer.step()
                consumer.close()
            case "tell":
                sys.stdout.write(f"head {open_log('default').head()}\n")
                return
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
