"""What a revision file declares of itself, read from its text and not imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from daybreak.core.heads import Declared

_NAMES = {"revision", "down_revision", "branch_labels", "depends_on"}

_DOCSTRING = rb'(?:"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|\'\'\'[^\'\\]*\'\'\'|"[^"\\\n]*")'
_END = rb"[ \t]*(?:\#[^\n]*)?\r?\n"
_GAP = rb"\s*(?:\#[^\n]*\s*)*"  # blank lines and comments
_PARENTHESIS = ord("(")
_STRING = rb"(?:'[\w.-]+'|\"[\w.-]+\")"
_VALUE = rb"(?:[ ]*:[^=\n\#]*)?[ ]*=[ ]*(None|%b|\(%b,[ ]*(?:%b,?[ ]*)*\))%b" % (
    *(_STRING, _STRING, _STRING),
    _END,
)
# The usual form: a docstring, imports, and then these names in this order, each with a literal.
_USUAL = re.compile(
    rb"(?:%b%b)?%b(?P<imports>(?:(?:from|import)[ ][\w., ]+%b%b)*)"
    rb"revision%b%bdown_revision%b%b(?:branch_labels%b%b)?(?:depends_on%b)?"
    % (_DOCSTRING, _END, _GAP, _END, _GAP, _VALUE, _GAP, _VALUE, _GAP, _VALUE, _GAP, _VALUE),
    re.DOTALL,
)
# What can give a module's name another value without an assignment that is seen.
_HIDDEN = {
    *("globals", "locals", "vars", "exec", "eval", "setattr", "delattr", "__import__"),
    *("__dict__", "__getattr__", "modules"),
}
# The beginning of a statement that is not the definition of a function; or of a text's line.
_STATEMENT = re.compile(
    rb"\n(?:[^\s\#d]|d(?!ef[ ](?!revision|down_revision|branch_labels|depends_on|__getattr__)"
    rb"\w+\(\)(?:[ ]->[ ]\w+)?:))"
)
_SUSPICIOUS = [
    name.encode() for name in ("revision", "branch_labels", "depends_on", "import *", *_HIDDEN)
]


def declared_at_a_glance(text: bytes) -> Declared | None:
    """What a file in the usual form declares; None for one that has to be looked at closely."""
    match = _USUAL.match(text)
    if match is None:
        return None
    imports, *values = match.groups()
    if b"depends_on" in imports or b"branch_labels" in imports:
        return None
    if _STATEMENT.search(text, match.end() - 1):
        rest = text[match.end() :]
        if any(name in rest for name in _SUSPICIOUS):
            return None
    revision, down, labels, depends = [
        () if value is None or value == b"None" else _strings(value) for value in values
    ]
    return Declared(revision[0], down, depends, labels) if len(revision) == 1 else None


def _strings(value: bytes) -> tuple[str, ...]:
    if value[0] == _PARENTHESIS:
        return tuple(re.findall(r"[\w.-]+", value.decode()))
    return (value[1:-1].decode(),)


def declared_in_full(text: bytes) -> Declared | None:
    """What a file declares that is parsed whole; None if running it could tell otherwise."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    values: dict[str, tuple[str, ...]] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in _NAMES:
                literal = _literal(value)
                if literal is None or name in values:
                    return None
                values[name] = literal
            case _:
                if any(map(_is_hidden, ast.walk(statement))) or any(
                    map(_binds, _outside_functions(statement))
                ):
                    return None
    return _declared(values)


def _declared(values: dict[str, tuple[str, ...]]) -> Declared | None:
    revision, down = values.get("revision", ()), values.get("down_revision")
    if len(revision) != 1 or down is None:
        return None
    depends, labels = values.get("depends_on", ()), values.get("branch_labels", ())
    return Declared(revision[0], down, depends, labels)


def _literal(value: ast.expr) -> tuple[str, ...] | None:
    """The names that an expression is, if it is a literal."""
    match value:
        case ast.Constant(value=None):
            return ()
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            texts = [item.value for item in items if isinstance(item, ast.Constant)]
            strings = tuple(text for text in texts if isinstance(text, str))
            return strings if len(strings) == len(items) else None
    return None


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement whose names are the module's own."""
    yield node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _binds(node: ast.AST) -> bool:
    """Whether `node` gives one of the names a value (or takes it away)."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return name in _NAMES
        case ast.alias(name=name, asname=other):
            return (other or name).partition(".")[0] in _NAMES
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name in _NAMES
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return name in _NAMES
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return name in _NAMES
    return False


def _is_hidden(node: ast.AST) -> bool:
    """Whether `node` may do so unseen, wherever it stands."""
    match node:
        case ast.Global(names=names):
            return not _NAMES.isdisjoint(names)
        case ast.alias(name="*"):
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
            return name in _HIDDEN
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name in _NAMES
    return False
