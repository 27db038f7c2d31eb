"""Where in the project's files a table or a column of the models stands."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from daybreak.edges.source import python_files


def place_of(table: Table, column: str | None, root: Path) -> str | None:
    """`models/event.py:12`, where the class of this table, or its column, stands."""
    for path in python_files(root):
        content = path.read_bytes()
        if table.name.encode() not in content:
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.Call)) and _declares(node, table.name):
                line = _line_of(node, column) if column else None
                return f"{path.relative_to(root)}:{line or node.lineno}"
    return None


def _declares(node: ast.AST, table: str) -> Any:
    match node:
        case ast.ClassDef(body=body):
            return any(
                isinstance(item, ast.Assign)
                and ast.unparse(item.targets[0]) == "__tablename__"
                and isinstance(item.value, ast.Constant)
                and item.value.value == table
                for item in body
            )
        case ast.Call(
            func=ast.Name(id="Table") | ast.Attribute(attr="Table"),
            args=[ast.Constant(value=name), *_],
        ):
            return name == table
    return False


def _line_of(declaration: ast.AST, column: str) -> int | None:
    for node in ast.walk(declaration):
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name))
                | ast.Assign(targets=[ast.Name(id=name)])
                | ast.Call(
                    func=ast.Name(id="Column") | ast.Attribute(attr="Column"),
                    args=[ast.Constant(value=name), *_],
                )
            ) if name == column:
                return node.lineno
    return None
