"""Every module.toml says what its module does."""

from django.conf import settings

from modules.kernel.boundaries.declarations import declaration_findings
from modules.kernel.manifests import installed_modules


class TestManifests:
    def test_say_what_the_code_does(self) -> None:
        assert [finding.detail for finding in declaration_findings()] == []

    def test_are_there_for_every_module_of_the_settings(self) -> None:
        assert [module.label for module in installed_modules()] == settings.QUARRY_MODULES
