"""`manage.py sagas`: see where sagas are, and settle those that cannot go on by themselves."""

import argparse
import getpass
import json
from collections import Counter
from typing import IO, Any, cast

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from modules.kernel.contracts import Problem
from modules.kernel.sagas import difference, drawing, operations, queries
from modules.kernel.sagas.engine import engine_of, engines
from modules.kernel.sagas.state import Failure, SagaState, SagaStatus, StepStatus

_EXAMPLES = """
A saga ends completed, compensated, or stuck; a stuck one waits for you.

  sagas list --status stuck                            what waits
  sagas show ordering.checkout ID                      its steps, and why it turned back
  sagas retry ordering.checkout ID STEP                ask for the stuck step, or its undo, again
  sagas settle ordering.checkout ID STEP --reason R    it was done by hand, or need not be
  sagas cancel ordering.checkout ID                    undo it, as long as that is possible

Each saga ends under the definition that it began with. Before and after a release:

  sagas definitions ordering.checkout                  the forms that sagas still run under
  sagas diff ordering.checkout OLD                     what the code's form means for OLD's sagas
  sagas check                                          does the code have all that they need?

  sagas draw ordering.checkout                         the definition as a Mermaid picture
  sagas draw ordering.checkout --format svg            or as SVG
"""


class Command(BaseCommand):
    help = "See where sagas are, and settle those that are stuck."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_EXAMPLES, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        listing = actions.add_parser("list", help="sagas, those that moved last first")
        listing.add_argument("--status", default="", choices=["", *map(str, SagaStatus)])
        listing.add_argument("--limit", type=int, default=50)
        for name, text in (
            ("show", "one saga, step by step"),
            ("retry", "ask for a stuck step, or its undo, again"),
            ("settle", "say that a stuck step, or its undo, was done by hand; with a reason"),
            ("cancel", "undo a saga that has not passed its pivot"),
        ):
            one = actions.add_parser(name, help=text)
            one.add_argument("saga")
            one.add_argument("instance_id", metavar="ID")
            if name in ("retry", "settle"):
                one.add_argument("step")
            if name == "settle":
                one.add_argument("--reason", required=True)
        one = actions.add_parser(
            "definitions", help="the forms of a saga, and what runs under them"
        )
        one.add_argument("saga")
        one = actions.add_parser("diff", help="which live sagas of a form another one would meet")
        one.add_argument("saga")
        one.add_argument("old", help="the beginning of a hash from `sagas definitions`")
        one.add_argument("new", nargs="?", default="", help="another hash; the code's form if none")
        actions.add_parser("check", help="fail where a live saga needs what the code has no more")
        one = actions.add_parser("draw", help="the code's definition as a picture")
        one.add_argument("saga")
        one.add_argument("--format", choices=["mermaid", "svg"], default="mermaid")
        for action in actions.choices.values():
            action.add_argument("--json", action="store_true", help="for a program to read")

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console(file=cast(IO[str], self.stdout), width=160)
        try:
            getattr(self, f"_{options['action']}")(options)
        except (Problem, LookupError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        found = queries.sagas(status=options["status"], limit=options["limit"])
        if options["json"]:
            self._json(found)
        elif not found:
            status = options["status"]
            self.console.print(f"no saga is {status}" if status else "there are no sagas")
        else:
            table = Table("saga", "id", "status", "since", "failure")
            for one in found:
                failure = one.state.failure.code if one.state.failure else ""
                failure = "its state cannot be read" if one.unreadable else failure
                since = f"{one.changed_at:%Y-%m-%d %H:%M:%S}"
                table.add_row(one.saga, one.instance_id, one.state.status, since, failure)
            self.console.print(table)

    def _show(self, options: dict[str, Any]) -> None:
        try:
            seen = queries.saga(**_named(options))
        except operations.UnknownInstance:
            engine_of(options["saga"])  # Names the sagas there are, where this is none of them.
            raise
        if options["json"]:
            self._json(seen)
            return
        self.console.print(f"{seen.saga} {seen.instance_id}: {seen.state.status}")
        if seen.unreadable:
            self.console.print(f"its state cannot be read: {seen.unreadable}", highlight=False)
            return
        if seen.state.failure:
            failure = seen.state.failure
            how = "turned back" if _turned_back_at(seen.state, failure) else "stopped"
            self.console.print(f"{how} at {failure.step}: {failure.code}, {failure.detail}")
        table = Table("step", "status", "attempts", "asks for", "undone by")
        for step in queries.steps_of(seen):
            table.add_row(
                step.step.name,
                step.now.status,
                str(step.now.attempts),
                step.step.action,
                step.step.undo,
            )
        self.console.print(table)
        for one in queries.obstacles_of(seen):
            self.console.print(_told(one), highlight=False, soft_wrap=True)

    def _retry(self, options: dict[str, Any]) -> None:
        step = options["step"]
        operations.retry(**_named(options), step=step, operator=getpass.getuser())
        found = queries.obstacles_of(queries.saga(**_named(options)))
        waits = [_told(one) for one in found if one.step == step]
        self._done(options, "\n".join([f"{step} is asked for again", *waits]))

    def _settle(self, options: dict[str, Any]) -> None:
        step = options["step"]
        # Asked before: of a step that is settled nothing is waited for any more.
        found = queries.obstacles_of(queries.saga(**_named(options)))
        operations.settle(
            **_named(options), step=step, operator=getpass.getuser(), reason=options["reason"]
        )
        left = [_told_when_settled(one) for one in found if one.step == step]
        self._done(options, "\n".join([f"{step} is settled, and the saga goes on", *left]))

    def _cancel(self, options: dict[str, Any]) -> None:
        operations.cancel(**_named(options), operator=getpass.getuser())
        self._done(options, "it is being undone")

    def _definitions(self, options: dict[str, Any]) -> None:
        found = queries.stored_definitions(options["saga"])
        today = engine_of(options["saga"]).saga.definition
        if options["json"]:
            self._json([_form(one) for one in found])
            return
        table = Table("hash", "version", "steps", "first used", "live sagas")
        for one in found:
            table.add_row(
                one.hash[:12],
                str(one.definition.version) + (" (the code's)" if one.definition == today else ""),
                str(len(one.definition.steps)),
                f"{one.first_used_at:%Y-%m-%d %H:%M:%S}",
                str(one.live),
            )
        self.console.print(table)

    def _diff(self, options: dict[str, Any]) -> None:
        old = _named_form(options["saga"], options["old"])
        new = (
            _named_form(options["saga"], options["new"]).definition
            if options["new"]
            else engine_of(options["saga"]).saga.definition
        )
        changed = difference.changes(old.definition, new)
        standings = {
            one.instance_id: difference.Standing.PINNED
            if one.unreadable
            else difference.standing(old.definition, new, one.state)
            for one in queries.live_under(old)
        }
        if options["json"]:
            self._json({"changes": changed, "instances": standings})
            return
        for change in changed:
            fields = f" ({', '.join(change.fields)})" if change.fields else ""
            self.console.print(f"{change.kind:8} {change.step}{fields}", highlight=False)
        counts = Counter(standings.values())
        said = ", ".join(f"{counts[each]} {each}" for each in difference.Standing)
        self.console.print(f"live sagas of {old.hash[:12]}: {said}", highlight=False)
        for instance_id, each in standings.items():
            if each is difference.Standing.PINNED:
                self.console.print(f"pinned   {instance_id}", highlight=False)

    def _check(self, options: dict[str, Any]) -> None:
        missing = [
            (form, lacks)
            for one in engines()
            for form in queries.stored_definitions(one.saga.name)
            if form.live and (lacks := one.lacks(form.definition))
        ]
        if options["json"]:
            self._json([{**_form(form), "lacks": lacks} for form, lacks in missing])
        else:
            for form, lacks in missing:
                name, which = form.definition.name, form.hash[:12]
                said = f"{form.live} live {name} of {which} need {', '.join(lacks)}"
                self.console.print(said, highlight=False)
        if missing:
            raise CommandError("keep what they need until they have ended, then release this")
        if not options["json"]:
            self.console.print("every live saga has all that it needs")

    def _draw(self, options: dict[str, Any]) -> None:
        definition = engine_of(options["saga"]).saga.definition
        draw = drawing.svg if options["format"] == "svg" else drawing.mermaid
        self.stdout.write(draw(definition), ending="")

    def _done(self, options: dict[str, Any], said: str) -> None:
        if options["json"]:
            self._json({"done": said})
        else:
            self.console.print(said, highlight=False, soft_wrap=True)

    def _json(self, value: object) -> None:
        self.stdout.write(json.dumps(msgspec.to_builtins(value), indent=2))


def _turned_back_at(state: SagaState, failure: Failure) -> bool:
    """This tells a step that the saga turned back at from one that it only waited for."""
    now = state.of(failure.step)
    waited = (StepStatus.REQUESTED, StepStatus.STUCK, StepStatus.DONE)
    return failure.cancelled or now.undoing or now.status not in waited


def _told(one: queries.Obstacle) -> str:
    first = one.message
    return (
        f"{one.step} waits behind a message that {first.consumer} has set aside ({first.name} at "
        f"{first.position} of {first.source}, {first.state}). Mend the cause, and try that one "
        f"first: manage.py messages retry {first.consumer} {first.source} {first.position}"
    )


def _told_when_settled(one: queries.Obstacle) -> str:
    if not one.asks:
        return _told(one)
    first, names = one.message, Counter(message.name for message in one.of_key)
    counted = ", ".join(f"{number} {name}" for name, number in sorted(names.items()))
    return (
        f"{first.consumer} has still set aside {len(one.of_key)} messages of its key ({counted}), "
        f"the first at {first.position} of {first.source}, {first.state}. They would do again what "
        "was done by hand. Give them up before the cause is mended: manage.py messages drop "
        f"{first.consumer} {first.source} {first.position} --whole-key --reason R"
    )


def _named_form(saga: str, beginning: str) -> queries.DefinitionSeen:
    found = [one for one in queries.stored_definitions(saga) if one.hash.startswith(beginning)]
    if len(found) != 1:
        known = ", ".join(one.hash[:12] for one in queries.stored_definitions(saga)) or "none"
        raise LookupError(
            f"{len(found)} forms of {saga} begin with {beginning!r}; stored are: {known}"
        )
    return found[0]


def _form(one: queries.DefinitionSeen) -> dict[str, Any]:
    return {
        "saga": one.definition.name,
        "hash": one.hash,
        "version": one.definition.version,
        "first_used_at": one.first_used_at.isoformat(),
        "live": one.live,
    }


def _named(options: dict[str, Any]) -> dict[str, str]:
    return {"saga": options["saga"], "instance_id": options["instance_id"]}
