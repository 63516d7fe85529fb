"""`python -m tests.extraction.halting DO WANTED`: a mover that halts before each phase.

It says on standard output which phase comes, and goes on when it is told to by a line of standard
input; in the end it says why it has stopped, if it has.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import django

_ROOT = Path(__file__).resolve().parents[2]
_PHASE, _ENDED = "phase", "ended"


class HaltingMover:
    """This is such a mover, started.

    Attributes:
        refusal: why it stopped; empty where it went through.
    """

    def __init__(
        self, do: str, wanted: Mapping[str, Any], environment: Mapping[str, str], output: Path
    ) -> None:
        self.refusal = ""
        self._output = output
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, do, json.dumps(wanted)],
                cwd=_ROOT,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )

    def phases(self) -> Iterator[str]:
        """This gives each phase before it begins; the mover goes on with it when asked for more."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            kind, _, text = line.strip().partition(" ")
            if kind == _ENDED:
                self.refusal = text
                break
            yield text
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        else:
            raise AssertionError(f"the mover broke:\n{self._output.read_text()[-6000:]}")
        self.kill()

    def kill(self) -> None:
        """This ends it with SIGKILL."""
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


class _Halting:
    def began(self, phase: str) -> None:
        _say(_PHASE, phase)
        sys.stdin.readline()

    def progress(self, what: str, *, done: int, total: int) -> None:
        """Nobody looks."""

    def reached(self, milestone: str) -> None:
        """It halts before phases only."""


def main(do: str, wanted: Mapping[str, Any]) -> None:
    """This moves, or refuses to."""
    django.setup()
    from modules.kernel.extraction.moving import operating
    from modules.kernel.extraction.moving.errors import MoveError

    refusal = ""
    try:
        getattr(operating, do)(operating.Wanted(**wanted), _Halting())
    except MoveError as error:
        refusal = " ".join(f"{type(error).__name__}: {error}".split())
    _say(_ENDED, refusal)


def _say(kind: str, text: str) -> None:
    sys.stdout.write(f"{kind} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
