"""Read models in a database of their own: what was written elsewhere is read from there."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from modules.kernel.http.testing import bearer
from tests.browser.system import ROOT, running_system

pytestmark = pytest.mark.slow


class TestReadDatabaseUrl:
    def test_keeps_the_read_models_apart(self, tmp_path: Path) -> None:
        file = tmp_path / "read.sqlite3"
        environment = {"READ_DATABASE_URL": f"sqlite:///{file}"}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database=read", "--verbosity=0"],
            cwd=ROOT,
            env={**os.environ, "QUARRY_VAR": str(tmp_path), **environment},
            check=True,
        )
        with running_system(tmp_path, **environment) as address:
            written = urllib3.request(
                "PUT",
                f"{address}/api/v1/inventory/apart",
                body=json.dumps({"on_hand": 7}),
                headers={"Content-Type": "application/json", **bearer()},
            )
            read = urllib3.request(
                "GET",
                f"{address}/api/v1/availability?sku=apart",
                headers={"X-Write-Token": written.headers["X-Write-Token"]},
                # It may be behind for longer than one read waits, while all begins.
                retries=urllib3.Retry(5, status_forcelist=[503], backoff_factor=0.2),
            )
            assert (read.status, read.json()["levels"][0]["on_hand"]) == (200, 7), read.data
        with sqlite3.connect(file) as database:
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
        assert {"inventory_availability_g1", "readmodels_checkpoint"} <= tables
        assert "messaging_message" not in tables
        assert "inventory_stock" not in tables
