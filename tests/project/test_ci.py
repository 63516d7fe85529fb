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

COMMANDS = {
    "run": ("check", "test", "test-postgres", "test-share"),
    "nightly": (
        "test-slow",
        "test-brokers",
        "test-topologies",
        "test-extraction",
        "test-extraction-services",
    ),
}
EACH = [(script, target) for script, targets in COMMANDS.items() for target in targets]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    for script in COMMANDS:
        shutil.copy(ROOT / ".ci" / script, tmp_path / ".ci" / script)
    return tmp_path


def run(checkout: Path, script: str, does: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """This runs a script beside a Makefile whose targets do as told, by default nothing."""
    targets = dict.fromkeys(COMMANDS[script], "true") | does
    makefile = "".join(f"{name}:\n\t@{what}\n" for name, what in targets.items())
    (checkout / "Makefile").write_text(makefile)
    environment = {key: value for key, value in os.environ.items() if "MAKE" not in key}
    command = ["bash", f".ci/{script}"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)


class TestTheScripts:
    @pytest.mark.parametrize("script", COMMANDS)
    def test_run_their_targets_in_order_with_ci_set(self, checkout: Path, script: str) -> None:
        says = {name: f"echo {name}, CI=$$CI" for name in COMMANDS[script]}
        done = run(checkout, script, says)
        said = "".join(f"{name}, CI=true\n" for name in COMMANDS[script])
        assert (done.returncode, done.stdout) == (0, said)

    @pytest.mark.parametrize(("script", "target"), EACH)
    def test_fail_when_one_of_them_fails(self, checkout: Path, script: str, target: str) -> None:
        assert run(checkout, script, {target: "false"}).returncode != 0

    @pytest.mark.parametrize(("script", "target"), EACH)
    def test_call_targets_that_there_are(self, script: str, target: str) -> None:
        assert target in TARGETS


WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}


class TestWorkflows:
    @pytest.mark.parametrize(
        ("workflow", "job", "script"),
        [("ci", "check-and-test", "run"), ("nightly", "everything-else", "nightly")],
    )
    def test_run_the_scripts_that_everyone_can_run(
        self, workflow: str, job: str, script: str
    ) -> None:
        called = WORKFLOWS[workflow]["jobs"][job]
        assert called["uses"] == "./.github/workflows/script.yml"
        assert called["with"]["script"] == script
        assert os.access(ROOT / ".ci" / script, os.X_OK)

    def test_run_nothing_but_the_script(self) -> None:
        steps = WORKFLOWS["script"]["jobs"]["script"]["steps"]
        assert [step["run"] for step in steps if "run" in step] == [".ci/${{ inputs.script }}"]

    def test_start_each_service_that_tests_look_for(self) -> None:
        services = WORKFLOWS["script"]["jobs"]["script"]["services"]
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
