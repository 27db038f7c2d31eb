"""Columns: added, dropped, and every property of their type."""

from matrix.kind import Kind
from matrix.kinds.mysql_models import changed, item, of_column

ROW = "INSERT INTO item (id) VALUES (1), (2)"
POINT_TYPE = """\
from sqlalchemy.types import UserDefinedType


class Point(UserDefinedType):
    cache_ok = True

    def __init__(self, srid=None):
        self.srid = srid

    def get_col_spec(self):
        return "POINT" if self.srid is None else f"POINT SRID {self.srid}"


"""
INVISIBLE_TYPE = """\
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn


@compiles(CreateColumn, "mysql")
def _invisible(element, compiler, **kw):
    text = compiler.visit_create_column(element, **kw)
    return text + " INVISIBLE" if text and element.element.info.get("invisible") else text


"""


def _added(name: str, column: str, head: str = "") -> Kind:
    return changed(f"add column: {name}", head + item(), head + item(column), ROW)


def _dropped(name: str, column: str, row: str) -> Kind:
    return changed(f"drop column: {name}", item(column), item(), row)


ADDED = (
    _added("nullable", 'Column("a", String(10))'),
    _added("with a server default", 'Column("a", Integer, nullable=False, server_default="7")'),
    _added("with a comment", 'Column("a", Integer, comment="how many, \'about\' 100%")'),
    _added("enum", 'Column("a", Enum("new", "old", name="state"))'),
    _added("set", 'Column("a", mysql.SET("x", "y"))'),
    _added("JSON with a default", 'Column("a", JSON, server_default=text("(json_array())"))'),
    _added("bit", 'Column("a", mysql.BIT(8))'),
    _added("boolean", 'Column("a", Boolean, nullable=False, server_default=false())'),
    _added("unsigned", 'Column("a", mysql.BIGINT(unsigned=True), server_default="0")'),
    _added("with an index", 'Column("a", Integer, index=True)'),
    _added("unique and nullable", 'Column("a", Integer, unique=True)'),
    _added("with a collation", 'Column("a", String(10, collation="utf8mb4_bin"))'),
    _added("of a reserved word", 'Column("order", Integer)'),
    _added("with a backtick in its name", 'Column("a`b", Integer)'),
    _added(
        "with an expression default", 'Column("a", String(36), server_default=text("(uuid())"))'
    ),
    _added(
        "microseconds and ON UPDATE",
        'Column("a", mysql.DATETIME(fsp=6), nullable=False, server_default='
        'text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"))',
    ),
    _added("a point, nullable", 'Column("a", Point(4326))', POINT_TYPE),
    _added("invisible", 'Column("a", Integer, info={"invisible": True})', INVISIBLE_TYPE),
    _added("a big blob", 'Column("a", mysql.LONGBLOB)'),
)

