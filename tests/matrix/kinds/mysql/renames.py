"""Renames that a person confirms: whatever was there stays."""

from matrix.kind import Kind
from matrix.kinds.mysql_models import changed, ddl, item

ROW = "INSERT INTO item (id, a) VALUES (1, 5), (2, NULL)"
A = 'Column("a", Integer)'
B = 'Column("b", Integer)'
AB = {"item.a": "item.b"}
TOUCHED = 'server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")'
TO_GOODS = {"item": "goods"}


def _goods(models: str) -> str:
    return models.replace('"item"', '"goods"').replace("item.id", "goods.id")


CHILD = (
    'child = Table("child", metadata, Column("id", Integer, primary_key=True), '
    'Column("item_id", ForeignKey("item.id", name="of_item")))\n'
)
CHILD_UNNAMED = CHILD.replace(', name="of_item"', "")
CHILD_PLAIN = CHILD.replace('ForeignKey("item.id", name="of_item")', "Integer")


def _table(name: str, models: str, *rows: str) -> Kind:
    return changed(f"rename table: {name}", models, _goods(models), *rows, renames=TO_GOODS)


def _column(name: str, before: str, after: str, *rows: str) -> Kind:
    return changed(f"rename column: {name}", before, after, *(rows or (ROW,)), renames=AB)


D = 'Column("d", Date)'
BORN = """CheckConstraint("d > '2000-01-01'", name="born")"""
CHILD_OF_A = CHILD.replace("item.id", "item.a")


def _dated(column: str) -> str:
    choice = """Column("c", Enum("a", "b")), CheckConstraint("c <> 'b'", name="chosen")"""
    return CHILD.replace("item_id", column).replace(
        'of_item")))', f'of_item")), {D}, {choice}, {BORN})'
    )


