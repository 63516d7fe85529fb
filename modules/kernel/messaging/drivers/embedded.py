"""The embedded driver: threads inside the web process move the messages."""


def start_if_configured() -> None:
    """This starts the threads where `QUARRY_DRIVER` is ``embedded``."""
