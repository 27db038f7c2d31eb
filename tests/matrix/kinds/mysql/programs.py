"""Triggers, routines and events, which are written; grants, which are reported."""

from matrix.kind import Expected, Kind
from matrix.kinds.mysql_models import changed, ddl, item

A = 'Column("a", Integer)'
ROW = "INSERT INTO item VALUES (1, 5)"
TRIGGER = "CREATE TRIGGER tr {} ON item FOR EACH ROW {}"
SET_ONE = "SET NEW.a = 1"
BLOCK = "BEGIN IF NEW.a > 1 THEN SET NEW.a = 1; END IF; END"


def _program(
    name: str,
    before: tuple[str, ...],
    after: tuple[str, ...],
    expected: Expected = "right",
    drops: tuple[str, ...] = (),
) -> Kind:
    sides = [item(A, more=ddl(*statements)) for statements in (before, after)]
    return changed(name, *sides, ROW, expected=expected, drops=drops)


def _reported(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Kind:
    return _program(name, before, after, "reported")


BEFORE_INSERT = TRIGGER.format("BEFORE INSERT", SET_ONE)
FUNCTION = "CREATE FUNCTION f(x INT) RETURNS INT {} RETURN x + {}"
PROCEDURE = "CREATE PROCEDURE p(IN x INT) {} UPDATE item SET a = x"
# The first time is now: it must find no row.
EVENT = "CREATE EVENT e ON SCHEDULE EVERY {} DAY {} DO DELETE FROM item WHERE a < {}"

READER = "CREATE USER IF NOT EXISTS matrix_reader"

KINDS = (
    _program("trigger: added", (), (BEFORE_INSERT,)),
    _program("trigger: added with a block", (), (TRIGGER.format("BEFORE INSERT", BLOCK),)),
    _program("trigger: dropped", (BEFORE_INSERT,), (), drops=("trigger:item.tr",)),
    _program("trigger: body", (BEFORE_INSERT,), (TRIGGER.format("BEFORE INSERT", BLOCK),)),
    _program("trigger: event", (BEFORE_INSERT,), (TRIGGER.format("BEFORE UPDATE", SET_ONE),)),
    _program(
        "trigger: time",
        (TRIGGER.format("BEFORE INSERT", "SET @a = 1"),),
        (TRIGGER.format("AFTER INSERT", "SET @a = 1"),),
    ),
    _program(
        "trigger: a second one after it",
        (BEFORE_INSERT,),
        (
            BEFORE_INSERT,
            "CREATE TRIGGER ts BEFORE INSERT ON item FOR EACH ROW FOLLOWS tr SET NEW.a = 2",
        ),
    ),
    changed(
        "trigger: on a table that gets a column",
        item(A, more=ddl(BEFORE_INSERT)),
        item(A, 'Column("b", Integer)', more=ddl(BEFORE_INSERT)),
        ROW,
    ),
    changed(
        "trigger: with its new table",
        "",
        item(A, more=ddl(BEFORE_INSERT)),
    ),
    _program("function: added", (), (FUNCTION.format("DETERMINISTIC", 1),)),
    _program("function: dropped", (FUNCTION.format("DETERMINISTIC", 1),), (), drops=("routine:f",)),
    _program(
        "function: body",
        (FUNCTION.format("DETERMINISTIC", 1),),
        (FUNCTION.format("DETERMINISTIC", 2),),
    ),
    _program(
        "function: property",
        (FUNCTION.format("DETERMINISTIC", 1),),
        (FUNCTION.format("NO SQL DETERMINISTIC", 1),),
    ),
    _program("procedure: added", (), (PROCEDURE.format(""),)),
    _program("procedure: dropped", (PROCEDURE.format(""),), (), drops=("routine:p",)),
    _program(
        "procedure: security", (PROCEDURE.format(""),), (PROCEDURE.format("SQL SECURITY INVOKER"),)
    ),
    _program("procedure: comment", (PROCEDURE.format(""),), (PROCEDURE.format("COMMENT 'why'"),)),
    _program(
        "procedure: arguments",
        (PROCEDURE.format(""),),
        (PROCEDURE.format("").replace("IN x INT", "IN x INT, IN y INT"),),
    ),
    _program("event: added", (), (EVENT.format(1, "", 1),)),
    _program("event: dropped", (EVENT.format(1, "", 1),), (), drops=("event:e",)),
    _program("event: body", (EVENT.format(1, "", 1),), (EVENT.format(1, "", 2),)),
    _program("event: schedule", (EVENT.format(1, "", 1),), (EVENT.format(2, "", 1),)),
    _program("event: disabled", (EVENT.format(1, "", 1),), (EVENT.format(1, "DISABLE", 1),)),
    _program(
        "event: preserved",
        (EVENT.format(1, "", 1),),
        (EVENT.format(1, "ON COMPLETION PRESERVE", 1),),
    ),
    _reported("grant: added", (READER,), (READER, "GRANT SELECT ON item TO matrix_reader")),
    _reported(
        "grant: taken away",
        (READER, "GRANT SELECT, INSERT ON item TO matrix_reader"),
        (READER, "GRANT SELECT ON item TO matrix_reader"),
    ),
)
