"""Views, by CreateView and by DDL events."""

from typing import Unpack

from matrix.kind import Kind
from matrix.kinds.mysql_models import Details, changed, ddl, item

A = 'Column("a", Integer)'
B = 'Column("b", Integer)'
ROW = "INSERT INTO item (id, a) VALUES (1, 5)"
VIEW = "CREATE {}VIEW v AS SELECT id, a FROM item{}"
CONSTRUCT = 'CreateView(select(item.c.id, item.c.{}), "v", metadata=metadata)\n'


def _view(name: str, before: str | None, after: str | None, **more: Unpack[Details]) -> Kind:
    sides = [item(A, more=ddl(sql) if sql else "") for sql in (before, after)]
    return changed(f"view: {name}", *sides, ROW, **more)


PLAIN = VIEW.format("", "")
GONE = ("view:v",)

KINDS = (
    _view("added", None, PLAIN),
    _view("dropped", PLAIN, None, drops=GONE),
    _view("query", PLAIN, VIEW.format("", " WHERE a > 1")),
    _view("one column less", PLAIN, "CREATE VIEW v AS SELECT id FROM item"),
    _view(
        "check option added",
        VIEW.format("", " WHERE a > 1"),
        VIEW.format("", " WHERE a > 1 WITH CHECK OPTION"),
    ),
    _view(
        "check option local",
        VIEW.format("", " WHERE a > 1 WITH CASCADED CHECK OPTION"),
        VIEW.format("", " WHERE a > 1 WITH LOCAL CHECK OPTION"),
    ),
    _view("security", PLAIN, VIEW.format("SQL SECURITY INVOKER ", "")),
    _view("algorithm", PLAIN, VIEW.format("ALGORITHM = TEMPTABLE ", "")),
    _view("text with quotes", PLAIN, "CREATE VIEW v AS SELECT id, 'it''s' AS a FROM item"),
    changed(
        "view: over a column whose type changes",
        item(A, more=ddl(PLAIN)),
        item('Column("a", BigInteger)', more=ddl(PLAIN)),
        ROW,
    ),
    changed(
        "view: over a table that gets a column, with a star",
        item(A, more=ddl("CREATE VIEW v AS SELECT * FROM item")),
        item(A, B, more=ddl("CREATE VIEW v AS SELECT * FROM item")),
        ROW,
    ),
    changed(
        "view: its column is dropped from the table",
        item(A, B, more=ddl("CREATE VIEW v AS SELECT id, a, b FROM item")),
        item(A, more=ddl("CREATE VIEW v AS SELECT id, a FROM item")),
        ROW,
    ),
    changed(
        "view: of a view added",
        item(A),
        item(A, more=ddl(PLAIN, "CREATE VIEW w AS SELECT a FROM v")),
        ROW,
    ),
    changed(
        "view: below another changes",
        item(A, more=ddl(PLAIN, "CREATE VIEW w AS SELECT a FROM v")),
        item(A, more=ddl(VIEW.format("", " WHERE a > 1"), "CREATE VIEW w AS SELECT a FROM v")),
        ROW,
    ),
    changed("view: construct added", item(A), item(A, more=CONSTRUCT.format("a")), ROW),
    changed(
        "view: construct dropped", item(A, more=CONSTRUCT.format("a")), item(A), ROW, drops=GONE
    ),
    changed(
        "view: construct's query",
        item(A, B, more=CONSTRUCT.format("a")),
        item(A, B, more=CONSTRUCT.format("b")),
        ROW,
    ),
    changed(
        "view: added with its table",
        "",
        item(A, more=ddl(PLAIN)),
    ),
    changed(
        "view: dropped with its table",
        item(A, more=ddl(PLAIN)),
        "",
        drops=GONE,
    ),
)