KINDS = (
    _table("plain", item(A), ROW),
    _table("with a unique key and an index", item(A, 'Index("by_a", "a")'), ROW),
    _table("with a check, named", item(A, 'CheckConstraint("a > 0", name="a_positive")'), ROW),
    _table("with a check, unnamed", item(A, 'CheckConstraint("a > 0")'), ROW),
    _table("with a comment and options", item(A, 'comment="c"', 'mysql_row_format="DYNAMIC"'), ROW),
    _table("that a foreign key names", item(A) + CHILD, ROW, "INSERT INTO child VALUES (1, 1)"),
    _table(
        "that an unnamed foreign key names",
        item(A) + CHILD_UNNAMED,
        ROW,
        "INSERT INTO child VALUES (1, 1)",
    ),
    changed(
        "rename table: with an unnamed foreign key of its own",
        item(A) + CHILD_UNNAMED,
        item(A) + CHILD_UNNAMED.replace('"child"', '"kid"'),
        ROW,
        "INSERT INTO child VALUES (1, 1)",
        renames={"child": "kid"},
    ),
    changed(
        "rename table: with an automatic index name",
        item('Column("a", Integer, index=True)'),
        _goods(item('Column("a", Integer, index=True)')),
        ROW,
        renames=TO_GOODS,
    ),
    _table(
        "that refers to itself", item(A, 'Column("up", ForeignKey("item.id", name="tree"))'), ROW
    ),
    _table(
        "with generated columns",
        item(A, 'Column("g", Integer, Computed("a + 1", persisted=True))'),
        ROW,
    ),
    _table(
        "with partitions", item(A, 'mysql_partition_by="HASH (id)"', 'mysql_partitions="2"'), ROW
    ),
    changed(
        "rename table: with a trigger",
        item(A, more=ddl("CREATE TRIGGER tr BEFORE INSERT ON item FOR EACH ROW SET NEW.a = 1")),
        _goods(item(A))
        + ddl("CREATE TRIGGER tr BEFORE INSERT ON goods FOR EACH ROW SET NEW.a = 1"),
        "INSERT INTO item (id, a) VALUES (1, 5)",
        renames=TO_GOODS,
    ),
    changed(
        "rename table: under a view",
        item(A, more=ddl("CREATE VIEW v AS SELECT id, a FROM item")),
        _goods(item(A)) + ddl("CREATE VIEW v AS SELECT id, a FROM goods"),
        ROW,
        renames=TO_GOODS,
    ),
    changed(
        "rename table: and a new column",
        item(A),
        _goods(item(A, B)),
        ROW,
        renames=TO_GOODS,
    ),
    changed(
        "rename table: and an unnamed check, which goes again under the old name",
        item(A),
        _goods(item(A, 'CheckConstraint("a > 0")')),
        ROW,
        renames=TO_GOODS,
    ),
    changed(
        "rename table: and an unnamed foreign key, which goes again under the old name",
        item(A) + CHILD_PLAIN,
        item(A) + CHILD_UNNAMED.replace('"child"', '"kid"'),
        ROW,
        "INSERT INTO child VALUES (1, 1)",
        renames={"child": "kid"},
    ),
    changed(
        "rename table: and one of its two unnamed checks goes",
        item(A, 'CheckConstraint("a > 0")', 'CheckConstraint("a > 1")'),
        _goods(item(A, 'CheckConstraint("a > 1")')),
        "INSERT INTO item (id, a) VALUES (1, 5), (2, NULL)",
        renames=TO_GOODS,
    ),
    changed(
        "rename table: with names of its own that begin as automatic ones do",
        item(A, 'CheckConstraint("a > 0", name="item_chk_positive")')
        + CHILD.replace("of_item", "child_ibfk_item"),
        _goods(item(A, 'CheckConstraint("a > 0", name="item_chk_positive")'))
        + _goods(CHILD).replace('"child"', '"kid"').replace("of_item", "child_ibfk_item"),
        ROW,
        "INSERT INTO child VALUES (1, 1)",
        renames={**TO_GOODS, "child": "kid"},
    ),
    changed(
        "rename table: and a column of it",
        item(A),
        _goods(item(B)),
        ROW,
        renames={**TO_GOODS, "item.a": "goods.b"},
    ),
    changed(
        "rename table: two swap their names",
        'Table("one", metadata, Column("id", Integer, primary_key=True), Column("a", Integer))\n'
        'Table("two", metadata, Column("id", Integer, primary_key=True), Column("b", Integer))\n',
        'Table("two", metadata, Column("id", Integer, primary_key=True), Column("a", Integer))\n'
        'Table("one", metadata, Column("id", Integer, primary_key=True), Column("b", Integer))\n',
        "INSERT INTO one VALUES (1, 1)",
        "INSERT INTO two VALUES (2, 2)",
        renames={"one": "two", "two": "one"},
    ),
    changed(
        "rename table: to another schema",
        item(A),
        item(A, 'schema="archive_to"'),
        ROW,
        renames={"item": "archive_to.item"},
        schemas=("archive_to",),
    ),
    changed(
        "rename table: from another schema",
        item(A, 'schema="archive_from"'),
        item(A),
        "INSERT INTO archive_from.item VALUES (1, 5)",
        renames={"archive_from.item": "item"},
        schemas=("archive_from",),
    ),
    _column("plain", item(A), item(B)),
    _column(
        "NOT NULL without a default",
        item('Column("a", Integer, nullable=False)'),
        item('Column("b", Integer, nullable=False)'),
        "INSERT INTO item VALUES (1, 5)",
    ),
    _column(
        "with a default and a comment",
        item('Column("a", Integer, server_default="5", comment="c")'),
        item('Column("b", Integer, server_default="5", comment="c")'),
    ),
    _column("indexed", item(A, 'Index("i", "a")'), item(B, 'Index("i", "b")')),
    _column(
        "unique",
        item(A, 'UniqueConstraint("a", name="u")'),
        item(B, 'UniqueConstraint("b", name="u")'),
    ),
    changed(
        "rename column: with an automatic index name",
        item('Column("a", Integer, index=True)'),
        item('Column("b", Integer, index=True)'),
        ROW,
        renames=AB,
    ),
    changed(
        "rename column: of a foreign key, beside checks of moments and choices",
        item(A) + _dated("item_id"),
        item(A) + _dated("thing_id"),
        ROW,
        "INSERT INTO child VALUES (1, 1, '2026-01-02', 'a')",
        renames={"child.item_id": "child.thing_id"},
    ),
    changed(
        "rename column: that a foreign key names, beside a check of a moment",
        item('Column("a", Integer, unique=True)', D, BORN) + CHILD_OF_A,
        item('Column("b", Integer)', 'UniqueConstraint("b", name="a")', D, BORN)
        + CHILD_OF_A.replace("item.a", "item.b"),
        "INSERT INTO item (id, a, d) VALUES (1, 5, '2026-01-02')",
        "INSERT INTO child VALUES (1, 5)",
        renames=AB,
    ),
    _column(
        "that a check uses",
        item(A, 'CheckConstraint("a > 0", name="low")'),
        item(B, 'CheckConstraint("b > 0", name="low")'),
    ),
    _column(
        "that an unnamed check uses",
        item(A, 'CheckConstraint("a > 0")'),
        item(B, 'CheckConstraint("b > 0")'),
    ),
    _column("with a type change", item(A), item('Column("b", BigInteger)')),
    _column(
        "with NOT NULL",
        item(A),
        item('Column("b", Integer, nullable=False)'),
        "INSERT INTO item VALUES (1, 5)",
    ),
    _column(
        "an enum",
        item('Column("a", Enum("x", "y"))'),
        item('Column("b", Enum("x", "y"))'),
        "INSERT INTO item VALUES (1, 'x')",
    ),
    _column(
        "with a collation",
        item('Column("a", String(5, collation="utf8mb4_bin"))'),
        item('Column("b", String(5, collation="utf8mb4_bin"))'),
        "INSERT INTO item VALUES (1, 'x')",
    ),
    _column(
        "with ON UPDATE",
        item(f'Column("a", DateTime, {TOUCHED})'),
        item(f'Column("b", DateTime, {TOUCHED})'),
        "INSERT INTO item VALUES (1, '2020-01-02 03:04:05')",
    ),
    _column(
        "generated",
        item('Column("n", Integer)', 'Column("a", Integer, Computed("n + 1", persisted=True))'),
        item('Column("n", Integer)', 'Column("b", Integer, Computed("n + 1", persisted=True))'),
        "INSERT INTO item (id, n) VALUES (1, 1)",
    ),
    _column(
        "in a functional index",
        item(A, 'Index("i", text("(a + 1)"))'),
        item(B, 'Index("i", text("(b + 1)"))'),
    ),
    _column(
        "unsigned",
        item('Column("a", mysql.INTEGER(unsigned=True))'),
        item('Column("b", mysql.INTEGER(unsigned=True))'),
    ),
    changed(
        "rename column: that refers to another table",
        CHILD.replace("item", "item") + item(),
        CHILD.replace('"item_id"', '"thing_id"') + item(),
        "INSERT INTO item VALUES (1)",
        "INSERT INTO child VALUES (1, 1)",
        renames={"child.item_id": "child.thing_id"},
    ),
    changed(
        "rename column: that a foreign key refers to",
        item(A) + CHILD,
        item(A, id_column='Column("number", Integer, primary_key=True)')
        + CHILD.replace("item.id", "item.number"),
        ROW,
        "INSERT INTO child VALUES (1, 1)",
        renames={"item.id": "item.number"},
    ),
    changed(
        "rename column: a to b and b to c",
        item(A, B),
        item(B, 'Column("c", Integer)'),
        "INSERT INTO item VALUES (1, 5, 6)",
        renames={"item.a": "item.b", "item.b": "item.c"},
    ),
    changed(
        "rename column: two swap their names",
        item(A, 'Column("b", String(5))'),
        item('Column("b", Integer)', 'Column("a", String(5))'),
        "INSERT INTO item VALUES (1, 5, 'x')",
        renames={"item.a": "item.b", "item.b": "item.a"},
    ),
    changed(
        "rename column: under a view",
        item(A, more=ddl("CREATE VIEW v AS SELECT id, a FROM item")),
        item(B, more=ddl("CREATE VIEW v AS SELECT id, b FROM item")),
        ROW,
        renames=AB,
    ),
    changed(
        "rename column: under a trigger",
        item(A, more=ddl("CREATE TRIGGER tr BEFORE UPDATE ON item FOR EACH ROW SET NEW.a = 1")),
        item(B, more=ddl("CREATE TRIGGER tr BEFORE UPDATE ON item FOR EACH ROW SET NEW.b = 1")),
        ROW,
        renames=AB,
    ),
)
