"""What CI runs is what a developer runs, and it fails when that fails."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

COMMANDS = (
    "check",
    "test",
    "test-slow",
    "test-postgres",
    "test-brokers",
    "test-topologies",
    "test-extraction",
)


class TestCiRun:
    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        (tmp_path / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
        return tmp_path

    def run(self, checkout: Path, **does: str) -> subprocess.CompletedProcess[str]:
        """This runs the script beside a Makefile whose targets do as told, by default nothing."""
        targets = dict.fromkeys(COMMANDS, "true") | does
        makefile = "".join(f"{name}:\n\t@{what}\n" for name, what in targets.items())
        (checkout / "Makefile").write_text(makefile)
        environment = {key: value for key, value in os.environ.items() if "MAKE" not in key}
        return subprocess.run(
            ["bash", ".ci/run"], cwd=checkout, env=environment, capture_output=True, text=True
        )

    def test_checks_and_then_tests_with_ci_set(self, checkout: Path) -> None:
        done = self.run(
            checkout,
            check="echo checked",
            test="echo tested, CI=$$CI",
            **{"test-brokers": "echo brokers too", "test-topologies": "echo everywhere"},
        )
        said = "checked\ntested, CI=true\nbrokers too\neverywhere\n"
        assert (done.returncode, done.stdout) == (0, said)

    @pytest.mark.parametrize("target", COMMANDS)
    def test_fails_when_one_of_them_fails(self, checkout: Path, target: str) -> None:
        assert self.run(checkout, **{target: "false"}).returncode != 0


class TestWorkflow:
    WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())

    def test_runs_the_script_that_everyone_can_run(self) -> None:
        steps = self.WORKFLOW["jobs"]["check-and-test"]["steps"]
        assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
        assert os.access(ROOT / ".ci" / "run", os.X_OK)

    def test_starts_each_service_that_tests_look_for(self) -> None:
        services = self.WORKFLOW["jobs"]["check-and-test"]["services"]
        assert set(services) == {"postgres", "rabbitmq", "redis"}
        assert all("--health-cmd" in service["options"] for service in services.values())


class TestPreCommit:
    def test_calls_targets_that_exist(self) -> None:
        config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
        for repository in config["repos"]:
            for hook in repository["hooks"]:
                make, *targets = hook["entry"].split()
                assert make == "make"
                assert set(targets) <= TARGETS
