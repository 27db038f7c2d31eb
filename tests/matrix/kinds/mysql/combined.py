"""Several kinds of change in one revision."""

from matrix.kinds.mysql_models import changed, ddl, item

OWNER = 'owner = Table("owner", metadata, Column("id", Integer, primary_key=True){})\n'
A = 'Column("a", Integer)'
TOUCHED = 'server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")'

KINDS = (
    changed(
        "combined: column added, one widened, one dropped with its index",
        item('Column("a", String(10))', 'Column("b", Integer, index=True)'),
        item('Column("a", String(30))', 'Column("c", Enum("x", "y"), server_default="x")'),
        "INSERT INTO item VALUES (1, 'x', 2)",
        drops=("column:item.b",),
    ),
    changed(
        "combined: rename, type, NOT NULL, default and comment of one column",
        item('Column("a", Integer)'),
        item('Column("b", BigInteger, nullable=False, server_default="5", comment="five")'),
        "INSERT INTO item VALUES (1, 5)",
        renames={"item.a": "item.b"},
    ),
    changed(
        "combined: table and column renamed, index, check and foreign key with them",
        OWNER.format("")
        + item(
            'Column("owner_id", ForeignKey("owner.id", name="owned"))',
            A,
            'CheckConstraint("a > 0", name="low")',
            'Index("i", "a")',
        ),
        OWNER.format("")
        + item(
            'Column("owner_id", ForeignKey("owner.id", name="owned"))',
            'Column("b", Integer)',
            'CheckConstraint("b > 0", name="low")',
            'Index("i", "b")',
        ).replace('"item"', '"goods"'),
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO item VALUES (1, 1, 5)",
        renames={"item": "goods", "item.a": "goods.b"},
    ),
    changed(
        "combined: new table that an old one refers to, and a column for it",
        item(A),
        OWNER.format("") + item(A, 'Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        "INSERT INTO item VALUES (1, 5)",
    ),
    changed(
        "combined: new table that refers to a key which becomes bigint",
        OWNER.format(""),
        OWNER.format("").replace("Integer", "BigInteger")
        + item('Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        "INSERT INTO owner VALUES (1)",
    ),
    changed(
        "combined: table dropped, with the column and the key that named it",
        OWNER.format("") + item(A, 'Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        item(A),
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO item VALUES (1, 5, 1)",
    ),
    changed(
        "combined: keys become bigint, collation changes, an index is added",
        OWNER.format(', Column("name", String(20))')
        + item('Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        OWNER.format(
            ', Column("name", String(20), index=True), mysql_collate="utf8mb4_bin"'
        ).replace("Integer, primary_key", "BigInteger, primary_key")
        + item('Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        "INSERT INTO owner VALUES (1, 'x')",
        "INSERT INTO item VALUES (1, 1)",
    ),
    changed(
        "combined: enum value, generated column over it and an index on that",
        item('Column("a", Enum("x", "y"))'),
        item(
            'Column("a", Enum("x", "y", "z"))',
            'Column("g", String(5), Computed("concat(a, \'!\')", persisted=True), index=True)',
        ),
        "INSERT INTO item VALUES (1, 'x')",
    ),
    changed(
        "combined: check, unique key and full text index, all at once",
        item(A, 'Column("t", Text)'),
        item(
            A,
            'Column("t", Text)',
            'CheckConstraint("a > 0", name="low")',
            'UniqueConstraint("a", name="only")',
            'Index("words", "t", mysql_prefix="FULLTEXT")',
        ),
        "INSERT INTO item VALUES (1, 5, 'one two')",
    ),
    changed(
        "combined: view and trigger over a changing column",
        item(
            A,
            more=ddl(
                "CREATE VIEW v AS SELECT id, a FROM item",
                "CREATE TRIGGER tr BEFORE UPDATE ON item FOR EACH ROW SET NEW.a = 1",
            ),
        ),
        item(
            'Column("a", BigInteger, comment="big")',
            more=ddl(
                "CREATE VIEW v AS SELECT id, a FROM item WHERE a > 1",
                "CREATE TRIGGER tr BEFORE UPDATE ON item FOR EACH ROW SET NEW.a = 2",
            ),
        ),
        "INSERT INTO item VALUES (1, 5)",
    ),
    changed(
        "combined: expression of a generated column, the type below and its index",
        item(
            A,
            'Column("g", Integer, Computed("a + 1", persisted=False))',
            'Index("i", "g")',
        ),
        item(
            'Column("a", BigInteger)',
            'Column("g", BigInteger, Computed("a + 2", persisted=False))',
            'Index("i", "g", "a")',
        ),
        "INSERT INTO item (id, a) VALUES (1, 5)",
    ),
    changed(
        "combined: partitions, a key that suits them and a comment",
        item(A),
        'item = Table("item", metadata, Column("id", Integer, primary_key=True), '
        'Column("a", Integer, primary_key=True), comment="by a", '
        'mysql_partition_by="HASH (a)", mysql_partitions="2")\n',
        "INSERT INTO item VALUES (1, 5)",
    ),
    changed(
        "combined: two tables renamed, one refers to the other",
        OWNER.format("") + item('Column("owner_id", ForeignKey("owner.id", name="owned"))'),
        OWNER.format("").replace('"owner"', '"person"')
        + item('Column("owner_id", ForeignKey("person.id", name="owned"))').replace(
            '"item"', '"goods"'
        ),
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO item VALUES (1, 1)",
        renames={"owner": "person", "item": "goods"},
    ),
    changed(
        "combined: defaults, ON UPDATE and invisibility kept under type changes",
        item(
            f'Column("a", DateTime, {TOUCHED})',
            'Column("b", String(10, collation="utf8mb4_bin"), server_default="it\'s")',
        ),
        item(
            f'Column("a", DateTime, {TOUCHED}, comment="at")',
            'Column("b", String(20, collation="utf8mb4_bin"), server_default="it\'s", '
            "nullable=False)",
        ),
        "INSERT INTO item VALUES (1, '2026-01-02 03:04:05', 'x')",
    ),
)
