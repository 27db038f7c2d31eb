"""One kind of change taken all the way by one tool on one server, and the verdict."""

from __future__ import annotations

import shutil
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import NullPool, create_engine

from matrix.judges import Judge, judge_of
from matrix.kind import Kind, source
from matrix.subject import BASE, SUBJECTS, Generated, Subject, at, downgrade, make_project, upgrade
from servers.server import Server

# "half-way" fails with some of its statements done, "altered" sends what nobody asked for.
Verdict = Literal["right", "reported", "missed", "fails", "partly", "lost", "half-way", "altered"]
WayBack = Literal["right", "fails", "differs", ""]


@dataclass(frozen=True)
class Outcome:
    """`detail` says why a verdict is not "right". `clean` is what the tool's own check said."""

    verdict: Verdict
    detail: str = ""
    downgrade: WayBack = ""
    clean: bool | None = None


def run_case(server: Server, kind: Kind, subject_name: str) -> Outcome:
    """Take `kind` from the old models to the new ones and back."""
    subject, judge = SUBJECTS[subject_name], judge_of(server, kind)
    root = Path(tempfile.mkdtemp(prefix="matrix-")) / "project"
    try:
        with _schemas(server, kind), server.fresh_database() as models:
            create_all(kind.after, server, models, judge.driver)
            wanted = Wanted(judge.dump(models), judge.rows(models))
        with (
            _schemas(server, kind),
            warnings.catch_warnings(action="ignore"),  # what a tool only warns of, it did
            server.fresh_database() as database,
            at(root, server.url(database, judge.driver)),
        ):
            make_project(root, subject, kind, server.dialect)
            return _run(judge, kind, subject, root, database, wanted)
    except Exception as error:  # noqa: BLE001 - not every error can be sent between processes
        return Outcome("fails", _said(error))
    finally:
        shutil.rmtree(root.parent)


@dataclass(frozen=True)
class Wanted:
    """What the models make by themselves."""

    dump: Any
    rows: Any


def create_all(body: str, server: Server, database: str, driver: str) -> None:
    """Make the tables of a module of models."""
    namespace: dict[str, Any] = {}
    exec(compile(source(body, server.dialect), "<models>", "exec"), namespace)
    engine = create_engine(server.url(database, driver), poolclass=NullPool)
    with engine.begin() as connection:
        namespace["metadata"].create_all(connection)


@contextmanager
def _schemas(server: Server, kind: Kind) -> Iterator[None]:
    """The kind's schemas, dropped after the database, whose foreign keys may name them."""
    for schema in kind.schemas:
        server.drop_database(schema)
        server.create_database(schema)
    try:
        yield
    finally:
        for schema in kind.schemas:
            server.drop_database(schema)


def _run(
    judge: Judge, kind: Kind, subject: Subject, root: Path, database: str, wanted: Wanted
) -> Outcome:
    upgrade(root, BASE)
    if kind.rows:
        judge.execute(kind.rows, database)
    before, rows = judge.dump(database), judge.rows(database)
    try:
        generated = subject.generate(root, kind)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        return Outcome("fails", f"revision: {_said(error)}")
    if not generated.files:
        return _without_file(judge, subject, root, generated, before, wanted)
    if kind.before == kind.after:
        return Outcome("altered", "\n".join(path.read_text() for path in generated.files))
    if kind.cure and generated.hazards:  # who was not warned cures nothing
        judge.execute(kind.cure, database)
        rows = judge.rows(database)
    try:
        upgrade(root)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        half = judge.compare(before, judge.dump(database))
        return Outcome("half-way" if half else "fails", f"upgrade: {_said(error)}")
    different = judge.compare(wanted.dump, judge.dump(database))
    gone = judge.lost(rows, judge.rows(database), wanted.rows, _mapping(kind.renames))
    verdict, detail = _verdict(different, gone, generated)
    clean = subject.is_clean(root)
    way_back, why = _downgrade(judge, root, database, before)
    return Outcome(verdict, "\n".join(filter(None, [detail, why])), way_back, clean)


def _without_file(
    judge: Judge, subject: Subject, root: Path, generated: Generated, before: Any, wanted: Wanted
) -> Outcome:
    different = judge.compare(wanted.dump, before)
    if not different:
        return Outcome("right", clean=subject.is_clean(root))
    verdict: Verdict = "reported" if generated.reported else "missed"
    return Outcome(verdict, "\n".join(different), clean=subject.is_clean(root))


def _verdict(different: list[str], gone: list[str], generated: Generated) -> tuple[Verdict, str]:
    if gone:
        return "lost", "\n".join(gone)
    if different:
        return ("reported" if generated.reported else "partly"), "\n".join(different)
    return "right", ""


def _downgrade(judge: Judge, root: Path, database: str, before: Any) -> tuple[WayBack, str]:
    try:
        downgrade(root, BASE)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        return "fails", f"downgrade: {_said(error)}"
    different = judge.compare(before, judge.dump(database))
    return ("differs", "downgrade:\n" + "\n".join(different)) if different else ("right", "")


def _mapping(renames: tuple[str, ...]) -> dict[str, str]:
    return dict(rename.split("=") for rename in renames)


def _said(error: Exception) -> str:
    (words,) = traceback.format_exception_only(error)[-1:]
    return words.split("\n(Background")[0].strip()[:600]
