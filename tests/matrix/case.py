"""One kind of change taken all the way by one tool on one server, and the verdict."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import NullPool, create_engine

from matrix import judge
from matrix.kind import Kind, source
from matrix.subject import BASE, SUBJECTS, Generated, Subject, at, downgrade, make_project, upgrade
from servers.postgresql import PostgreSQL

Verdict = Literal["right", "reported", "missed", "fails", "partly", "lost"]
WayBack = Literal["right", "fails", "differs", ""]


@dataclass(frozen=True)
class Outcome:
    """`detail` says why a verdict is not "right". `clean` is what the tool's own check said."""

    verdict: Verdict
    detail: str = ""
    downgrade: WayBack = ""
    clean: bool | None = None


def run_case(server: PostgreSQL, kind: Kind, subject_name: str) -> Outcome:
    """Take `kind` from the old models to the new ones and back."""
    subject = SUBJECTS[subject_name]
    root = Path(tempfile.mkdtemp(prefix="matrix-")) / "project"
    try:
        with (
            server.fresh_database() as database,
            server.fresh_database() as models,
            at(root, server.url(database, "psycopg2")),
        ):
            make_project(root, subject, kind, server.dialect)
            create_all(kind.after, server, models)
            return _run(server, kind, subject, root, database, models)
    finally:
        shutil.rmtree(root.parent)


def create_all(body: str, server: PostgreSQL, database: str) -> None:
    """Make the tables of a module of models."""
    namespace: dict[str, Any] = {}
    exec(compile(source(body, server.dialect), "<models>", "exec"), namespace)
    engine = create_engine(server.url(database, "psycopg2"), poolclass=NullPool)
    with engine.begin() as connection:
        namespace["metadata"].create_all(connection)


def _run(
    server: PostgreSQL, kind: Kind, subject: Subject, root: Path, database: str, models: str
) -> Outcome:
    upgrade(root, BASE)
    if kind.rows:
        server.execute(kind.rows, database=database)
    before, wanted = judge.dump(server, database), judge.dump(server, models)
    rows = judge.rows(server, database)
    try:
        generated = subject.generate(root, kind)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        return Outcome("fails", f"revision: {_said(error)}")
    if not generated.files:
        return _without_file(server, subject, root, generated, before, wanted)
    if kind.cure and generated.hazards:  # who was not warned cures nothing
        server.execute(kind.cure, database=database)
        rows = judge.rows(server, database)
    try:
        upgrade(root)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        return Outcome("fails", f"upgrade: {_said(error)}")
    result = judge.dump(server, database)
    different = judge.compare(server, wanted, result)
    gone = judge.lost(
        rows, judge.rows(server, database), judge.rows(server, models), _mapping(kind.renames)
    )
    verdict, detail = _verdict(different, gone, generated)
    clean = subject.is_clean(root)
    way_back, why = _downgrade(server, root, database, before)
    return Outcome(verdict, "\n".join(filter(None, [detail, why])), way_back, clean)


def _without_file(
    server: PostgreSQL,
    subject: Subject,
    root: Path,
    generated: Generated,
    before: str,
    wanted: str,
) -> Outcome:
    different = judge.compare(server, wanted, before)
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


def _downgrade(server: PostgreSQL, root: Path, database: str, before: str) -> tuple[WayBack, str]:
    try:
        downgrade(root, BASE)
    except Exception as error:  # noqa: BLE001 - a tool may raise anything
        return "fails", f"downgrade: {_said(error)}"
    different = judge.compare(server, before, judge.dump(server, database))
    return ("differs", "downgrade:\n" + "\n".join(different)) if different else ("right", "")


def _mapping(renames: tuple[str, ...]) -> dict[str, str]:
    return dict(rename.split("=") for rename in renames)


def _said(error: Exception) -> str:
    (words,) = traceback.format_exception_only(error)[-1:]
    return words.split("\n(Background")[0].strip()[:600]
