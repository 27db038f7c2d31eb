"""Indexes and all their properties."""

from typing import Unpack

from matrix.kind import Kind
from matrix.kinds.mysql_models import Details, changed, ddl, item

COLUMNS = (
    'Column("a", Integer)',
    'Column("b", Integer)',
    'Column("t", Text)',
    'Column("s", String(50))',
    'Column("doc", JSON)',
)
ROW = "INSERT INTO item (id, a, b, t, s) VALUES (1, 1, 2, 'one two', 'x'), (2, 2, NULL, NULL, 'y')"


def _index(name: str, before: str, after: str, **more: Unpack[Details]) -> Kind:
    sides = [item(*COLUMNS, side) for side in (before, after)]
    return changed(f"index: {name}", *sides, ROW, **more)


def _by_ddl(name: str, before: str, after: str) -> Kind:
    """What SQLAlchemy has no words for."""
    sides = [
        item(*COLUMNS, 'Index("i", "a")', more=ddl(sql) if sql else "") for sql in (before, after)
    ]
    return changed(f"index: {name}", *sides, ROW)


KINDS = (
    _index("added", "", 'Index("i", "a")'),
    _index("dropped", 'Index("i", "a")', ""),
    _index("unique", 'Index("i", "a")', 'Index("i", "a", unique=True)'),
    _index("no longer unique", 'Index("i", "a", unique=True)', 'Index("i", "a")'),
    _index("columns", 'Index("i", "a")', 'Index("i", "a", "b")'),
    _index("order of columns", 'Index("i", "a", "b")', 'Index("i", "b", "a")'),
    _index("renamed", 'Index("i", "a")', 'Index("j", "a")'),
    _index("descending", 'Index("i", "a")', 'Index("i", text("a DESC"))'),
    _index("ascending again", 'Index("i", text("a DESC"))', 'Index("i", "a")'),
    _index("prefix added", 'Index("i", "s")', 'Index("i", "s", mysql_length=10)'),
    _index(
        "prefix changed", 'Index("i", "t", mysql_length=10)', 'Index("i", "t", mysql_length=20)'
    ),
    _index("prefix dropped", 'Index("i", "s", mysql_length=10)', 'Index("i", "s")'),
    _index("on a text added", "", 'Index("i", "t", mysql_length={"t": 10})'),
    _index("functional added", "", 'Index("i", text("(a + b)"))'),
    _index("functional, expression", 'Index("i", text("(a + b)"))', 'Index("i", text("(a - b)"))'),
    _index("functional dropped", 'Index("i", text("(a + b)"))', ""),
    _index("functional of text", "", 'Index("i", text("(lower(s))"))'),
    _index("column to functional", 'Index("i", "a")', 'Index("i", text("(a * 2)"))'),
    _index("full text added", "", 'Index("i", "t", mysql_prefix="FULLTEXT")'),
    _index("full text dropped", 'Index("i", "t", mysql_prefix="FULLTEXT")', ""),
    _index("plain to full text", 'Index("i", "s")', 'Index("i", "s", mysql_prefix="FULLTEXT")'),
    _index(
        "full text with a parser",
        'Index("i", "t", mysql_prefix="FULLTEXT")',
        'Index("i", "t", mysql_prefix="FULLTEXT", mysql_with_parser="ngram")',
    ),
    _index("using hash, which is a tree", 'Index("i", "a")', 'Index("i", "a", mysql_using="hash")'),
    _index("using btree said", 'Index("i", "a")', 'Index("i", "a", mysql_using="btree")'),
    changed(
        "index: multi-valued on JSON",
        item(*COLUMNS),
        item(*COLUMNS, 'Index("i", text("(CAST(doc AS UNSIGNED ARRAY))"))'),
        "INSERT INTO item (id, doc) VALUES (1, '[1, 2]')",
    ),
    _by_ddl("made invisible", "", "ALTER TABLE item ALTER INDEX i INVISIBLE"),
    _by_ddl("made visible", "ALTER TABLE item ALTER INDEX i INVISIBLE", ""),
    _by_ddl("with a comment", "", "CREATE INDEX c ON item (b) COMMENT 'why it\\\\'s here'"),
    _by_ddl(
        "its comment",
        "CREATE INDEX c ON item (b) COMMENT 'one'",
        "CREATE INDEX c ON item (b) COMMENT 'two'",
    ),
    _by_ddl(
        "its block size",
        "CREATE INDEX c ON item (b)",
        "CREATE INDEX c ON item (b) KEY_BLOCK_SIZE=4",
    ),
    changed(
        "index: spatial added",
        item(more=ddl("ALTER TABLE item ADD COLUMN p POINT NOT NULL SRID 4326")),
        item(
            more=ddl(
                "ALTER TABLE item ADD COLUMN p POINT NOT NULL SRID 4326",
                "CREATE SPATIAL INDEX i ON item (p)",
            )
        ),
    ),
    changed(
        "index: on a reserved word",
        item('Column("order", Integer)'),
        item('Column("order", Integer, index=True)'),
        "INSERT INTO item VALUES (1, 2)",
    ),
    changed(
        "index: with a backtick in its name",
        item('Column("a", Integer)'),
        item('Column("a", Integer)', 'Index("i`x", "a")'),
        "INSERT INTO item VALUES (1, 2)",
    ),
)
