"""Tables: new, gone, their options, partitions and comments."""

from typing import Unpack

from matrix.kind import Kind
from matrix.kinds.mysql_models import Details, changed, item

A = 'Column("a", String(20))'
ROW = "INSERT INTO item VALUES (1, 'x'), (2, 'é')"
OTHER = 'other = Table("other", metadata, Column("id", Integer, primary_key=True){})\n'


def _options(name: str, before: str, after: str, *extra: str) -> Kind:
    sides = [item(A, *extra, side) for side in (before, after)]
    return changed(f"table: {name}", *sides, ROW)


def _new(name: str, rest: str, **more: Unpack[Details]) -> Kind:
    return changed(f"new table: {name}", item(A), item(A) + OTHER.format(rest), ROW, **more)


def _partitions(name: str, before: str, after: str) -> Kind:
    sides = [
        item('Column("a", Integer)', f"mysql_partition_by={by!r}" if by else "", *count)
        for by, *count in (
            (side.partition(" // ")[0], *filter(None, [side.partition(" // ")[2]]))
            for side in (before, after)
        )
    ]
    return changed(f"partitions: {name}", *sides, "INSERT INTO item VALUES (1, 5), (150, 6)")


THIRD = 'Table("third", metadata, Column("other_id", ForeignKey("other.id"), primary_key=True))\n'
RANGE = "RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN {})"

