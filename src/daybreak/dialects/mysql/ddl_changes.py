"""The SQL that carries out one change, from the texts of two catalogs alone.

A statement changes one thing and is written to be read. What one change needs of another (a
foreign key dropped before its column gets another type) is a change of its own: `core/diff.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Constraint,
    Event,
    Index,
    Object,
    Routine,
    Schema,
    Table,
    Trigger,
    View,
)
from daybreak.core.change import Alter, Change, Create, Drop, Rename
from daybreak.dialects.mysql import counters, tables
from daybreak.dialects.mysql.keys import (
    add_constraint,
    add_foreign_key,
    create_index,
    drop_constraint,
    index_text,
    rename_constraint,
)
from daybreak.dialects.mysql.tables import alter, table_of
from daybreak.dialects.mysql.texts import literal, qualified, quoted


def ddl(change: Change, before: Catalog, after: Catalog) -> Sequence[str]:
    """The statements that carry out `change`; none for what MySQL does not have.

    `before` is what held at first, with the names that `after` has.
    """
    match change:
        case Create(address, item):
            return _create(address, item, before, after)
        case Drop(address, item):
            return _drop(address, item, before, after)
        case Alter():
            return _alter(change, before, after)
        case Rename():
            return _rename(change, before)


def _create(address: Address, item: Object, before: Catalog, after: Catalog) -> Sequence[str]:
    table = qualified(address.schema, address.table or "")
    match item:
        case Schema():
            return [f"CREATE SCHEMA IF NOT EXISTS {quoted(item.name)}"]
        case Table():
            return [tables.create_table(item)]
        case Column():
            key = [f"ADD {counters.passing_key(item)}"] if item.auto_increment else []
            return tables.add_column(address, item, key)
        case Constraint(kind="foreign key"):
            was, now = table_of(before, address), table_of(after, address)
            return add_foreign_key(table, item, was, now)
        case Constraint():
            return [alter(table, [add_constraint(item), *counters.start(address, before, after)])]
        case Index():
            if ending := counters.start(address, before, after):
                return [alter(table, [f"ADD {index_text(item)}", *ending])]
            return [create_index(table, item)]
        case View():
            return [_view(item, "CREATE")]
        case Trigger():
            return [f"CREATE TRIGGER {qualified(address.schema, item.name)} {item.definition}"]
        case Routine():
            return [_routine(item)]
        case Event():
            return [_event(item)]
    return []


def _drop(address: Address, item: Object, before: Catalog, after: Catalog) -> Sequence[str]:
    name = qualified(address.schema, item.name)
    table = qualified(address.schema, address.table or "")
    match item:
        case Table():
            return [f"DROP TABLE {name}"]
        case Column():
            return [alter(table, [f"DROP COLUMN {quoted(item.name)}"])]
        case Constraint():
            return [alter(table, [*counters.stop(address, before, after), drop_constraint(item)])]
        case Index():
            pieces = [
                *counters.stop(address, before, after),
                f"DROP INDEX {quoted(item.name)}",
            ]
            return [alter(table, pieces) if len(pieces) > 1 else f"{pieces[0]} ON {table}"]
        case View():
            return [f"DROP VIEW {name}"]
        case Trigger():
            return [f"DROP TRIGGER {name}"]
        case Routine():
            return [f"DROP {item.kind.upper()} {name}"]
        case Event():
            return [f"DROP EVENT {name}"]
    return []


def _alter(change: Alter, before: Catalog, after: Catalog) -> Sequence[str]:
    address, was, now, fields = change.address, change.before, change.after, set(change.fields)
    table = qualified(address.schema, address.table or "")
    match now:
        case Table() if isinstance(was, Table):
            return tables.alter_table(was, now, fields, before)
        case Column() if isinstance(was, Column):
            return tables.alter_column(address, was, now, before)
        case Constraint() if isinstance(was, Constraint):
            if fields <= {"enforced", "definition"} and was.expression == now.expression:
                word = "ENFORCED" if now.enforced else "NOT ENFORCED"
                return [alter(table, [f"ALTER CHECK {quoted(now.name)} {word}"])]
            if now.kind == "foreign key":
                # Its name is free only after the statement that drops it.
                dropped = alter(table, [drop_constraint(was)])
                return [dropped, *_create(address, now, before, after)]
            return [alter(table, [drop_constraint(was), add_constraint(now)])]
        case Index() if fields == {"invisible"}:
            word = "INVISIBLE" if now.invisible else "VISIBLE"
            return [alter(table, [f"ALTER INDEX {quoted(now.name)} {word}"])]
        case Index():
            pieces = [f"DROP INDEX {quoted(was.name)}", f"ADD {index_text(now)}"]
            return [alter(table, pieces)]
        case View():
            return [_view(now, "CREATE OR REPLACE")]
        case Routine() if fields == {"comment"} and now.comment:  # ALTER can't take it away
            name = qualified(now.schema, now.name)
            return [f"ALTER {now.kind.upper()} {name} COMMENT {literal(now.comment)}"]
        case Trigger() | Routine() | Event():
            return [
                *_drop(address, was, before, after),
                *_create(address, now, before, after),
            ]
    return []


def _rename(change: Rename, before: Catalog) -> Sequence[str]:
    address, to, item = change.address, change.to, change.item
    table = qualified(address.schema, address.table or "")
    names = f"{quoted(address.name)} TO {quoted(to.name)}"
    match item:
        case Table():
            return tables.rename_table(item, address, to)
        case View():
            return [
                f"RENAME TABLE {qualified(address.schema, address.name)} "
                f"TO {qualified(to.schema, to.name)}"
            ]
        case Column():
            return [alter(table, [f"RENAME COLUMN {names}"])]
        case Index():
            return [alter(table, [f"RENAME INDEX {names}"])]
        case Constraint():
            return rename_constraint(table, item, address, to, table_of(before, address))
    return []


def _view(view: View, verb: str) -> str:
    settings = dict(view.settings)
    words = [verb]
    if "algorithm" in settings:
        words.append(f"ALGORITHM = {settings['algorithm']}")
    if "security" in settings:
        words.append(f"SQL SECURITY {settings['security']}")
    columns = f" ({settings['columns']})" if "columns" in settings else ""
    name = qualified(view.schema, view.name)
    text = f"{' '.join(words)} VIEW {name}{columns} AS\n{view.definition}"
    if "check_option" in settings:
        text += f"\nWITH {settings['check_option']} CHECK OPTION"
    return text


def _routine(routine: Routine) -> str:
    """The comment stands among the characteristics, after the line of the parameters."""
    head, _, rest = routine.definition.partition("\n")
    comment = f"\nCOMMENT {literal(routine.comment)}" if routine.comment else ""
    name = qualified(routine.schema, routine.name)
    return f"CREATE {routine.kind.upper()} {name}{head}{comment}\n{rest}"


def _event(event: Event) -> str:
    head, do, body = event.definition.partition("\nDO ")
    comment = f"\nCOMMENT {literal(event.comment)}" if event.comment else ""
    return f"CREATE EVENT {qualified(event.schema, event.name)} {head}{comment}{do}{body}"
