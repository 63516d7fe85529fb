"""The image, without a container engine: what it is made of, and its commands, run as it would.

Whether the base image still exists is not seen here; `docker build` sees it.
"""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project.dockerfile import Instruction, faults, instructions, of_final_stage
from tests.project.serving import free_port, serving

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSTRUCTIONS = list(instructions(DOCKERFILE))


def only(name: str) -> Instruction:
    """This gives the one instruction of a name in the image that is shipped."""
    [found] = [one for one in of_final_stage(INSTRUCTIONS) if one.name == name]
    return found


class TestDockerfile:
    def test_keeps_the_habits_of_good_images(self) -> None:
        assert faults(DOCKERFILE) == []

    def test_copies_only_what_exists_and_is_let_in(self) -> None:
        let_in = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
        sources = {source for one in INSTRUCTIONS for source in one.copied}
        assert sources == let_in
        assert [source for source in sources if not (ROOT / source).exists()] == []

    def test_is_made_with_the_python_that_the_project_asks_for(self) -> None:
        [version] = set(re.findall(r"^FROM python:(\d+\.\d+)\.", DOCKERFILE, re.MULTILINE))
        assert f'requires-python = ">={version}"' in (ROOT / "pyproject.toml").read_text()


class TestFaults:
    @pytest.mark.parametrize(
        ("break_it", "fault"),
        [
            (lambda text: text.replace(":3.11.14-slim", ":slim"), "is not pinned by version"),
            (lambda text: text.replace("COPY manage.py", "ADD manage.py"), "ADD is used"),
            (lambda text: text.replace("USER 10001", "USER root"), "a USER by number"),
            (lambda text: text.replace("USER 10001", "USER 0"), "a USER by number"),
            (lambda text: text.replace("HEALTHCHECK", "LABEL"), "no HEALTHCHECK"),
            (lambda text: text.replace('CMD ["granian",', "CMD granian"), "no CMD in exec form"),
        ],
    )
    def test_sees(self, break_it: Callable[[str], str], fault: str) -> None:
        broken = break_it(DOCKERFILE)
        assert broken != DOCKERFILE
        assert any(fault in found for found in faults(broken))


class TestTheImage:
    @pytest.fixture
    def app(self, tmp_path: Path) -> Path:
        """This is the folder /app of the image: what is copied there, and nothing else."""
        app = tmp_path / "app"
        app.mkdir()
        for one in of_final_stage(INSTRUCTIONS):
            for source in one.copied:
                if (ROOT / source).is_dir():
                    ignored = shutil.ignore_patterns("tests", "__pycache__")
                    shutil.copytree(ROOT / source, app / source, ignore=ignored)
                else:
                    shutil.copy(ROOT / source, app / source)
        return app

    @pytest.fixture
    def environment(self, tmp_path: Path) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": "of-this-test",
            "ALLOWED_HOSTS": "quarry.example",
            "DATABASE_URL": f"sqlite:///{tmp_path}/quarry.sqlite3",
            "QUARRY_DRIVER": "worker",
        }

    @pytest.mark.timeout(180)
    def test_serves_with_its_own_commands(
        self, app: Path, environment: dict[str, str], tmp_path: Path
    ) -> None:
        [collect] = [
            one.text for one in of_final_stage(INSTRUCTIONS) if "collectstatic" in one.text
        ]
        for step in (collect, "python manage.py migrate --no-input --verbosity 0"):
            subprocess.run(["sh", "-ec", step], cwd=app, env=environment, check=True)
        port = str(free_port())
        command = [
            argument.replace("0.0.0.0", "127.0.0.1").replace("8000", port)
            for argument in only("CMD").arguments
        ]
        with serving(
            command,
            url=f"http://127.0.0.1:{port}/readyz",
            folder=app,
            environment=environment,
            log=tmp_path / "log",
            within_seconds=60,
        ):
            probe = only("HEALTHCHECK").text.partition("CMD ")[2].replace("8000", port)
            probing = Instruction(stage=0, name="CMD", text=probe).arguments
            subprocess.run(probing, cwd=app, env=environment, check=True)
            shop = urllib.request.Request(
                f"http://127.0.0.1:{port}/",
                headers={"Host": "quarry.example", "X-Forwarded-Proto": "https"},
            )
            with urllib.request.urlopen(shop, timeout=10) as response:
                assert response.status == 200
