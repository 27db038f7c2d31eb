"""Which statements of a revision belong to one loop, told from its source.

A loop over rows sends other statements when it is run again, since the rows are others by then. But
once a statement that stands behind the loop was sent, the loop is over, whatever it would send now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from daybreak.core.journal import BEGUN, Entry

# Lines of the function: those of the outermost loop, or a line by itself.
Part = tuple[int, int]

_LOOPS: tuple[type[ast.AST], ...] = (ast.For, ast.AsyncFor, ast.While, ast.Lambda)
_LOOPS += (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Program:
    """A revision's `upgrade` or `downgrade`."""

    loops: tuple[Part, ...]

    def part(self, line: int) -> Part:
        """The part that the statement sent from `line` of the function belongs to."""
        for first, last in self.loops:
            if first <= line <= last:
                return first, last
        return line, line


def program(source: str, function: str) -> Program | None:
    """The program of `function` in a file's text; None if there is no such function in it."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            loops = sorted(_outermost_loops(node.body))
            return Program(tuple(loops))
    return None


def parts_over(program: Program, file: str, known: Mapping[int, Entry]) -> dict[Part, int]:
    """The parts that are over, each with the number of its last statement.

    Behind each of them, in another part, a statement was sent, even if it failed. Empty if one of
    the `known` statements was sent by another text than that of which `file` is the digest.
    """
    sent = {number: entry for number, entry in known.items() if number != BEGUN}
    if any(e.file != file or e.line is None for e in sent.values()):
        return {}
    last = {program.part(e.line): n for n, e in sorted(sent.items()) if e.line is not None}
    newest = max(last.values(), default=0)
    return {part: number for part, number in last.items() if number < newest}


def _outermost_loops(nodes: Iterable[ast.AST]) -> Iterable[Part]:
    for node in nodes:
        if isinstance(node, _LOOPS):
            first: int = getattr(node, "lineno", 0)
            yield first, getattr(node, "end_lineno", None) or first
        else:
            yield from _outermost_loops(ast.iter_child_nodes(node))
