"""The checkout led by ordering, and led by nobody: the same messages, the same ends."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def trace(folder: Path, **environment: str) -> dict[str, Any]:
    """This gives what came of the orders of `traces`, in a process with the environment."""
    folder.mkdir()
    env = {
        **{name: value for name, value in os.environ.items() if "DATABASE_URL" not in name},
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"sqlite:///{folder / 'trace.sqlite3'}",
        "QUARRY_VAR": str(folder),
        **environment,
    }
    for command in (["manage.py", "migrate", "--verbosity=0"], ["-m", "tests.journeys.traces"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


@pytest.mark.timeout(180)
class TestTheCheckout:
    def test_is_the_same_to_an_observer_whether_anybody_leads_it(self, tmp_path: Path) -> None:
        led = trace(tmp_path / "led")
        free = trace(tmp_path / "free", QUARRY_CHOREOGRAPHED_SAGAS="ordering.checkout")
        assert free == led
        assert led["fulfilled"]["status"] == "fulfilled"
        assert led["cancelled"]["status"] == "cancelled"
        assert {one["status"] for one in led.values()} == {"fulfilled", "failed", "cancelled"}

    def test_is_refused_without_a_leader_where_its_modules_have_several_logs(
        self, tmp_path: Path
    ) -> None:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "QUARRY_VAR": str(tmp_path),
            "PAYMENTS_DATABASE_URL": f"sqlite:///{tmp_path / 'payments.sqlite3'}",
            "QUARRY_CHOREOGRAPHED_SAGAS": "ordering.checkout",
        }
        checked = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
        assert checked.returncode != 0
        assert "cannot be choreographed: its modules have several logs" in checked.stderr
