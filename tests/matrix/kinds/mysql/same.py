"""Nothing changed: nothing may be sent."""

from matrix.kind import Kind
from matrix.kinds.mysql.columns import INVISIBLE_TYPE, POINT_TYPE
from matrix.kinds.mysql_models import ddl, item, unchanged

OWNER = 'owner = Table("owner", metadata, Column("id", Integer, primary_key=True))\n'


def _same(name: str, *parts: str, head: str = "", more: str = "") -> Kind:
    return unchanged(f"same: {name}", head + item(*parts, more=more))


def _column(name: str, column: str) -> Kind:
    return _same(name, f'Column("a", {column})')


KINDS = (
    _column("expression default", 'Integer, server_default=text("(1 + 1)")'),
    _column("uuid() default", 'String(36), server_default=text("(uuid())")'),
    _column("now() default", "DateTime, server_default=func.now()"),
    _column("true() default", "Boolean, server_default=true()"),
    _column("false() default", "Boolean, server_default=false()"),
    _column("boolean with its CHECK", 'Boolean(name="yes_no", create_constraint=True)'),
    _column("text with a length", "Text(100000)"),
    _column("short text with a length", "Text(100)"),
    _column("blob with a length", "LargeBinary(100000)"),
    _column("nvarchar", "mysql.NVARCHAR(10)"),
    _column("nchar", "mysql.NCHAR(10)"),
    _column("quoted default", 'String(20), server_default="it\'s"'),
    _column("default in double quotes", "String(20), server_default='say \"x\"'"),
    _column("default with a backslash", 'String(20), server_default="a\\\\\\\\b"'),
    _column("default with a backslash and quotes", 'String(20), server_default="a\\\\\\\\\'b"'),
    _column("empty default", 'String(20), server_default=""'),
    _column("default of spaces", 'String(20), server_default="  "'),
    _column("default with a percent sign", 'String(20), server_default="100%"'),
    _column("default that looks like a function", 'String(20), server_default="now()"'),
    _column("default NULL", 'Integer, server_default=text("NULL")'),
    _column("decimal default", 'Numeric(10, 2), server_default="1.5"'),
    _column("decimal default as a number", 'Numeric(10, 2), server_default=text("0")'),
    _column("float default", 'Float, server_default="0.1"'),
    _column("negative default", 'Integer, server_default=text("-1")'),
    _column("bit default", "mysql.BIT(4), server_default=text(\"b'101'\")"),
    _column("date default", 'Date, server_default="2026-01-02"'),
    _column(
        "datetime default with microseconds",
        'mysql.DATETIME(fsp=6), server_default="2026-01-02 03:04:05.5"',
    ),
    _column("JSON default", 'JSON, server_default=text("(json_array())")'),
    _column("text default", "Text, server_default=text(\"('x')\")"),
    _column("enum", 'Enum("x", "it\'s", "a,b")'),
    _column(
        "enum with a default", 'Enum("x", "y", name="kind"), nullable=False, server_default="y"'
    ),
    _column(
        "enum not native, with its CHECK",
        'Enum("x", "y", name="kind", native_enum=False, create_constraint=True)',
    ),
    _column("set", 'mysql.SET("x", "y"), server_default="x,y"'),
    _column("unsigned and zerofill", "mysql.INTEGER(unsigned=True, zerofill=True)"),
    _column("display width", "mysql.INTEGER(11)"),
    _column("display width of a boolean", "mysql.TINYINT(1)"),
    _column("year", "mysql.YEAR"),
    _column("numeric without digits", "Numeric"),
    _column("float with a precision", "Float(53)"),
    _column("double with digits", "mysql.DOUBLE(10, 2)"),
    _column("collation", 'String(10, collation="utf8mb4_bin")'),
    _column("collation that is the table's", 'String(10, collation="utf8mb4_0900_ai_ci")'),
    _column("charset of a column", 'mysql.VARCHAR(10, charset="latin1")'),
    _column("utf8, which is utf8mb3", 'mysql.VARCHAR(10, charset="utf8")'),
    _column("binary text", "mysql.VARCHAR(10, binary=True)"),
    _column("uuid", "Uuid"),
    _column("interval", "Interval"),
    _column("pickle", "PickleType"),
    _column("comment with quotes", 'Integer, comment="it\'s \\"x\\" \\\\\\\\ 100%; -- y"'),
    _column("comment of two lines", 'Integer, comment="one\\ntwo"'),
    _column(
        "microseconds and ON UPDATE",
        "mysql.TIMESTAMP(fsp=6), nullable=False, "
        'server_default=text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)")',
    ),
    _column(
        "ON UPDATE beside NULL",
        'mysql.TIMESTAMP, server_default=text("NULL ON UPDATE CURRENT_TIMESTAMP")',
    ),
    _column("timestamp that may be NULL", "mysql.TIMESTAMP, nullable=True"),
    _column("reserved word's index", 'Integer, key="order", index=True'),
    _same(
        "generated columns",
        'Column("n", Integer)',
        'Column("a", Integer, Computed("n + 1"))',
        'Column("b", Integer, Computed("n * 2", persisted=True), nullable=False)',
    ),
    _same(
        "generated column of text",
        'Column("s", String(9))',
        "Column(\"a\", String(20), Computed(\"concat(s, 'it''s')\"))",
    ),
    _same("functional index", 'Column("a", Integer)', 'Index("i", text("(a + 1)"))'),
    _same(
        "functional index of text",
        'Column("a", String(9))',
        'Index("i", text("(lower(a))"), unique=True)',
    ),
    _same(
        "descending index",
        'Column("a", Integer)',
        'Column("b", Integer)',
        'Index("i", text("a DESC"), "b")',
    ),
    _same("prefix index", 'Column("a", Text)', 'Index("i", "a", mysql_length=10)'),
    _same(
        "full text index",
        'Column("a", Text)',
        'Index("i", "a", mysql_prefix="FULLTEXT", mysql_with_parser="ngram")',
    ),
    _same("index said to be btree", 'Column("a", Integer)', 'Index("i", "a", mysql_using="btree")'),
    _same(
        "unnamed unique key",
        'Column("a", Integer, unique=True)',
        'Column("b", Integer)',
        'UniqueConstraint("a", "b")',
    ),
    _same(
        "unnamed checks",
        'Column("a", Integer)',
        'CheckConstraint("a > 0")',
        'CheckConstraint("a < 9 or a in (11, 12)")',
    ),
    _same(
        "check with text",
        'Column("a", String(9))',
        "CheckConstraint(\"a in ('x', 'it''s') and a like 'x'\", name='c')",
    ),
    _same("spatial column", 'Column("a", Point(4326))', head=POINT_TYPE),
    _same(
        "invisible column", 'Column("a", Integer, info={"invisible": True})', head=INVISIBLE_TYPE
    ),
    _same(
        "partitions",
        'mysql_partition_by="RANGE (id) (PARTITION p0 VALUES LESS THAN (10), '
        'PARTITION p1 VALUES LESS THAN MAXVALUE)"',
    ),
    _same("partitions by key", 'mysql_partition_by="KEY ()"', 'mysql_partitions="3"'),
    _same(
        "table options",
        'comment="it\'s"',
        'mysql_engine="InnoDB"',
        'mysql_row_format="COMPRESSED"',
        'mysql_charset="utf8mb4"',
        'mysql_auto_increment="50"',
    ),
    _same(
        "another charset of the table",
        'Column("a", String(9))',
        'Column("b", String(9, collation="utf8mb4_bin"))',
        'mysql_charset="latin1"',
    ),
    _same("another engine", 'mysql_engine="MyISAM"'),
    _same(
        "view",
        'Column("a", Integer)',
        more='CreateView(select(item.c.a).where(item.c.a > 1), "v", metadata=metadata)\n',
    ),
    _same(
        "programs",
        'Column("a", Integer)',
        more=ddl(
            "CREATE TRIGGER tr BEFORE INSERT ON item FOR EACH ROW SET NEW.a = 1",
            "CREATE PROCEDURE p() SELECT 1",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        ),
    ),
    unchanged(
        "same: foreign key with its own index",
        OWNER + item('Column("owner_id", ForeignKey("owner.id", name="owned"), index=True)'),
    ),
    unchanged(
        "same: foreign key without an index",
        OWNER + item('Column("owner_id", ForeignKey("owner.id"))'),
    ),
    unchanged(
        "same: foreign key that restricts",
        OWNER
        + item(
            'Column("owner_id", ForeignKey("owner.id", name="owned", ondelete="RESTRICT", '
            'onupdate="NO ACTION"))'
        ),
    ),
    unchanged(
        "same: foreign key below a wider index",
        OWNER
        + item(
            'Column("owner_id", ForeignKey("owner.id", name="owned"))',
            'Column("a", Integer)',
            'Index("i", "owner_id", "a")',
        ),
    ),
    unchanged(
        "same: names with upper case and a space",
        item('Column("aB c", Integer, index=True)').replace('"item"', '"Item Two"'),
    ),
    unchanged(
        "same: a foreign key across schemas",
        'other = Table("other", metadata, Column("id", Integer, primary_key=True), '
        'schema="archive_same")\n'
        + item('Column("other_id", ForeignKey("archive_same.other.id", name="of_other"))'),
        schemas=("archive_same",),
    ),
    unchanged(
        "same: a cycle of foreign keys",
        'Table("one", metadata, Column("id", Integer, primary_key=True), '
        'Column("two_id", ForeignKey("two.id", name="one_two", use_alter=True)))\n'
        'Table("two", metadata, Column("id", Integer, primary_key=True), '
        'Column("one_id", ForeignKey("one.id", name="two_one")))\n',
    ),
)
