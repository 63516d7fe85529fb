"""A clock that goes when it is told to."""


class Clock:
    """This is a clock; `sleep` lets it go on, and remembers by how much."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """This lets so many seconds pass, at once."""
        self.slept.append(seconds)
        self.now += seconds