KINDS = (
    _new("plain", ', Column("b", String(10), nullable=False, server_default="x")'),
    _new("with a foreign key", ', Column("item_id", ForeignKey("item.id", name="of_item"))'),
    _new("with a check", ', Column("b", Integer), CheckConstraint("b > 0", name="b_positive")'),
    _new("with an unnamed check", ', Column("b", Integer, CheckConstraint("b > 0"))'),
    _new(
        "with a unique key and an index",
        ', Column("b", Integer, unique=True), Column("c", Integer, index=True)',
    ),
    _new(
        "with options",
        ', mysql_engine="InnoDB", mysql_charset="latin1", mysql_row_format="DYNAMIC"',
    ),
    _new("with a comment", ', comment="it\'s 100%"'),
    _new(
        "with generated columns",
        ', Column("b", Integer), Column("c", Integer, Computed("b + 1", persisted=True))',
    ),
    _new("with a functional index", ', Column("b", Integer), Index("fb", text("(b + 1)"))'),
    _new("with a descending index", ', Column("b", Integer), Index("db", text("b DESC"))'),
    _new(
        "with a full text index", ', Column("b", Text), Index("fb", "b", mysql_prefix="FULLTEXT")'
    ),
    _new("with a prefix index", ', Column("b", Text), Index("pb", "b", mysql_length=5)'),
    _new(
        "with enum, set and JSON",
        ', Column("b", Enum("x", "y")), Column("c", mysql.SET("x")), Column("d", JSON)',
    ),
    _new(
        "with an expression default", ', Column("b", JSON, server_default=text("(json_array())"))'
    ),
    _new(
        "with ON UPDATE",
        ', Column("b", DateTime, '
        'server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"))',
    ),
    _new("with partitions", ', mysql_partition_by="HASH (id)", mysql_partitions="3"'),
    _new(
        "with collations",
        ', Column("b", String(5, collation="utf8mb4_bin")), mysql_collate="utf8mb4_general_ci"',
    ),
    _new(
        "with an unsigned key that counts from 1000",
        ', Column("b", mysql.BIGINT(unsigned=True)), mysql_auto_increment="1000"',
    ),
    _new("in another schema", ', schema="archive_new"', schemas=("archive_new",)),
    changed(
        "new table: in another schema, and a foreign key to it",
        item(A),
        OTHER.format(', schema="archive_key"')
        + item(A, 'Column("other_id", ForeignKey("archive_key.other.id", name="of_other"))'),
        ROW,
        schemas=("archive_key",),
    ),
    changed(
        "new table: a chain of three",
        item(A),
        item(A)
        + OTHER.format(', Column("item_id", ForeignKey("item.id", name="of_item"))')
        + THIRD,
        ROW,
    ),
    changed(
        "new table: with a backtick in its name",
        item(A),
        item(A) + OTHER.replace('"other"', '"o`ther"').format(""),
        ROW,
    ),
    changed(
        "drop table: plain",
        item(A) + OTHER.format(""),
        item(A),
        ROW,
        "INSERT INTO other VALUES (1)",
    ),
    changed(
        "drop table: with a foreign key to one that stays",
        item(A) + OTHER.format(', Column("item_id", ForeignKey("item.id", name="of_item"))'),
        item(A),
        ROW,
        "INSERT INTO other VALUES (1, 1)",
    ),
    changed(
        "drop table: that a foreign key of one that stays names",
        item(A) + OTHER.format(', Column("item_id", ForeignKey("item.id", name="of_item"))'),
        OTHER.format(', Column("item_id", Integer)'),
        ROW,
        # The way back makes the table without its rows: a key to one of them would be refused.
        "INSERT INTO other VALUES (1, NULL)",
    ),
    changed(
        "drop table: two, one refers to the other",
        item(A) + OTHER.format("") + THIRD,
        item(A),
        ROW,
    ),
    changed(
        "drop table: with all there is",
        item(A)
        + OTHER.format(
            ', Column("b", Integer, index=True),'
            ' Column("c", Integer, Computed("b + 1", persisted=True)),'
            ' CheckConstraint("b > 0", name="b_positive"), Column("d", Text),'
            ' Index("fd", "d", mysql_prefix="FULLTEXT"),'
            ' Column("e", JSON, server_default=text("(json_array())")),'
            ' comment="all", mysql_collate="utf8mb4_bin"'
        ),
        item(A),
        ROW,
    ),
    _options("comment added", "", 'comment="it\'s 100%"'),
    _options("comment changed", 'comment="a"', 'comment="b\\\\c"'),
    _options("comment dropped", 'comment="a"', ""),
    _options("charset", "", 'mysql_charset="latin1"'),
    _options("collation", "", 'mysql_collate="utf8mb4_bin"'),
    _options(
        "collation changed", 'mysql_collate="utf8mb4_bin"', 'mysql_collate="utf8mb4_general_ci"'
    ),
    _options("collation dropped", 'mysql_collate="utf8mb4_bin"', ""),
    _options("engine", "", 'mysql_engine="MyISAM"'),
    _options("row format", "", 'mysql_row_format="COMPRESSED"'),
    _options("row format dropped", 'mysql_row_format="COMPRESSED"', ""),
    _options(
        "block size",
        'mysql_row_format="COMPRESSED"',
        'mysql_row_format="COMPRESSED", mysql_key_block_size="4"',
    ),
    _options("statistics kept", "", 'mysql_stats_persistent="0"'),
    _options("statistics pages", "", 'mysql_stats_sample_pages="50"'),
    _options("checksum", "", 'mysql_checksum="1"'),
    _options("rows expected", "", 'mysql_max_rows="1000"'),
    _options("compression", "", "mysql_compression=\"'zlib'\""),
    changed(
        "table: charset with an enum, a check and a generated column",
        item(
            A,
            'Column("e", Enum("x", "y"))',
            'Column("g", String(30), Computed("concat(a, \'!\')", persisted=True))',
            "CheckConstraint(\"a <> 'é'\", name='no_accent')",
        ),
        item(
            A,
            'Column("e", Enum("x", "y"))',
            'Column("g", String(30), Computed("concat(a, \'!\')", persisted=True))',
            "CheckConstraint(\"a <> 'é'\", name='no_accent')",
            'mysql_collate="utf8mb4_bin"',
        ),
        "INSERT INTO item (id, a, e) VALUES (1, 'x', 'y')",
    ),
    changed(
        "table: collation with a foreign key on text",
        'owner = Table("owner", metadata, Column("id", String(5), primary_key=True))\n'
        + item('Column("owner_id", String(5), ForeignKey("owner.id", name="owned"))'),
        'owner = Table("owner", metadata, Column("id", String(5), primary_key=True), '
        'mysql_collate="utf8mb4_bin")\n'
        + item(
            'Column("owner_id", String(5), ForeignKey("owner.id", name="owned"))',
            'mysql_collate="utf8mb4_bin"',
        ),
        "INSERT INTO owner VALUES ('x')",
        "INSERT INTO item VALUES (1, 'x')",
    ),
    _partitions("added", "", RANGE.format("MAXVALUE")),
    _partitions("dropped", RANGE.format("MAXVALUE"), ""),
    _partitions("bound changed", RANGE.format("(200)"), RANGE.format("(300)")),
    _partitions(
        "one more",
        RANGE.format("(200)"),
        RANGE.format("(200)").removesuffix(")") + ", PARTITION p2 VALUES LESS THAN (300))",
    ),
    _partitions(
        "by range to by hash", RANGE.format("MAXVALUE"), 'HASH (id) // mysql_partitions="2"'
    ),
    _partitions("number", 'HASH (id) // mysql_partitions="2"', 'HASH (id) // mysql_partitions="4"'),
    _partitions("by key added", "", 'KEY (id) // mysql_partitions="2"'),
    _partitions(
        "column beside them",
        'KEY (id) // mysql_partitions="2"',
        'KEY (id) // mysql_partitions="2", comment="x"',
    ),
)
