"""Each table of the kernel is accounted for: a module's part of it moves, or there is a reason."""

from __future__ import annotations

from django.apps import apps  # noqa: TID251  # every table that there is

#: How a module's part goes along, or why it does not.
ACCOUNTED_FOR = {
    "messaging.Message": "copied out and back by `log`",
    "messaging.Position": "given anew by the log that it is copied to",
    "messaging.Sequencer": "each log has its own",
    "messaging.Partition": "`deliveries.hand_out_consumers`, `handled.put`",
    "messaging.Worker": "presence of processes, which are others there",
    "messaging.Handled": "`deliveries.hand_out_consumers`, `handled.put`",
    "messaging.SetAside": "`deliveries.hand_out_set_asides`, `handled.set_asides_here`",
    "messaging.Scheduled": "`deliveries.hold_scheduled`",
    "messaging.Inbox": "the log's: written where a message is copied to. A consumer's: what it was "
    "given of an archive here; archives are files of one deployable",
    "messaging.OperatorAction": "the audit trail stays where it was acted",
    "eventstore.Snapshot": "`shared.copy_snapshots`",
    "eventstore.SubjectKey": "`carry_keys` and `carry_erasures`",
    "eventstore.ChainBlock": "each log has its own seals",
    "readmodels.Generation": "the one that is read is there already; see `read_models`",
    "readmodels.Checkpoint": "`read_models.hand_out`, `handled.put`",
    "readmodels.TakenAhead": "`read_models.hand_out`, `handled.put`",
    "sagas.SagaDefinition": "`shared.copy_shared`",
    "sagas.SagaInstance": "`kept.saga_tables`",
    "sagas.SagaLock": "`kept.saga_tables`",
    "sagas.SagaLockWaiter": "`kept.saga_tables`",
    "placements.Placement": "each deployable's own word on where the module is",
    "placements.Shadowed": "what came of questions that were asked of both",
    "extraction.Move": "the record of the move, on the side that the module leaves first",
    "extraction.MovePhase": "likewise",
    "extraction.Guard": "each side's own",
    "extraction.Touched": "each side's own",
    "extraction.Held": "`deliveries.hand_over_scheduled`",
    "extraction.Carried": "written where messages are copied to",
    "extraction.Progress": "written where things are copied to",
    "identity.Account": "of persons, not of modules",
    "identity.Client": "of programs, not of modules",
    "identity.RevokedToken": "of tokens, not of modules",
    "schemas.RegisteredSchema": "made of the code, on each side",
    "schemas.SubjectVersion": "made of the code, on each side",
    "schemas.SubjectMode": "made of the code, on each side",
}


def test_are_all_accounted_for() -> None:
    kernels = {
        one._meta.label
        for one in apps.get_models()
        if one.__module__.startswith("modules.kernel.") and ".tests." not in one.__module__
    }
    assert kernels == set(ACCOUNTED_FOR)
