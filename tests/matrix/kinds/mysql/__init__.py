"""The kinds of change on MySQL, family by family."""

from importlib import import_module

from matrix.kinds.mysql.kind import Kind

FAMILIES = ("columns", "defaults", "enums", "generated", "keys", "checks", "indexes", "tables", "renames", "views", "programs", "data", "combined", "same")
    "columns",
    "defaults",
    "enums",
    "generated",
    "keys",
    "checks",
    "indexes",
    "tables",
    "renames",
    "views",
    "programs",
    "data",
)

KINDS: tuple[Kind, ...] = tuple(
    kind for family in FAMILIES for kind in import_module(f"matrix.kinds.mysql.{family}").KINDS
)
