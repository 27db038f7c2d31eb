"""Which env.py can be told from its text, and which only by running it."""

from __future__ import annotations

import pytest

from daybreak.edges.quickenv import VersionTable, read_env

IMPORT = "import daybreak.env\n"
USUAL = VersionTable()
TOLD = {
    "two lines": (f"{IMPORT}\ndaybreak.env.run()\n", USUAL),
    "a docstring": (f'"""Ours."""\n{IMPORT}daybreak.env.run()\n', USUAL),
    "the module": ("from daybreak import env\nenv.run()\n", USUAL),
    "the function": ("from daybreak.env import run\nrun()\n", USUAL),
    "a metadata": (f"{IMPORT}from models import Base\ndaybreak.env.run(Base.metadata)\n", USUAL),
    "several": (f"{IMPORT}import a, b.c\ndaybreak.env.run(metadata=[a.m, b.c.m])\n", USUAL),
    "options of a comparison": (
        f"{IMPORT}def named(name, kind, parents=()):\n    return f(name)\n"
        "daybreak.env.run(include_name=named, compare_type=False)\n",
        USUAL,
    ),
    "a table": (f"{IMPORT}daybreak.env.run(version_table='v')\n", VersionTable("v")),
    "a schema": (
        f"{IMPORT}daybreak.env.run(version_table_schema='s', version_table='v')\n",
        VersionTable("v", "s"),
    ),
}
NOT_TOLD = {
    "nothing": "",
    "no call": IMPORT,
    "another call": f"{IMPORT}daybreak.run()\n",
    "no import": "daybreak.env.run()\n",
    "an import by another name": "import daybreak.env as e\ne.run()\n",
    "an import of another": "from daybreak.env import run\nfrom mine import run\nrun()\n",
    "an import of everything": "from daybreak.env import run\nfrom mine import *\nrun()\n",
    "a function of that name": "from daybreak.env import run\ndef run():\n    pass\nrun()\n",
    "a function that is decorated": f"{IMPORT}@x\ndef f():\n    pass\ndaybreak.env.run()\n",
    "a function whose default is computed": (
        f"{IMPORT}def f(a=g()):\n    pass\ndaybreak.env.run()\n"
    ),
    "a statement between": f"{IMPORT}x = 1\ndaybreak.env.run()\n",
    "a statement after": f"{IMPORT}daybreak.env.run()\nprint()\n",
    "a call under a condition": f"{IMPORT}if True:\n    daybreak.env.run()\n",
    "a table that is computed": f"{IMPORT}daybreak.env.run(version_table='a' + 'b')\n",
    "a table that is a name": f"{IMPORT}daybreak.env.run(version_table=name)\n",
    "a table that is no text": f"{IMPORT}daybreak.env.run(version_table=1)\n",
    "no table": f"{IMPORT}daybreak.env.run(version_table_schema=None)\n",
    "a connection": f"{IMPORT}daybreak.env.run(connection=c)\n",
    "a URL": f"{IMPORT}daybreak.env.run(url='postgresql://x/y')\n",
    "options from elsewhere": f"{IMPORT}daybreak.env.run(**options)\n",
    "a metadata that is made": f"{IMPORT}daybreak.env.run(make())\n",
    "more than a metadata": f"{IMPORT}daybreak.env.run(a, b)\n",
}


@pytest.mark.parametrize(("text", "table"), TOLD.values(), ids=TOLD)
def test_the_version_table_is_told_of_an_env_py_that_is_ours(
    text: str, table: VersionTable
) -> None:
    assert read_env(text.encode()) == table


@pytest.mark.parametrize("text", NOT_TOLD.values(), ids=NOT_TOLD)
def test_an_env_py_that_does_more_is_not_told(text: str) -> None:
    assert read_env(text.encode()) is None
