"""`python -m tests.edge.asking REDIS PREFIX`: one of several processes that ask beyond a limit."""

import sys

import django


def main(url: str, prefix: str) -> None:
    """This prints how often it was let through."""
    django.setup()
    from modules.kernel.http.limiting import RateLimits
    from tests.edge.test_limits import ANN, taken_by

    limits = RateLimits(url, plans={"customer": "400/hour"}, fails_open=False, prefix=prefix)
    sys.stdout.write(str(taken_by(limits, ANN, asks=300)))


if __name__ == "__main__":
    main(*sys.argv[1:])
