"""ENUM and SET: their values, and what they become."""

from typing import Unpack

from matrix.kind import Kind
from matrix.kinds.mysql_models import Details, changed, item, of_column


def _enum(name: str, before: str, after: str, *values: str, **more: Unpack[Details]) -> Kind:
    return of_column(f"enum: {name}", f"Enum({before})", f"Enum({after})", *values, **more)


KINDS = (
    _enum("value added at the end", '"x", "y"', '"x", "y", "z"', "'x'", "'y'"),
    _enum("value added in the middle", '"x", "y"', '"x", "w", "y"', "'x'", "'y'"),
    _enum("value added in front", '"x", "y"', '"w", "x", "y"', "'x'", "'y'"),
    _enum("values reordered", '"x", "y"', '"y", "x"', "'x'", "'y'"),
    _enum("unused value dropped", '"x", "y"', '"x"', "'x'"),
    _enum("a quote in a value", '"x"', '"x", "it\'s"', "'x'"),
    of_column(
        "enum: value added, NOT NULL stays",
        'Enum("x", "y"), nullable=False',
        'Enum("x", "y", "z"), nullable=False',
        "'x'",
    ),
    of_column(
        "enum: value added, default stays",
        'Enum("x", "y"), server_default="y"',
        'Enum("x", "y", "z"), server_default="y"',
        "'x'",
    ),
    _enum(
        "collation stays",
        '"x", collation="utf8mb4_bin"',
        '"x", "y", collation="utf8mb4_bin"',
        "'x'",
    ),
    changed(
        "enum: value in use renamed",
        item('Column("a", Enum("x", "y"))'),
        item('Column("a", Enum("x", "why"))'),
        "INSERT INTO item VALUES (1, 'x'), (2, 'y')",
        expected="needs cure",
        cure="UPDATE item SET a = NULL WHERE a = 'y'",
    ),
    changed(
        "enum: value in use dropped",
        item('Column("a", Enum("x", "y"))'),
        item('Column("a", Enum("x"))'),
        "INSERT INTO item VALUES (1, 'x'), (2, 'y')",
        expected="needs cure",
        cure="UPDATE item SET a = 'x' WHERE a = 'y'",
    ),
    of_column("enum: to varchar", 'Enum("x", "y")', "String(5)", "'x'", "NULL"),
    of_column("enum: from varchar, data fits", "String(5)", 'Enum("x", "y")', "'x'", "NULL"),
    of_column("enum: to int", 'Enum("x", "y")', "Integer"),
    of_column("enum: to set", 'Enum("x", "y")', 'mysql.SET("x", "y")', "'x'"),
    of_column(
        "enum: native to a CHECK",
        'Enum("x", "y", name="kind")',
        'Enum("x", "y", name="kind", native_enum=False, create_constraint=True)',
        "'x'",
    ),
    of_column(
        "enum: not native, value added",
        'Enum("x", "y", name="kind", native_enum=False, create_constraint=True)',
        'Enum("x", "y", "z", name="kind", native_enum=False, create_constraint=True)',
        "'x'",
    ),
    of_column(
        "enum: not native, longer value added",
        'Enum("x", "y", name="kind", native_enum=False)',
        'Enum("x", "y", "longer", name="kind", native_enum=False)',
        "'x'",
    ),
    of_column(
        "enum: boolean gets its CHECK",
        'Boolean(name="yes_no")',
        'Boolean(name="yes_no", create_constraint=True)',
        "1",
    ),
    of_column("set: member added", 'mysql.SET("x", "y")', 'mysql.SET("x", "y", "z")', "'x,y'"),
    of_column(
        "set: member in the middle", 'mysql.SET("x", "y")', 'mysql.SET("x", "w", "y")', "'x,y'"
    ),
    of_column("set: members reordered", 'mysql.SET("x", "y")', 'mysql.SET("y", "x")', "'x'", "'y'"),
    of_column("set: unused member dropped", 'mysql.SET("x", "y")', 'mysql.SET("x")', "'x'"),
    of_column("set: to varchar", 'mysql.SET("x", "y")', "String(20)", "'x,y'"),
)
