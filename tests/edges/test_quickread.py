"""What a file's text is said to declare is what running it would tell, or nothing is said."""

from __future__ import annotations

import types
from typing import Any

import pytest

from daybreak.core.heads import Declared
from daybreak.edges.quickread import declared_at_a_glance, declared_in_full

PLAIN = "revision = 'a'\ndown_revision = None\n"
NAMED = "branch_labels = ('x',)\ndepends_on = 'y'\n"
DOC = '"""A word.\n\nRevision ID: a\n"""\n'

# What a glance tells.
USUAL = {
    "the least": PLAIN,
    "a docstring": DOC + PLAIN + NAMED,
    "a docstring with quotes in it": '"""He said ""no"" and \\""" went."""\n' + PLAIN,
    "another docstring": "'''One.'''\n" + PLAIN,
    "a docstring of one line": '"One."\n' + PLAIN,
    "a docstring that declares something else": '"""\nrevision = \'z\'\n"""\n' + PLAIN,
    "imports": "import sqlalchemy as sa\nfrom alembic import op, context\n" + PLAIN,
    "annotations": "revision: str = 'a'\ndown_revision: Union[str, None] = ('b', 'c')\n",
    "comments": "# one\nrevision = \"a\" # two\n\ndown_revision = ('b', )  # three\n",
    "the lines of Windows": (PLAIN + NAMED).replace("\n", "\r\n"),
    "functions": f"{PLAIN}def upgrade() -> None:\n    revision = 1\n\ndef downgrade():\n    pass\n",
    "the names in a function": PLAIN + "def upgrade():\n    op.execute('revision')\n",
    "no end of the last line": PLAIN + "def upgrade():\n    pass",
    "statements after them": PLAIN + "TABLE = sa.table('t')\n",
}
# What takes a closer look.
UNUSUAL = {
    "a list": "revision = 'a'\ndown_revision = ['b', 'c']\n",
    "several lines": "revision = (\n    'a'\n)\ndown_revision = (\n    'b',\n    'c',\n)\n",
    "two strings in one": "revision = 'a' 'b'\ndown_revision = None\n",
    "an escape": "revision = '\\x61'\ndown_revision = None\n",
    "a raw docstring": 'r"""One."""\n' + PLAIN,
    "imports on several lines": "from alembic import (\n    op,\n)\n" + PLAIN,
    "a constant before them": "TABLE = 't'\n" + PLAIN,
    "two in a line": "revision = 'a'; down_revision = None\n",
    "a text that looks like one": PLAIN + 'def f():\n    """\nrevision = 1\n"""\n',
    "a function's own variable": PLAIN + "X = 1\ndef upgrade():\n    revision = 1\n",
    "a class's own variable": PLAIN + "class C:\n    revision = 1\n",
}
# What only running it can tell.
UNCERTAIN = {
    "nothing": "",
    "no down_revision": "revision = 'a'\n",
    "no revision": "down_revision = None\n",
    "a revision that is None": "revision = None\ndown_revision = None\n",
    "no Python": "def\n" + PLAIN,
    "twice": PLAIN + "revision = 'b'\n",
    "twice, later": PLAIN + "def upgrade():\n    pass\n\nrevision = 'b'\n",
    "computed": "revision = str(1)\ndown_revision = None\n",
    "computed from another": "X = 'a'\nrevision = X\ndown_revision = None\n",
    "a number": "revision = 1\ndown_revision = None\n",
    "a set": PLAIN + "depends_on = {'a'}\n",
    "two at once": PLAIN + "branch_labels = depends_on = 'b'\n",
    "unpacked": PLAIN + "branch_labels, x = 'b', 1\n",
    "changed in place": PLAIN + "revision += 'b'\n",
    "under a condition": "revision = 'a'\nif True:\n    down_revision = 'b'\n",
    "after it, under a condition": PLAIN + "if True:\n    revision = 'b'\n",
    "in a loop": PLAIN + "for revision in 'bc': pass\n",
    "in an expression": PLAIN + "print(revision := 'b')\n",
    "deleted": PLAIN + "depends_on = 'b'\ndel depends_on\n",
    "imported": "from types import SimpleNamespace as depends_on\n" + PLAIN,
    "imported, later": PLAIN + "import os as revision\n",
    "everything imported": PLAIN + "from os.path import *\n",
    "everything imported, before": "from os.path import *\n" + PLAIN,
    "a function of that name": PLAIN + "def depends_on():\n    pass\n",
    "a class of that name": PLAIN + "class branch_labels:\n    pass\n",
    "by a function": PLAIN + "def f():\n    global revision\n    revision = 'b'\nf()\n",
    "in the module's dictionary": PLAIN + "globals()['revision'] = 'b'\n",
    "in the module's dictionary, in parts": PLAIN + "globals()['rev' + 'ision'] = 'b'\n",
    "in code": PLAIN + "exec('rev' 'ision = 1')\n",
    "by matching": PLAIN + "match 'b':\n    case revision: pass\n",
    "by catching": PLAIN + "try: 1 / 0\nexcept Exception as depends_on: pass\n",
}


def told_by_running(text: str) -> Declared:
    module: Any = types.ModuleType("revision_file")
    exec("from typing import Union\nimport sqlalchemy as sa\n", module.__dict__)
    exec(compile(text, "revision_file", "exec"), module.__dict__)
    return Declared(
        module.revision,
        as_tuple(module.down_revision),
        as_tuple(getattr(module, "depends_on", None)),
        as_tuple(getattr(module, "branch_labels", None)),
    )


def as_tuple(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize("text", USUAL.values(), ids=USUAL)
def test_a_glance_at_the_usual_form_tells_what_running_it_does(text: str) -> None:
    assert declared_at_a_glance(text.encode()) == told_by_running(text)
    assert declared_in_full(text.encode()) == told_by_running(text)


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_an_unusual_form_is_told_from_its_syntax(text: str) -> None:
    assert declared_at_a_glance(text.encode()) is None
    assert declared_in_full(text.encode()) == told_by_running(text)


@pytest.mark.parametrize("text", UNCERTAIN.values(), ids=UNCERTAIN)
def test_what_only_running_it_can_tell_is_not_guessed(text: str) -> None:
    assert declared_at_a_glance(text.encode()) is None
    assert declared_in_full(text.encode()) is None
