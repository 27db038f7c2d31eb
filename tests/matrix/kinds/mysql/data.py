"""What rows stand against: a person is told, and mends them before the upgrade."""

from matrix.kind import Kind
from matrix.kinds.mysql_models import changed, item, of_column


def _cured(name: str, before: str, after: str, cure: str, *values: str) -> Kind:
    return of_column(f"data: {name}", before, after, *values, expected="needs cure", cure=cure)


KINDS = (
    _cured(
        "NOT NULL over NULL",
        "Integer",
        "Integer, nullable=False",
        "UPDATE item SET a = 0 WHERE a IS NULL",
        "1",
        "NULL",
    ),
    _cured(
        "NOT NULL over NULL with a default",
        "Integer",
        'Integer, nullable=False, server_default="0"',
        "UPDATE item SET a = 0 WHERE a IS NULL",
        "1",
        "NULL",
    ),
    _cured(
        "varchar too long", "String(20)", "String(3)", "UPDATE item SET a = left(a, 3)", "'longer'"
    ),
    _cured("text too long", "Text", "String(3)", "UPDATE item SET a = left(a, 3)", "'longer'"),
    _cured("bigint out of range", "BigInteger", "Integer", "UPDATE item SET a = 1", "5000000000"),
    _cured(
        "negative to unsigned",
        "Integer",
        "mysql.INTEGER(unsigned=True)",
        "UPDATE item SET a = 0 WHERE a < 0",
        "-1",
    ),
    _cured(
        "numeric out of range",
        "Numeric(10, 2)",
        "Numeric(4, 2)",
        "UPDATE item SET a = 1",
        "12345.5",
    ),
    _cured(
        "numeric loses digits",
        "Numeric(10, 4)",
        "Numeric(10, 2)",
        "UPDATE item SET a = round(a, 2)",
        "1.2345",
    ),
    _cured(
        "microseconds cut",
        "mysql.DATETIME(fsp=6)",
        "DateTime",
        "UPDATE item SET a = '2026-01-02 03:04:05'",
        "'2026-01-02 03:04:05.123456'",
    ),
    _cured(
        "datetime to date",
        "DateTime",
        "Date",
        "UPDATE item SET a = date(a)",
        "'2026-01-02 03:04:05'",
    ),
    _cured(
        "datetime out of a timestamp's range",
        "DateTime",
        "mysql.TIMESTAMP",
        "UPDATE item SET a = '2026-01-02'",
        "'1950-01-02 03:04:05'",
    ),
    _cured("words to int", "String(10)", "Integer", "UPDATE item SET a = '12'", "'twelve'"),
    _cured("no JSON in the text", "Text", "JSON", "UPDATE item SET a = '{}'", "'not json'"),
    _cured(
        "not among the enum's values",
        "String(5)",
        'Enum("x", "y")',
        "UPDATE item SET a = 'x'",
        "'z'",
    ),
    _cured(
        "set member in use",
        'mysql.SET("x", "y")',
        'mysql.SET("x")',
        "UPDATE item SET a = 'x'",
        "'x,y'",
    ),
    _cured("double to int", "Double", "Integer", "UPDATE item SET a = 1", "1.5"),
    _cured(
        "not in the new charset",
        "String(10)",
        "mysql.VARCHAR(10, charset='latin1')",
        "UPDATE item SET a = 'x'",
        "'日本'",
    ),
    changed(
        "data: duplicates under a new unique key",
        item('Column("a", Integer)'),
        item('Column("a", Integer)', 'UniqueConstraint("a", name="only")'),
        "INSERT INTO item VALUES (1, 1), (2, 1)",
        expected="needs cure",
        cure="UPDATE item SET a = id",
    ),
    changed(
        "data: duplicates under a collation without case",
        item('Column("a", String(5, collation="utf8mb4_bin"), unique=True)'),
        item('Column("a", String(5), unique=True)'),
        "INSERT INTO item VALUES (1, 'x'), (2, 'X')",
        expected="needs cure",
        cure="UPDATE item SET a = id",
    ),
    changed(
        "data: rows against a new check",
        item('Column("a", Integer)'),
        item('Column("a", Integer)', 'CheckConstraint("a > 0", name="positive")'),
        "INSERT INTO item VALUES (1, -1)",
        expected="needs cure",
        cure="UPDATE item SET a = 1",
    ),
    changed(
        "data: orphans under a new foreign key",
        item() + 'Table("child", metadata, Column("id", Integer, primary_key=True), '
        'Column("item_id", Integer))',
        item() + 'Table("child", metadata, Column("id", Integer, primary_key=True), '
        'Column("item_id", ForeignKey("item.id", name="of_item")))',
        "INSERT INTO child VALUES (1, 9)",
        expected="needs cure",
        cure="DELETE FROM child",
    ),
    changed(
        "data: NULL in a new primary key",
        'Table("item", metadata, Column("a", Integer), Column("b", Integer))',
        'Table("item", metadata, Column("a", Integer, primary_key=True, autoincrement=False), '
        'Column("b", Integer))',
        "INSERT INTO item VALUES (NULL, 1)",
        expected="needs cure",
        cure="UPDATE item SET a = 1",
    ),
    changed(
        "data: rows outside of all partitions",
        item(),
        item('mysql_partition_by="RANGE (id) (PARTITION p0 VALUES LESS THAN (100))"'),
        "INSERT INTO item VALUES (150)",
        expected="needs cure",
        cure="DELETE FROM item",
    ),
    changed(
        "data: NOT NULL column on a table with rows",
        item(),
        item('Column("a", Integer, nullable=False)'),
        "INSERT INTO item VALUES (1)",
        expected="needs cure",
        cure="DELETE FROM item",
    ),
    changed(
        "data: NOT NULL date on a table with rows",
        item(),
        item('Column("a", Date, nullable=False)'),
        "INSERT INTO item VALUES (1)",
        expected="needs cure",
        cure="DELETE FROM item",
    ),
    changed(
        "data: unique NOT NULL column on a table with rows",
        item(),
        item('Column("a", Integer, nullable=False, unique=True)'),
        "INSERT INTO item VALUES (1), (2)",
        expected="needs cure",
        cure="DELETE FROM item",
    ),
)
