"""The type of a column and all its properties."""

from matrix.kind import Kind
from matrix.kinds.mysql.columns import POINT_TYPE
from matrix.kinds.mysql_models import changed, item, of_column


def _type(name: str, before: str, after: str, *values: str) -> Kind:
    return of_column(f"type: {name}", before, after, *values)


KINDS = (
    _type("varchar longer", "String(10)", "String(20)", "'x'", "NULL"),
    _type("varchar shorter, data fits", "String(20)", "String(10)", "'x'", "NULL"),
    _type("varchar to text", "String(20)", "Text", "'x'", "NULL"),
    _type("text to varchar, data fits", "Text", "String(20)", "'x'", "NULL"),
    _type("char to varchar", "mysql.CHAR(5)", "String(5)", "'x'", "NULL"),
    _type("varchar to int, data fits", "String(10)", "Integer", "'12'", "NULL"),
    _type("int to varchar", "Integer", "String(10)", "12", "NULL"),
    _type("int to bigint", "Integer", "BigInteger", "12", "NULL"),
    _type("bigint to int, data fits", "BigInteger", "Integer", "12", "NULL"),
    _type("int to smallint, data fits", "Integer", "SmallInteger", "12", "NULL"),
    _type("int to unsigned", "Integer", "mysql.INTEGER(unsigned=True)", "12", "NULL"),
    _type("unsigned to int", "mysql.INTEGER(unsigned=True)", "Integer", "12", "NULL"),
    _type("int to mediumint", "Integer", "mysql.MEDIUMINT", "12", "NULL"),
    _type(
        "unsigned to zerofill", "mysql.INTEGER(unsigned=True)", "mysql.INTEGER(zerofill=True)", "12"
    ),
    _type("tinyint to boolean", "mysql.TINYINT", "Boolean", "1", "NULL"),
    _type("boolean to tinyint", "Boolean", "mysql.TINYINT", "1", "NULL"),
    _type("boolean to int", "Boolean", "Integer", "1", "0", "NULL"),
    _type("numeric wider", "Numeric(10, 2)", "Numeric(12, 4)", "1.5", "NULL"),
    _type("numeric's scale smaller, data fits", "Numeric(10, 4)", "Numeric(10, 2)", "1.5", "NULL"),
    _type("numeric without digits", "Numeric(10, 2)", "Numeric", "15", "NULL"),
    _type("numeric to unsigned", "Numeric(10, 2)", "mysql.DECIMAL(10, 2, unsigned=True)", "1.5"),
    _type("int to numeric", "Integer", "Numeric(10, 2)", "12", "NULL"),
    _type("float to double", "Float", "Double", "1.5", "NULL"),
    _type("double to numeric", "Double", "Numeric(10, 3)", "1.5", "NULL"),
    _type("float with a precision", "Float", "Float(53)", "1.5", "NULL"),
    _type("date to datetime", "Date", "DateTime", "'2026-01-02'", "NULL"),
    _type("datetime to timestamp", "DateTime", "mysql.TIMESTAMP", "'2026-01-02 03:04:05'", "NULL"),
    _type(
        "datetime gets microseconds", "DateTime", "mysql.DATETIME(fsp=6)", "'2026-01-02 03:04:05'"
    ),
    _type(
        "datetime's microseconds to milli",
        "mysql.DATETIME(fsp=6)",
        "mysql.DATETIME(fsp=3)",
        "'2026-01-02 03:04:05.5'",
    ),
    _type(
        "timestamp gets microseconds",
        "mysql.TIMESTAMP",
        "mysql.TIMESTAMP(fsp=6)",
        "'2026-01-02 03:04:05'",
    ),
    _type("time gets microseconds", "Time", "mysql.TIME(fsp=6)", "'03:04:05'"),
    _type("year to int", "mysql.YEAR", "Integer", "2026"),
    _type("text to mediumtext", "Text", "mysql.MEDIUMTEXT", "'x'"),
    _type("text to longtext", "Text", "mysql.LONGTEXT", "'x'"),
    _type("text with a length", "Text", "Text(100000)", "'x'"),
    _type("text to a short one, data fits", "Text", "mysql.TINYTEXT", "'x'"),
    _type("text to JSON", "Text", "JSON", "'[1]'", "NULL"),
    _type("JSON to longtext", "JSON", "mysql.LONGTEXT", "'[1]'", "NULL"),
    _type("JSON to text", "JSON", "Text", "'[1]'", "NULL"),
    _type("blob to longblob", "LargeBinary", "mysql.LONGBLOB", "'x'"),
    _type("blob with a length", "LargeBinary", "LargeBinary(100000)", "'x'"),
    _type("binary to varbinary", "mysql.BINARY(3)", "mysql.VARBINARY(3)", "'abc'"),
    _type("varbinary longer", "mysql.VARBINARY(3)", "mysql.VARBINARY(30)", "'abc'"),
    _type("varchar to varbinary", "String(10)", "mysql.VARBINARY(40)", "'abc'"),
    _type(
        "uuid as text to native binary", "String(32)", "mysql.CHAR(32, charset='ascii')", "'abc'"
    ),
    _type("bit wider", "mysql.BIT(1)", "mysql.BIT(8)", "1"),
    _type("nvarchar to varchar", "mysql.NVARCHAR(10)", "String(10)", "'x'"),
    _type("collation", "String(10)", "String(10, collation='utf8mb4_bin')", "'x'", "NULL"),
    _type("collation dropped", "String(10, collation='utf8mb4_bin')", "String(10)", "'x'", "NULL"),
    _type("charset", "String(10)", "mysql.VARCHAR(10, charset='latin1')", "'x'", "NULL"),
    _type("charset of text", "Text", "mysql.TEXT(charset='latin1')", "'x'", "NULL"),
    _type("collation of text", "Text", "Text(collation='utf8mb4_bin')", "'x'"),
    changed(
        "type: SRID of a point",
        POINT_TYPE + item('Column("a", Point())'),
        POINT_TYPE + item('Column("a", Point(4326))'),
        "INSERT INTO item (id) VALUES (1)",
    ),
    changed(
        "type: text to point",
        POINT_TYPE + item('Column("a", Text)'),
        POINT_TYPE + item('Column("a", Point())'),
        "INSERT INTO item (id) VALUES (1)",
    ),
)
