"""Whether an env.py is ours and does no more, told from its text."""

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

_OF_TABLE = {"version_table": "name", "version_table_schema": "schema"}


class VersionTable(NamedTuple):
    """Where a database records its revisions; without a schema, where the connection looks."""

    name: str = "alembic_version"
    schema: str | None = None


def read_env(text: bytes) -> VersionTable | None:
    """The version table of an env.py that imports, defines functions and calls `daybreak.env.run`.

    None for one that does more, or calls it with options that have to be computed.
    """
    tree = ast.parse(text)
    statements = tree.body if ast.get_docstring(tree) is None else tree.body[1:]
    *before, last = statements or [ast.Pass()]
    match last:
        case ast.Expr(value=ast.Call(func=function, args=args, keywords=keywords)):
            called = ast.unparse(function)
        case _:
            return None
    others = [statement for statement in before if _way_to_run(statement) != called]
    bound = [name for statement in others for name in _bound(statement)]
    if len(others) == len(before) or not {*bound}.isdisjoint({called.partition(".")[0], "*", ""}):
        return None
    given = {keyword.arg: keyword.value for keyword in keywords}
    table: dict[str, str] = {}
    for option, part in _OF_TABLE.items():
        match given.pop(option, None):
            case None:
                pass
            case ast.Constant(value=str(written)) if written:
                table[part] = written
            case _:
                return None
    values = [*args, *given.values()]
    if len(args) > 1 or not given.keys() <= _OF_NO_MATTER or any(map(_calls, values)):
        return None
    return VersionTable(**table)


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
    """How `run` is called after this import of it; None after anything else."""
    match statement:
        case ast.Import(names=[ast.alias(name="daybreak.env", asname=None)]):
            return "daybreak.env.run"
        case ast.ImportFrom(module="daybreak", names=[ast.alias(name="env", asname=None)], level=0):
            return "env.run"
        case ast.ImportFrom(
            module="daybreak.env", names=[ast.alias(name="run", asname=None)], level=0
        ):
            return "run"
    return None


def _bound(statement: ast.stmt) -> list[str]:
    """The names that an import or a plain function gets; "" for any other statement."""
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [name.asname or name.name.partition(".")[0] for name in names]
        case ast.FunctionDef(name=name, decorator_list=[], args=arguments, returns=returns):
            computed = _calls(arguments) or (returns is not None and _calls(returns))
            return [""] if computed else [name]
    return [""]


def _calls(node: ast.AST) -> bool:
    return any(isinstance(each, (ast.Call, ast.NamedExpr)) for each in ast.walk(node))