DROPPED = (
    _dropped("plain", 'Column("a", Integer)', "INSERT INTO item VALUES (1, 2)"),
    _dropped("enum", 'Column("a", Enum("x", "y"))', "INSERT INTO item VALUES (1, 'x')"),
    _dropped("with an index", 'Column("a", Integer, index=True)', "INSERT INTO item VALUES (1, 2)"),
    _dropped("unique", 'Column("a", Integer, unique=True)', "INSERT INTO item VALUES (1, 2)"),
    changed(
        "drop column: one of two in an index",
        item('Column("a", Integer)', 'Column("b", Integer)', 'Index("ab", "a", "b")'),
        item('Column("a", Integer)'),
        "INSERT INTO item VALUES (1, 2, 3)",
    ),
    changed(
        "drop column: one of two in an index that stays",
        item('Column("a", Integer)', 'Column("b", Integer)', 'Index("ab", "a", "b")'),
        item('Column("a", Integer)', 'Index("ab", "a")'),
        "INSERT INTO item VALUES (1, 2, 3)",
    ),
    changed(
        "drop column: a CHECK names it",
        item('Column("a", Integer)', 'CheckConstraint("a > 0", name="a_positive")'),
        item(),
        "INSERT INTO item VALUES (1, 2)",
    ),
    changed(
        "drop column: a CHECK names it and another",
        item(
            'Column("a", Integer)',
            'Column("b", Integer)',
            'CheckConstraint("a > b", name="ordered")',
        ),
        item('Column("a", Integer)'),
        "INSERT INTO item VALUES (1, 3, 2)",
    ),
    changed(
        "drop column: a generated column uses it and goes too",
        item('Column("a", Integer)', 'Column("b", Integer, Computed("a + 1", persisted=True))'),
        item(),
        "INSERT INTO item (id, a) VALUES (1, 2)",
    ),
    changed(
        "drop column: with its foreign key",
        'owner = Table("owner", metadata, Column("id", Integer, primary_key=True))\n'
        + item('Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        'owner = Table("owner", metadata, Column("id", Integer, primary_key=True))\n' + item(),
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO item VALUES (1, 1)",
    ),
    changed(
        "drop column: and another is added, no rename",
        item('Column("a", Integer)'),
        item('Column("b", String(5))'),
        "INSERT INTO item VALUES (1, 2)",
        drops=("column:item.a",),
    ),
)

VISIBILITY = tuple(
    changed(
        f"visibility: {name}", INVISIBLE_TYPE + item(*before), INVISIBLE_TYPE + item(*after), row
    )
    for name, before, after, row in (
        (
            "made invisible",
            ['Column("a", Integer)'],
            ['Column("a", Integer, info={"invisible": True})'],
            "INSERT INTO item (id, a) VALUES (1, 2)",
        ),
        (
            "made visible",
            ['Column("a", Integer, info={"invisible": True})'],
            ['Column("a", Integer)'],
            "INSERT INTO item (id, a) VALUES (1, 2)",
        ),
        (
            "kept when the type changes",
            ['Column("a", Integer, info={"invisible": True})'],
            ['Column("a", BigInteger, info={"invisible": True})'],
            "INSERT INTO item (id, a) VALUES (1, 2)",
        ),
        (
            "kept when the comment changes",
            ['Column("a", Integer, info={"invisible": True})'],
            ['Column("a", Integer, info={"invisible": True}, comment="new")'],
            "INSERT INTO item (id, a) VALUES (1, 2)",
        ),
    )
)

NULLABILITY = (
    of_column("nullability: NOT NULL on clean data", "Integer", "Integer, nullable=False", "1"),
    of_column("nullability: NOT NULL dropped", "Integer, nullable=False", "Integer", "1"),
    of_column(
        "nullability: of a timestamp with ON UPDATE",
        'mysql.TIMESTAMP, server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")',
        "mysql.TIMESTAMP, nullable=False, "
        'server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")',
        "'2026-01-02 03:04:05'",
    ),
    of_column(
        "nullability: of a column with a collation",
        "String(5, collation='utf8mb4_bin')",
        "String(5, collation='utf8mb4_bin'), nullable=False",
        "'x'",
    ),
    of_column(
        "nullability: of a column with a comment and a default",
        'String(5), server_default="x", comment="that\'s it"',
        'String(5), server_default="x", comment="that\'s it", nullable=False',
        "'x'",
    ),
    of_column(
        "nullability: of an unsigned column",
        "mysql.INTEGER(unsigned=True)",
        "mysql.INTEGER(unsigned=True), nullable=False",
        "1",
    ),
)

AUTOINCREMENT = (
    changed(
        "autoincrement: given",
        item(id_column='Column("id", Integer, primary_key=True, autoincrement=False)'),
        item(),
        ROW,
    ),
    changed(
        "autoincrement: taken away",
        item(),
        item(id_column='Column("id", Integer, primary_key=True, autoincrement=False)'),
        ROW,
    ),
    changed(
        "autoincrement: kept when the key becomes bigint",
        item(),
        item(id_column='Column("id", BigInteger, primary_key=True)'),
        ROW,
    ),
    changed(
        "autoincrement: kept when the key becomes unsigned",
        item(),
        item(id_column='Column("id", mysql.INTEGER(unsigned=True), primary_key=True)'),
        ROW,
    ),
)

COMMENTS = (
    of_column("comment: column's added", "Integer", 'Integer, comment="it\'s"', "1"),
    of_column(
        "comment: column's changed", 'Integer, comment="a"', 'Integer, comment="b\\\\c"', "1"
    ),
    of_column("comment: column's dropped", 'Integer, comment="a"', "Integer", "1"),
    of_column(
        "comment: of an unsigned column with a default",
        'mysql.INTEGER(unsigned=True), server_default="3"',
        'mysql.INTEGER(unsigned=True), server_default="3", comment="new"',
        "1",
    ),
)

KINDS = (*ADDED, *DROPPED, *VISIBILITY, *NULLABILITY, *AUTOINCREMENT, *COMMENTS)
