"""The databases beside a scratch database on MySQL: scratch ones too, by other names.

A schema is a database there, so the names in models and revisions are those of real ones. Each is
called otherwise in what the server is sent, and its own name again in what it tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Engine, event

from daybreak.edges.shadow.named import databases_named, replaced


class Beside:
    """The names that statements in the scratch database `own` gave to others, in their order.

    They may call it `home`, too, as the database is called that it stands for. `make` creates the
    database that stands in for another, when that is named for the first time. Those whose names
    have `ends` after `own` are there.
    """

    def __init__(
        self,
        own: str,
        home: str | None,
        make: Callable[[str], None],
        names: Sequence[str] = (),
        ends: Sequence[str] = (),
    ) -> None:
        self.names = list(names)
        self._own = own
        self._home = home
        self._make = make
        self._there = {own + end for end in ends}
        self._pattern = re.compile(rf"(`?)\b{re.escape(own)}(?:x(\d+))?\b")

    @property
    def databases(self) -> tuple[str, ...]:
        """What the server calls them."""
        return tuple(map(self.database, self.names))

    def database(self, name: str) -> str:
        """What stands in for the database `name`."""
        if name == self._home:
            return self._own
        if self._pattern.fullmatch(name):
            return name
        if name not in self.names:
            self.names.append(name)
        return self._own + end_of(self.names.index(name))

    def sent(self, statement: str) -> str:
        """`statement` with the names of the databases that stand in."""
        return replaced(statement, databases_named(statement, self.names), self.database)

    def prepared(self, statement: str) -> str:
        """The same; the databases that it takes for granted are there."""
        named = databases_named(statement, self.names)
        for each in named:
            database = self.database(each.name)
            if each.verb == "DROP":
                self._there.discard(database)
            elif database not in self._there and database not in {each.name, self._own}:
                self._there.add(database)
                if each.verb != "CREATE":
                    self._make(database)
        return replaced(statement, named, self.database)

    def told(self, text: str) -> str:
        """`text`, which the server tells, with the names that the statements have."""
        return self._pattern.sub(self._name, text) if self._own in text else text

    def _name(self, found: re.Match[str]) -> str:
        name = self.names[int(found[2]) - 1] if found[2] else self._home or self._own
        return found[1] + (name.replace("`", "``") if found[1] else name)

    def listen(self, engine: Engine) -> None:
        """Let all statements of `engine` go this way; whoever else listens sees their own names."""

        def execute(cursor: Any, statement: str, parameters: Any, _: Any) -> bool:
            return self._run(cursor.execute, statement, parameters)

        def execute_many(cursor: Any, statement: str, parameters: Any, _: Any) -> bool:
            return self._run(cursor.executemany, statement, parameters)

        def execute_plain(cursor: Any, statement: str, _: Any) -> bool:
            return self._run(cursor.execute, statement)

        event.listen(engine, "do_execute", execute)
        event.listen(engine, "do_executemany", execute_many)
        event.listen(engine, "do_execute_no_params", execute_plain)

    def _run(self, run: Callable[..., Any], statement: str, *parameters: Any) -> bool:
        prepared = self.prepared(statement)
        try:
            run(prepared, *parameters)
        except Exception as error:
            error.args = tuple(self.told(a) if isinstance(a, str) else a for a in error.args)
            raise
        return True


def end_of(index: int) -> str:
    """What the name of the database number `index` beside another adds to that one's."""
    return f"x{index + 1}"


def main_of(database: str) -> str:
    """The scratch database or template that this one is, or stands beside: no name has an x."""
    return database.partition("x")[0]
