"""compose.yaml: its services fit together, and what it sets is what the settings read."""

import copy
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery import current_app
from django.core.management import get_commands

from modules.kernel.messaging.subscriptions import subscriptions
from modules.kernel.tasks.routing import queue_of
from tests.project.dockerfile import instructions

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def faults(compose: dict[str, Any]) -> list[str]:
    """This gives a sentence for each service that would not start, or not be watched."""
    services = compose["services"]
    found = []
    for name, service in services.items():
        if "build" not in service and not re.search(r":\d+\.\d+", service.get("image", "")):
            found.append(f"{name}: its image is not pinned by version")
        if "build" not in service and not _is_watched(service):
            found.append(f"{name}: nobody sees whether it is healthy")
        for other, wanted in service.get("depends_on", {}).items():
            if other not in services:
                found.append(f"{name}: depends on {other}, which is no service")
            elif wanted["condition"] == "service_healthy" and not _is_watched(services[other]):
                found.append(f"{name}: waits for the health of {other}, which has no check")
        for volume in service.get("volumes", []):
            if volume.partition(":")[0] not in compose["volumes"]:
                found.append(f"{name}: its volume {volume} is not declared")
    return found


def _is_watched(service: dict[str, Any]) -> bool:
    return "test" in service.get("healthcheck", {})


def test_services_fit_together() -> None:
    assert faults(COMPOSE) == []


@pytest.mark.parametrize(
    ("service", "change", "fault"),
    [
        ("postgres", {"image": "postgres:latest"}, "not pinned"),
        ("rabbitmq", {"healthcheck": {}}, "nobody sees whether it is healthy"),
        ("web", {"depends_on": {"mysql": {"condition": "service_started"}}}, "is no service"),
        ("web", {"depends_on": {"beat": {"condition": "service_healthy"}}}, "has no check"),
        ("postgres", {"volumes": ["elsewhere:/data"]}, "is not declared"),
    ],
)
def test_a_broken_service_is_seen(service: str, change: dict[str, Any], fault: str) -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"][service] |= change
    found = faults(broken)
    assert any(fault in one for one in found)


def test_sets_only_variables_that_the_settings_read() -> None:
    read = "".join(path.read_text() for path in (ROOT / "config" / "settings").glob("*.py"))
    ours = [one for one in COMPOSE["services"].values() if "build" in one]
    for variable in {name for service in ours for name in service["environment"]}:
        assert f'"{variable}"' in read


def test_runs_commands_that_exist() -> None:
    commands = [one["command"] for one in COMPOSE["services"].values() if "command" in one]
    managed = {command[2] for command in commands if command[:2] == ["python", "manage.py"]}
    assert managed == {"migrate", "token_keys"}
    assert managed <= set(get_commands())
    assert {command[0] for command in commands} == {"python", "celery"}


def test_keys_for_tokens_are_made_where_the_web_processes_read_them() -> None:
    makes, reads = (COMPOSE["services"][name] for name in ("keys", "web"))
    folder = reads["environment"]["QUARRY_TOKEN_KEYS"]
    assert makes["environment"]["QUARRY_TOKEN_KEYS"] == folder
    assert (makes["volumes"], reads["volumes"]) == ([f"keys:{folder}"], [f"keys:{folder}:ro"])
    made = [one.arguments for one in instructions((ROOT / "Dockerfile").read_text())]
    assert any(one[0] == "install" and one[-1] == folder for one in made)


def test_workers_read_every_queue_that_something_is_sent_to() -> None:
    current_app.loader.import_default_modules()
    senders = {one.module for one in subscriptions()} | {
        # Of the modules only: Celery has tasks of its own, and other tests leave some behind.
        name.partition(".")[0]
        for name, task in current_app.tasks.items()
        if task.__module__.startswith("modules.") and task.__module__.endswith(".tasks")
    }
    [listed] = [
        word.removeprefix("--queues=").split(",")
        for word in COMPOSE["services"]["worker"]["command"]
        if word.startswith("--queues=")
    ]
    assert sorted(listed) == sorted(queue_of(sender) for sender in senders)


def test_publishes_the_port_that_the_image_exposes() -> None:
    exposed = [
        one.text for one in instructions((ROOT / "Dockerfile").read_text()) if one.name == "EXPOSE"
    ]
    assert [port.rpartition(":")[2] for port in COMPOSE["services"]["web"]["ports"]] == exposed


def test_is_accepted_by_docker_compose() -> None:
    docker = shutil.which("docker")
    probe = [docker or "docker", "compose", "version"]
    if docker is None or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("docker compose is not installed here; the other tests read the file")
    command = [docker, "compose", "--file", str(ROOT / "compose.yaml"), "config", "--quiet"]
    subprocess.run(command, env={"SECRET_KEY": "of-this-test"}, check=True)
