"""Semantic locks: taken by steps that declare them, let go when their saga has ended.

Called by the engine, in the transaction of a step. A lock outlives the transaction, so it is
a row; who finds it held is written down beside it and woken when it is let go.
"""

from __future__ import annotations

from django.db import connections

from modules.kernel.messaging.unit_of_work import UnitOfWork
from modules.kernel.sagas.definition import SemanticLock, Step
from modules.kernel.sagas.instances import Instance
from modules.kernel.sagas.state import SagaState
from modules.kernel.sagas.timers import NoteLockFree


def take(work: UnitOfWork, *, name: str, key: str, saga: str, instance_id: str) -> bool:
    """This takes a lock for an instance; held by the instance already, it stays so.

    Returns:
        False where another instance holds it.
    """
    with connections[work.database].cursor() as cursor:
        while True:
            cursor.execute(
                "INSERT INTO sagas_sagalock (name, key, saga, instance_id) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (name, key) DO NOTHING",
                [name, key, saga, instance_id],
            )
            # Locked: who lets it go just now is waited for, and then it is there to be taken.
            cursor.execute(
                "SELECT saga, instance_id FROM sagas_sagalock WHERE name = %s AND key = %s"
                f" {_locked(work.database)}",
                [name, key],
            )
            held = cursor.fetchone()
            if held is not None:
                return bool(held == (saga, instance_id))


def wait(work: UnitOfWork, *, name: str, key: str, saga: str, instance_id: str, step: str) -> None:
    """This has a step woken when the lock is free; call it right after `take` has failed."""
    with connections[work.database].cursor() as cursor:
        cursor.execute(
            "INSERT INTO sagas_sagalockwaiter (name, key, saga, instance_id, step)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (name, key, saga, instance_id) DO NOTHING",
            [name, key, saga, instance_id, step],
        )


def let_go(work: UnitOfWork, *, saga: str, instance_id: str) -> None:
    """This gives up all locks of an instance, and its waiting, and wakes who is next."""
    mine = [saga, instance_id]
    with connections[work.database].cursor() as cursor:
        cursor.execute(
            "DELETE FROM sagas_sagalockwaiter WHERE saga = %s AND instance_id = %s", mine
        )
        # Locked before the waiters are read: who is about to wait has then done so.
        cursor.execute(
            "SELECT name, key FROM sagas_sagalock WHERE saga = %s AND instance_id = %s"
            f" {_locked(work.database)}",
            mine,
        )
        for lock in cursor.fetchall():
            cursor.execute("DELETE FROM sagas_sagalock WHERE name = %s AND key = %s", lock)
            _wake_next(work, lock)


def pass_on(work: UnitOfWork, instance: Instance, step: Step) -> None:
    """This wakes who is next at the locks of a step that was woken and wants them no more.

    Who holds one of them wakes the next itself.
    """
    with connections[work.database].cursor() as cursor:
        for lock in step.locks:
            place = (lock.name, _key(lock, instance.state))
            cursor.execute(
                "SELECT 1 FROM sagas_sagalock WHERE name = %s AND key = %s"
                f" {_locked(work.database)}",
                place,
            )
            if cursor.fetchone() is None:
                _wake_next(work, place)


def waits_for_lock(work: UnitOfWork, instance: Instance, state: SagaState, step: Step) -> bool:
    """This takes the locks of a step, or has it woken when the first that is held is free."""
    for lock in step.locks:
        if not take_for(work, instance, state, lock):
            wait(
                work,
                name=lock.name,
                key=_key(lock, state),
                saga=instance.definition.name,
                instance_id=instance.instance_id,
                step=step.name,
            )
            return True
    return False


def take_for(work: UnitOfWork, instance: Instance, state: SagaState, lock: SemanticLock) -> bool:
    """This takes a lock that a definition declares; False where another instance holds it."""
    return take(
        work,
        name=lock.name,
        key=_key(lock, state),
        saga=instance.definition.name,
        instance_id=instance.instance_id,
    )


def _wake_next(work: UnitOfWork, lock: tuple[str, str]) -> None:
    with connections[work.database].cursor() as cursor:
        cursor.execute(
            "DELETE FROM sagas_sagalockwaiter WHERE id = (SELECT id FROM"
            " sagas_sagalockwaiter WHERE name = %s AND key = %s ORDER BY id LIMIT 1)"
            " RETURNING saga, instance_id, step",
            lock,
        )
        # All rows: SQLite ends a statement that returns some only when all are read.
        for first in cursor.fetchall():
            work.append(NoteLockFree(saga=first[0], instance_id=first[1], step=first[2]))


def _key(lock: SemanticLock, state: SagaState) -> str:
    return str(lock.key.resolve(state.input, state.outs))


def _locked(database: str) -> str:
    return "FOR UPDATE" if connections[database].vendor == "postgresql" else ""
