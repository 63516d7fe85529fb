"""Which processes are planned, and what each is told."""

import shlex
from pathlib import Path

import pytest

from modules.kernel.manifests import Manifest
from modules.kernel.topologies import Plan, environment_file, plan, procfile


def manifest(name: str, *owns: str) -> Manifest:
    return Manifest(name=name, title=name, summary=name, owns=owns)


def planned(ports: int = 3) -> Plan:
    return plan(
        [manifest("shop", "shop_sale"), manifest("desk"), manifest("bank", "bank_account")],
        folder=Path("/run/here"),
        ports=range(9000, 9000 + ports),
        broker_url="amqp://broker/",
        broker_prefix="q1",
    )


def test_each_module_with_tables_has_a_process_and_a_database() -> None:
    bank = planned().part("bank")
    assert (bank.modules, bank.url) == (("bank",), "http://127.0.0.1:9002")
    assert bank.environment["QUARRY_MODULES"] == "bank"
    assert bank.environment["DATABASE_URL"] == "sqlite:////run/here/bank.sqlite3"
    assert bank.environment["QUARRY_DEPLOYABLE"] == "bank"


def test_modules_without_tables_are_at_the_front_and_forward() -> None:
    front, *others = planned().parts
    assert (front.name, front.modules, front.port) == ("front", ("desk",), 9000)
    assert front.environment["QUARRY_FORWARDS"] == "true"
    assert {one.environment["QUARRY_FORWARDS"] for one in others} == {"false"}


def test_what_clients_come_from_is_believed_of_the_front() -> None:
    front, *others = planned().parts
    assert "QUARRY_TRUSTED_PROXIES" not in front.environment
    assert {one.environment["QUARRY_TRUSTED_PROXIES"] for one in others} == {"1"}


def test_each_is_told_where_the_others_are_and_not_where_it_is_itself() -> None:
    told = planned().part("shop").environment
    assert told["QUARRY_MODULES_BANK"] == "http://127.0.0.1:9002"
    assert told["QUARRY_MODULES_DESK"] == "http://127.0.0.1:9000"
    assert "QUARRY_MODULES_SHOP" not in told


def test_one_process_can_have_them_all_on_the_same_databases() -> None:
    together = planned().together
    assert together["BANK_DATABASE_URL"] == planned().part("bank").environment["DATABASE_URL"]
    assert "QUARRY_MODULES" not in together


def test_too_few_ports_are_refused() -> None:
    with pytest.raises(ValueError, match="3 processes need as many ports, not 2"):
        planned(ports=2)


def test_a_procfile_starts_each_with_what_it_is_told() -> None:
    lines = procfile(planned(), python="/a b/python", manage="manage.py").splitlines()
    assert [line.partition(":")[0] for line in lines] == ["front", "shop", "bank"]
    words = shlex.split(lines[2].partition(": ")[2])
    assert words[:2] == ["exec", "env"]
    assert "QUARRY_MODULES=bank" in words
    assert words[-4:] == ["manage.py", "runserver", "--noreload", "127.0.0.1:9002"]
    assert "/a b/python" in words


def test_an_environment_can_be_read_by_a_shell() -> None:
    assert environment_file({"A": "1", "B": "two words"}) == "A=1\nB='two words'\n"
