"""Names are found wherever SQL may name a table, and nowhere else."""

import pytest

from modules.kernel.boundaries.sql_names import names_in

TABLE = "payments_payment"

NAMED = {
    "plain": "SELECT * FROM payments_payment",
    "quoted": 'SELECT "x"."id" FROM "payments_payment" AS "x"',
    "backticked": "SELECT * FROM `payments_payment`",
    "bracketed": "SELECT * FROM [payments_payment]",
    "upper case": "select * from PAYMENTS_PAYMENT",
    "quoted in upper case": 'SELECT * FROM "Payments_Payment"',
    "with a schema": "SELECT * FROM public.payments_payment",
    "with a quoted schema": 'SELECT * FROM "public"."payments_payment"',
    "joined": "SELECT 1 FROM ordering_order o JOIN payments_payment p ON p.id = o.id",
    "after a comma": "SELECT 1 FROM ordering_order,payments_payment",
    "in a subquery": "SELECT 1 FROM t WHERE id IN (SELECT id FROM payments_payment)",
    "in a table expression": "WITH paid AS (SELECT 1 FROM payments_payment) SELECT * FROM paid",
    "in an array": "SELECT ARRAY[1, (SELECT id FROM payments_payment)]",
    "inserted into": 'INSERT INTO "payments_payment" ("id") VALUES (%s)',
    "updated": "UPDATE payments_payment SET status = 'voided'",
    "deleted from": "DELETE FROM payments_payment",
    "truncated": "TRUNCATE payments_payment, other",
    "after a literal with quotes": "SELECT 'it''s' FROM payments_payment",
    "after a literal with a backslash": r"SELECT '\' FROM payments_payment",
    "after an escape literal": r"SELECT E'\'' FROM payments_payment",
    "after a literal with a comment's sign": "SELECT '--' FROM payments_payment",
    "after a line comment": "SELECT 1 -- it's\nFROM payments_payment",
    "after a nested comment": "SELECT /* a /* b */ c' */ 1 FROM payments_payment",
    "after a dollar literal": "SELECT $$it's$$, $a$ $$ $a$ FROM payments_payment",
    "after parameters": "SELECT $1, %(name)s, :other FROM payments_payment",
}

NOT_NAMED = {
    "a literal": "SELECT 'payments_payment'",
    "a literal over lines": "SELECT 'a\npayments_payment\nb'",
    "a literal with quotes": "SELECT 'it''s payments_payment'",
    "an escape literal": r"SELECT E'\' payments_payment'",
    "a dollar literal": "SELECT $$payments_payment$$",
    "a tagged dollar literal": "SELECT $a$ $$ payments_payment $a$",
    "a line comment": "SELECT 1 -- FROM payments_payment",
    "a block comment": "SELECT 1 /* FROM payments_payment */",
    "a nested comment": "SELECT 1 /* a /* b */ payments_payment */",
    "a comment without an end": "SELECT 1 /* payments_payment",
    "a longer name": "SELECT * FROM payments_payment_archive",
    "the end of a longer name": "SELECT * FROM old_payments_payment",
}


class TestNamesIn:
    @pytest.mark.parametrize("where", NAMED)
    def test_finds_a_table(self, where: str) -> None:
        assert TABLE in names_in(NAMED[where])

    @pytest.mark.parametrize("where", NOT_NAMED)
    def test_does_not_take_for_a_table(self, where: str) -> None:
        assert TABLE not in names_in(NOT_NAMED[where])
