"""Alembic operations that Alembic itself can't render, or not exactly, and how they are rendered.

Each is a class of our own, so that nothing changes for anybody's other operations.
"""

from __future__ import annotations

import re
from typing import Any

from alembic.autogenerate import render, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import TextClause
from sqlalchemy.ext.compiler import compiles

_ARGUMENT = "\n" + " " * 11  # where Alembic puts the arguments of alter_column
_LINE = 88


class Verbatim(TextClause):
    """SQL that is rendered as it stands.

    What Alembic renders of any other expression is wrong after the next reading: it doubles each
    percent sign and takes `:name` inside of a literal for a parameter.
    """

    inherit_cache = False

    def __init__(self, sql: str) -> None:
        super().__init__("")
        self.text = sql


@compiles(Verbatim)  # type: ignore[misc, no-untyped-call, unused-ignore]
def _verbatim(element: Verbatim, compiler: Any, **kw: Any) -> str:
    return element.text


def expression(sql: str) -> Verbatim:
    """`sql` for a place where the rendered string goes through `sa.text`."""
    return Verbatim(escaped(sql))


def escaped(sql: str) -> str:
    """`sql` with a backslash where `sa.text` would see a parameter or take a backslash away."""
    sql = re.sub(r"\\(?=:[\w$]*(?![:\w$]))", r"\\\\", sql)
    return re.sub(r"(?<![:\w\\]):(\w+)(?!\w)(?!::)(:?)", _colons, sql)


def _colons(found: re.Match[str]) -> str:
    return f"\\:{found[1]}" + ("\\:" if found[2] else "")


class Execute(ops.ExecuteSQLOp):
    """`op.execute` of one statement; several lines stay several lines."""

    def __init__(self, sql: str) -> None:
        super().__init__(sql)
        self.sql = sql


class ExecuteAlone(ops.MigrateOperation):
    """Statements that have to be committed before the next one runs."""

    def __init__(self, statements: list[str]) -> None:
        self.statements = statements


class AlterColumn(ops.AlterColumnOp):
    """With `postgresql_using`, which Alembic takes but does not render."""


class CreatePrimaryKey(ops.CreatePrimaryKeyOp):
    """Alembic has the operation but not its rendering."""


class RenameTable(ops.RenameTableOp):
    """Alembic has the operation but not its rendering."""


@renderers.dispatch_for(Execute)
def _execute(context: AutogenContext, op: Execute) -> str:
    return _call(context, op.sql)


@renderers.dispatch_for(ExecuteAlone)
def _execute_alone(context: AutogenContext, op: ExecuteAlone) -> list[str]:
    prefix = context.opts["alembic_module_prefix"] or ""
    head = f"with {prefix}get_context().autocommit_block():"
    return [head, *(_call(context, sql) for sql in op.statements), ""]


@renderers.dispatch_for(AlterColumn)
def _alter_column(context: AutogenContext, op: AlterColumn) -> str:
    text: str = render._alter_column(context, op)
    if (using := op.kw.get("postgresql_using")) is not None:
        text = f"{text.removesuffix(')')},{_ARGUMENT}postgresql_using={_literal(using)})"
    one_line = text.replace(f",{_ARGUMENT}", ", ")
    return one_line if len(one_line) <= _LINE else text


@renderers.dispatch_for(CreatePrimaryKey)
def _create_primary_key(context: AutogenContext, op: CreatePrimaryKey) -> str:
    arguments = [repr(name_of(context, op.constraint_name))]
    arguments += [repr(op.table_name), repr(list(op.columns))]
    arguments += [f"schema={op.schema!r}"] if op.schema else []
    arguments += [f"{key}={value!r}" for key, value in op.kw.items()]
    return f"{_prefix(context)}create_primary_key({', '.join(arguments)})"


@renderers.dispatch_for(RenameTable)
def _rename_table(context: AutogenContext, op: RenameTable) -> str:
    schema = f", schema={op.schema!r}" if op.schema else ""
    return f"{_prefix(context)}rename_table({op.table_name!r}, {op.new_table_name!r}{schema})"


def name_of(context: AutogenContext, name: Any) -> Any:
    return render._render_gen_name(context, name)


def _prefix(context: AutogenContext) -> str:
    return context.opts["alembic_module_prefix"] or ""


def _call(context: AutogenContext, sql: str) -> str:
    return f"{_prefix(context)}execute({_string(escaped(sql))})"


def _string(sql: str) -> str:
    if "\n" not in sql:
        return _literal(sql)
    lines = sql.split("\n")
    if '"""' in sql or "\\" in sql or _keeps_lines(sql):
        return "\n    " + "\n    ".join(map(_literal, _with_ends(lines))) + "\n"
    return '\n    """\n    ' + "\n    ".join(lines).rstrip() + '\n    """\n'


def _literal(text: str) -> str:
    """In double quotes, as SQL is full of single ones."""
    if '"' in text and "'" not in text:
        return repr(text)
    single = repr("\"'" + text)[4:-1]  # with both quotes in it, repr() takes the single ones
    body = re.sub(r"\\(.)", lambda found: "'" if found[1] == "'" else found[0], single)
    return '"' + body.replace('"', '\\"') + '"'


def _with_ends(lines: list[str]) -> list[str]:
    return [f"{line}\n" for line in lines[:-1]] + [lines[-1]]


def _keeps_lines(sql: str) -> bool:
    """Whether a literal, a name or a body spans lines: then indentation would change it."""
    return bool(re.search(r"\$\w*\$|\bBEGIN ATOMIC\b", sql)) or any(
        "\n" in token for token in re.findall(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`", sql)
    )
