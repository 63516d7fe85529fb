"""The files that are drawn from the blueprint, by Django's templates."""

from pathlib import Path

from django.template import Context, Engine

from modules.kernel.extraction.writing.facts import Facts
from modules.kernel.placements import credentials_of

_BLUEPRINT = Path(__file__).parent / "blueprint"

#: How the broker is reached from the containers, and on which port it is let through.
_BROKER_URLS = {
    "rabbitmq": "amqp://quarry:quarry@rabbitmq:5672//",
    "kafka": "kafka://kafka:9092?partitions=8",
    "sns_sqs": "sns+sqs://?region=eu-central-1",
}
_BROKER_PORTS = {"rabbitmq": 5672, "kafka": 9092, "sns_sqs": 443}


def drawn(facts: Facts) -> dict[Path, bytes]:
    """This gives them by their paths from the root of the service."""
    engine = Engine(dirs=[str(_BLUEPRINT)], autoescape=False)
    manifest = facts.manifest
    words = {
        "module": facts.module,
        "name": facts.module.replace("_", "-"),
        "variable": facts.module.upper(),
        "title": manifest.title,
        "summary": manifest.summary,
        "manifest": manifest,
        "all_modules": facts.all_modules,
        "neighbours": facts.neighbours,
        "asks": [{"module": one, "variable": one.upper()} for one in facts.asks],
        "callers": facts.callers,
        "calling": sorted({one.partition(":")[0] for one in facts.callers}),
        "believed": facts.believed,
        "broker": facts.broker,
        "broker_url": _BROKER_URLS[facts.broker],
        "broker_credentials": credentials_of(_BROKER_URLS[facts.broker]),
        "broker_port": _BROKER_PORTS[facts.broker],
    }
    return {
        file.relative_to(_BLUEPRINT).with_suffix(""): engine.get_template(
            str(file.relative_to(_BLUEPRINT))
        )
        .render(Context(words, autoescape=False))
        .encode()
        for file in sorted(_BLUEPRINT.rglob("*.txt"))
    }
