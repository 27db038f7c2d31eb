"""Whether an env.py is ours and nothing more, told from its text."""

from __future__ import annotations

import ast
from typing import NamedTuple

# What `daybreak.env.run` takes for a comparison alone, or for the revisions that are applied.
_OF_NO_MATTER = {
    *("metadata", "compare_type", "compare_server_default", "include_object", "include_name"),
    *("include_schemas", "process_revision_directives", "render_item", "render_as_batch"),
    *("user_module_prefix", "sqlalchemy_module_prefix", "alembic_module_prefix"),
    *("autogenerate_plugins", "on_version_apply", "transaction_per_migration"),
}


class VersionTable(NamedTuple):
    """Where a database records its revisions; without a schema, where the connection looks."""

    name: str = "alembic_version"
    schema: str | None = None


def read_env(text: bytes) -> VersionTable | None:
    """The version table of an env.py that only imports, and calls `daybreak.env.run`.

    None for one that does more, or calls it with options that have to be computed.
    """
    statements = ast.parse(text).body
    if statements and ast.get_docstring(ast.Module(statements, [])) is not None:
        statements = statements[1:]
    *imports, last = statements or [ast.Pass()]
    match last:
        case ast.Expr(value=ast.Call(func=function, args=args, keywords=keywords)):
            ways = {_way_to_run(statement) for statement in imports}
        case _:
            return None
    if "" in ways or ast.unparse(function) not in ways or len(args) > 1:
        return None
    given = {keyword.arg: keyword.value for keyword in keywords}
    table = {
        name.removeprefix("version_table_"): given.pop(name)
        for name in ("version_table", "version_table_schema")
        if name in given
    }
    if not given.keys() <= _OF_NO_MATTER or any(map(_calls, [*args, *given.values()])):
        return None
    literals = [value.value for value in table.values() if isinstance(value, ast.Constant)]
    texts = [text for text in literals if isinstance(text, str) and text]
    if len(texts) < len(table):
        return None
    named = dict(zip(table, texts, strict=True))
    return VersionTable(named.get("version_table", "alembic_version"), named.get("schema"))


def find_version_table(text: bytes) -> VersionTable | None:
    """The version table that any env.py names, whoever wrote it; the usual one if it names none.

    None for a name that has to be computed.
    """
    named: dict[str, set[str | None]] = {"version_table": set(), "version_table_schema": set()}
    for node in ast.walk(ast.parse(text)):
        for name, value in _options(node):
            if name in named:
                literal = value.value if isinstance(value, ast.Constant) else 0
                if literal is not None and not isinstance(literal, str):
                    return None
                named[name].add(literal or None)
    names, schemas = named["version_table"] - {None}, named["version_table_schema"]
    if len(names) > 1 or len(schemas) > 1:
        return None
    return VersionTable(next(iter(names), None) or VersionTable().name, next(iter(schemas), None))


def _options(node: ast.AST) -> list[tuple[object, ast.expr]]:
    """The names and values of a call or a dictionary."""
    match node:
        case ast.Call(keywords=keywords):
            return [(keyword.arg, keyword.value) for keyword in keywords]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return [(key.value, value) for key, value in pairs if isinstance(key, ast.Constant)]
    return []


def _way_to_run(statement: ast.stmt) -> str | None:
    """How `run` is called after this import; None after another one, "" after no import."""
    match statement:
        case ast.Import(names=[ast.alias(name="daybreak.env", asname=None)]):
            return "daybreak.env.run"
        case ast.ImportFrom(module="daybreak", names=[ast.alias(name="env", asname=None)], level=0):
            return "env.run"
        case ast.ImportFrom(
            module="daybreak.env", names=[ast.alias(name="run", asname=None)], level=0
        ):
            return "run"
        case ast.Import() | ast.ImportFrom():
            return None
    return ""


def _calls(value: ast.expr) -> bool:
    return any(isinstance(node, (ast.Call, ast.NamedExpr)) for node in ast.walk(value))
