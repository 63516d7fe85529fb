from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class HttpConfig(AppConfig):
    name = "modules.kernel.http"
    label = "kernel_http"

    def ready(self) -> None:
        import modules.kernel.http.releases  # noqa: F401  # what it counts is exposed from the start
        from modules.kernel.interfaces import allow
        from modules.kernel.manifests import read_manifest

        # Also of modules that run elsewhere: their manifests say whom they call here.
        for path in sorted(Path(settings.ROOT, "modules").glob("*/module.toml")):
            manifest = read_manifest(path)
            allow(manifest.name, manifest.requires)
