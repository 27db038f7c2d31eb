"""Histories as others have written them: each is taken as it is, or one sentence says why not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from projects import BIN, CLEAN, VENUES, Project, make_project
from servers.postgresql import PostgreSQL
from servers.server import Server

pytestmark = [pytest.mark.server, pytest.mark.slow]

NOTHING = (
    "done   nothing differs, so no file was written; an empty one: daybreak revision --empty -m '…'"
)
EQUAL = "done   the models, the history and the database are equal"
DROP = 'op.drop_table("venues")'
ENV = "import daybreak.env\n\ndaybreak.env.run({})\n"
SIZE = 'op.add_column("venues", sa.Column("size", sa.Integer()))'
CITY = 'op.add_column("venues", sa.Column("city", sa.String(80)))'
MORE = "    size: Mapped[int | None]\n    city: Mapped[str | None] = mapped_column(String(80))\n"


@pytest.fixture
def project(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Project]:
    """With one revision, which makes the one model's table; dev is an empty database."""
    with postgresql16.fresh_database() as database:
        url = postgresql16.url(database)
        made = make_project(tmp_path / "myapp", DEV_DATABASE_URL=url)
        made.add_revision("0001", None, VENUES, DROP)
        yield made


def _grow(project: Project, text: str = MORE) -> None:
    venue = project.root / "models" / "venue.py"
    venue.write_text(venue.read_text() + text)


def _say(project: Project, revision: str, **variables: object) -> None:
    """Set what a revision says of itself."""
    path = next(project.root.rglob(f"{revision}_.py"))
    text = path.read_text()
    for name, value in variables.items():
        assert f"\n{name} = None" in text
        text = text.replace(f"\n{name} = None", f"\n{name} = {value!r}")
    path.write_text(text)


def _several_heads(project: Project) -> None:
    project.add_revision("000a", "0001", SIZE)
    project.add_revision("000b", "0001", CITY)
    _grow(project)


def _a_merge(project: Project) -> None:
    _several_heads(project)
    project.add_revision("000c", "PARENTS")
    path = project.root / "alembic" / "versions" / "000c_.py"
    path.write_text(path.read_text().replace("'PARENTS'", "('000a', '000b')"))


def _depends_on(project: Project) -> None:
    """Two histories of their own: the second one's table has a column from the first's work."""
    project.add_revision("000b", None, 'op.execute("COMMENT ON TABLE venues IS NULL")')
    _say(project, "000b", depends_on="0001")


def _branch_labels(project: Project) -> None:
    _several_heads(project)
    _say(project, "000a", branch_labels=("sizes",))
    _say(project, "000b", branch_labels=("cities",))


def _several_locations(project: Project) -> None:
    _several_heads(project)
    (project.root / "more" / "deep").mkdir(parents=True)
    old = project.root / "alembic" / "versions" / "000b_.py"
    old.rename(project.root / "more" / "deep" / "000b_.py")
    ini = project.root / "alembic.ini"
    locations = "%(here)s/alembic/versions:%(here)s/more"
    ini.write_text(
        f"{ini.read_text()}version_locations = {locations}\nrecursive_version_locations = true\n"
    )


def _reads_data(project: Project) -> None:
    project.add_revision(
        "0002",
        "0001",
        "bind = op.get_bind()\n"
        '    names = {c["name"] for c in sa.inspect(bind).get_columns("venues")}\n'
        '    assert names == {"id", "name"}\n'
        '    changed = bind.execute(sa.text("UPDATE venues SET name = upper(name)")).rowcount\n'
        '    rows = bind.execute(sa.text("SELECT id FROM venues")).fetchall()\n'
        "    assert len(rows) == changed\n"
        f"    {SIZE}",
    )
    _grow(project, "    size: Mapped[int | None]\n")


def _empties_the_list(project: Project) -> None:
    project.write(
        "alembic/env.py",
        "import daybreak.env\n\n\ndef none(context, revision, directives):\n"
        "    directives[:] = []\n\n\n"
        "daybreak.env.run(process_revision_directives=none)\n",
    )


def _several_metadata(project: Project) -> None:
    project.write(
        "models/other.py",
        "from sqlalchemy import Column, Integer, MetaData, Table\n\n"
        'metadata = MetaData(schema="billing")\n'
        'Table("bills", metadata, Column("id", Integer, primary_key=True))\n',
    )
    project.write("models/__init__.py", "from models.venue import Venue\nimport models.other\n")
    project.write(
        "alembic/env.py",
        "import daybreak.env\nfrom database import Base\nfrom models.other import metadata\n\n"
        "daybreak.env.run([Base.metadata, metadata], include_schemas=True)\n",
    )
    project.add_revision(
        "0002",
        "0001",
        'op.execute("CREATE SCHEMA billing")\n'
        '    op.create_table("bills", sa.Column("id", sa.Integer(), primary_key=True), '
        'schema="billing")',
    )


def _prints_and_logs(project: Project) -> None:
    project.write(
        "alembic/env.py",
        "import logging\n\nimport daybreak.env\n\n"
        'print("INFO  [alembic] Running upgrade 0001 -> ffff")\n'
        "logging.basicConfig(level=logging.DEBUG)\nlogging.disable(logging.CRITICAL)\n\n"
        "daybreak.env.run()\n",
    )


def _asks_its_environment(project: Project) -> None:
    ini = project.root / "alembic.ini"
    ini.write_text(f"{ini.read_text()}width = 80\n")
    project.add_revision(
        "0002",
        "0001",
        "from alembic import context\n    assert context.get_x_argument(as_dictionary=True) == {}\n"
        '    width = int(context.config.get_main_option("width"))\n'
        '    op.add_column("venues", sa.Column("city", sa.String(width)))',
    )
    _grow(project, "    city: Mapped[str | None] = mapped_column(String(80))\n")


def _changes_the_models(project: Project) -> None:
    """It uses a model's column in a constraint of its own, and so adds it to the model's table."""
    project.add_revision(
        "0002",
        "0001",
        "from models import Venue\n"
        '    sa.CheckConstraint(Venue.name != "", name="named")\n'
        '    sa.Index("stray", Venue.name)\n'
        f"    {SIZE}",
    )
    path = project.root / "alembic" / "versions" / "0002_.py"
    text = path.read_text().replace(
        "import sqlalchemy as sa\n",
        "import sqlalchemy as sa\nfrom models import Venue\n"
        'CHECKS = [sa.CheckConstraint(Venue.name != " ", name="no_space")]\n',
    )
    path.write_text(text)
    _grow(project, "    size: Mapped[int | None]\n")


def _no_downgrade(project: Project) -> None:
    mako = project.root / "alembic" / "script.py.mako"
    mako.write_text(mako.read_text().partition("def downgrade()")[0])
    path = project.root / "alembic" / "versions" / "0001_.py"
    path.write_text(path.read_text().partition("def downgrade()")[0])


TAKEN: dict[str, Callable[[Project], None]] = {
    "several heads": _several_heads,
    "a merge": _a_merge,
    "depends_on": _depends_on,
    "branch labels": _branch_labels,
    "several version_locations, one of them deep": _several_locations,
    "a revision that reads data": _reads_data,
    "a hook that empties the list": _empties_the_list,
    "several MetaData and schemas": _several_metadata,
    "an env.py that prints and configures logging": _prints_and_logs,
    "a revision that asks its environment": _asks_its_environment,
    "a revision that changes the models": _changes_the_models,
    "no downgrade": _no_downgrade,
}


@pytest.mark.parametrize("trap", TAKEN.values(), ids=TAKEN)
def test_a_history_is_taken_as_it_is_and_nothing_differs(
    project: Project, trap: Callable[[Project], None]
) -> None:
    trap(project)

    applied = project.run("daybreak", "upgrade", "heads")
    assert applied.code == 0, applied.said
    checked = project.run("daybreak", "check")
    assert checked.out.splitlines()[-1] == EQUAL, checked.said
    assert checked.code == 0
    assert project.run("daybreak", "revision", "-m", "none").out.splitlines()[-1] == NOTHING
    plain = project.run("alembic", "check")
    assert plain.code == 0, plain.said


def test_x_arguments_are_part_of_what_a_history_makes(project: Project) -> None:
    project.add_revision(
        "0002",
        "0001",
        "from alembic import context\n"
        '    width = int(context.get_x_argument(as_dictionary=True).get("width", "80"))\n'
        '    op.add_column("venues", sa.Column("city", sa.String(width)))',
    )
    _grow(project, "    city: Mapped[str | None] = mapped_column(String(80))\n")

    assert project.run("daybreak", "check", "--no-database").code == 0
    other = project.run("daybreak", "-x", "width=40", "check", "--no-database")
    assert "  ~ venues.city  type character varying(40) → character varying(80)" in other.out


def test_a_hook_that_empties_the_list_writes_no_file_and_breaks_nothing(project: Project) -> None:
    _empties_the_list(project)
    _grow(project)
    project.run("daybreak", "upgrade", "head")

    written = project.run("daybreak", "revision", "-m", "more")
    assert written.code == 0, written.said
    assert "  + venues.size  integer null" in written.out.splitlines()
    assert written.out.splitlines()[-1] == (
        "done   no file was written: env.py's own process_revision_directives left nothing to write"
    )
    assert len(list((project.root / "alembic" / "versions").glob("*.py"))) == 1
    assert project.run("daybreak", "check").code == 8


def test_two_histories_in_one_database_leave_each_other_alone(
    project: Project, tmp_path: Path
) -> None:
    names = "include_name=lambda name, kind, _: kind != 'table' or name.startswith('{}')"
    project.write("alembic/env.py", ENV.format(names.format("venues")))
    other = make_project(tmp_path / "other", **project.variables)
    model = other.root / "models" / "venue.py"
    model.write_text(model.read_text().replace('"venues"', '"shops"'))
    other.write(
        "alembic/env.py", ENV.format(f"version_table='shop_version', {names.format('shops')}")
    )
    other.add_revision("0001", None, VENUES.replace("venues", "shops"), "pass")

    for each in (project, other):
        assert each.run("daybreak", "upgrade", "head").code == 0
    for each in (project, other):
        checked = each.run("daybreak", "check")
        assert checked.out.splitlines()[-1] == EQUAL, checked.said
        hidden = [line for line in checked.out.splitlines() if line.startswith("hidden")]
        assert hidden == [
            "hidden 2 differences that include_name or include_object of env.py hides"
        ]


@pytest.mark.parametrize(
    "hiding",
    [
        "include_name=lambda name, kind, parents: name != 'size'",
        "include_object=lambda item, name, kind, reflected, other: name != 'size'",
    ],
    ids=["include_name", "include_object"],
)
def test_what_a_filter_hides_is_counted(project: Project, hiding: str) -> None:
    project.add_revision("0002", "0001", SIZE)
    project.write("alembic/env.py", ENV.format(hiding))
    project.run("daybreak", "upgrade", "head")

    checked = project.run("daybreak", "check")
    assert "hidden 1 difference that include_name or include_object of env.py hides" in checked.out
    assert checked.code == 0


def test_a_filter_is_asked_about_a_key_that_the_model_gave_no_name(project: Project) -> None:
    _grow(project, '    parent: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))\n')
    venue = project.root / "models" / "venue.py"
    venue.write_text(venue.read_text().replace("import String", "import ForeignKey, String"))
    project.add_revision("0002", "0001", SIZE.replace("size", "parent"))
    hides = "kind != 'foreign_key_constraint' or [c.name for c in item.columns] != ['parent']"
    project.write(
        "alembic/env.py", ENV.format(f"include_object=lambda item, name, kind, r, other: {hides}")
    )

    checked = project.run("daybreak", "check", "--no-database")
    assert "hidden 1 difference that include_name or include_object of env.py hides" in checked.out
    assert checked.code == 0


def test_a_base_that_create_all_made_is_made_on_the_shadow_first(project: Project) -> None:
    _made_by_create_all(project)
    first = project.run("daybreak", "check", "--no-database")
    assert first.err.splitlines() == [
        "error  versions/0001_.py:12 does not run on an empty database (PostgreSQL "
        f'{_version(first.err)}, the dev server): ProgrammingError: relation "venues" does not '
        "exist",
        "next   if create_all made the first tables, name its MetaData as base in "
        "[tool.daybreak] (docs/settings.md); if another tool did, compare with the database "
        "itself: daybreak revision --against database; else correct the revision",
    ]
    assert first.code == 2

    toml = project.root / "pyproject.toml"
    toml.write_text(f'{toml.read_text()}base = "first:metadata"\n')
    assert project.run("daybreak", "upgrade", "head").code == 0
    checked = project.run("daybreak", "check")
    assert checked.out.splitlines()[-1] == EQUAL, checked.said


def _version(text: str) -> str:
    return text.partition("(PostgreSQL ")[2].partition(",")[0]


def _made_by_create_all(project: Project) -> None:
    """The first revision alters a table that it did not make; the database has it."""
    project.add_revision("0001", None, SIZE)
    _grow(project, "    size: Mapped[int | None]\n")
    project.write(
        "first.py",
        "from sqlalchemy import Column, Integer, MetaData, String, Table\n\n"
        "metadata = MetaData()\n"
        'Table("venues", metadata, Column("id", Integer, primary_key=True), '
        'Column("name", String(255), nullable=False))\n',
    )
    create = (
        "import os, sqlalchemy as sa, first\n"
        'url = os.environ["DEV_DATABASE_URL"].replace("://", "+psycopg2://", 1)\n'
        "first.metadata.create_all(sa.create_engine(url))"
    )
    made = project.run("python", "-c", create, PYTHONPATH=str(project.root))
    assert made.code == 0, made.err


def test_against_the_database_a_history_need_not_begin_with_nothing(project: Project) -> None:
    _made_by_create_all(project)
    early = project.run("daybreak", "revision", "--against", "database", "-m", "early")
    assert early.code == 9
    assert early.err.splitlines()[-1] == "next   daybreak upgrade heads"

    assert project.run("daybreak", "upgrade", "head").code == 0
    _grow(project, "    city: Mapped[str | None]\n")
    written = project.run("daybreak", "revision", "--against", "database", "-m", "city")
    assert written.code == 0, written.said
    assert [line for line in written.out.splitlines() if line.startswith("  + ")] == [
        "  + venues.city  character varying null"
    ]
    assert "proof  upgrade = models ✓   downgrade = before ✓" in written.out
    assert project.run("daybreak", "upgrade", "head").code == 0
    again = project.run("daybreak", "revision", "--against", "database", "-m", "none")
    assert again.out.splitlines()[-1] == NOTHING, again.said


RICH = """\
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from database import Base


class Venue(Base):
    __tablename__ = "venues"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), server_default=text("'100%'"), comment="a 'b'")
    parent: Mapped[int | None] = mapped_column(ForeignKey("venues.id", ondelete="CASCADE"))
    size: Mapped[float] = mapped_column(Numeric(10, 2), CheckConstraint("size > 0", name="big"))
    __table_args__ = (Index("by_name", "name", "size", unique=True),)
"""


@pytest.mark.parametrize("name", ["postgresql18", "mysql"])
def test_the_copy_of_a_database_has_all_that_the_database_has(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Server = request.getfixturevalue(name)
    with server.fresh_database() as database:
        url = server.url(database)
        project = make_project(tmp_path / "myapp", server.dialect, DEV_DATABASE_URL=url)
        project.write("models/venue.py", RICH)
        assert project.run("daybreak", "revision", "-m", "first").code == 0
        assert project.run("daybreak", "upgrade", "head").code == 0

        against = project.run("daybreak", "revision", "--against", "database", "-m", "none")
        assert against.out.splitlines()[-1] == NOTHING, against.said
        server.execute("ALTER TABLE venues DROP CONSTRAINT big", database=database)
        drifted = project.run("daybreak", "revision", "--against", "database", "-m", "big")
        assert "proof  upgrade = models ✓   downgrade = before ✓" in drifted.out, drifted.said


def test_a_revision_that_needs_a_row_is_named_and_the_database_can_stand_for_it(
    project: Project,
) -> None:
    needs = 'assert op.get_bind().execute(sa.text("SELECT count(*) FROM venues")).scalar() > 0'
    project.add_revision("0002", "0001", f"{needs}")
    assert project.run("daybreak", "upgrade", "0001").code == 0
    insert = (
        "import os, sqlalchemy as sa\n"
        'url = os.environ["DEV_DATABASE_URL"].replace("://", "+psycopg2://", 1)\n'
        "with sa.create_engine(url).begin() as connection:\n"
        "    connection.exec_driver_sql(\"INSERT INTO venues (name) VALUES ('x')\")"
    )
    assert project.run("python", "-c", insert).code == 0
    assert project.run("daybreak", "upgrade", "head").code == 0

    checked = project.run("daybreak", "check")
    assert "versions/0002_.py:12 does not run on an empty database" in checked.err
    assert "daybreak revision --against database" in checked.err
    assert checked.code == 2
    against = project.run("daybreak", "revision", "--against", "database", "-m", "none")
    assert against.out.splitlines()[-1] == NOTHING, against.said


def test_an_extension_that_the_shadow_lacks_is_named_with_the_choices(project: Project) -> None:
    project.add_revision("0002", "0001", 'op.execute("CREATE EXTENSION pg_trgm")')

    checked = project.run("daybreak", "check", "--no-database")
    assert checked.err.splitlines() == [
        f"error  the shadow server (PostgreSQL {_version(checked.err)}, the dev server) lacks the "
        "extension pg_trgm",
        "next   name a server that has it in SHADOW_DATABASE_URL, or install PostgreSQL with that "
        "extension on this machine (its binaries are found by themselves): docs/shadow.md",
    ]
    assert checked.code == 2


def test_a_configured_shadow_that_is_down_is_said_and_no_other_is_taken(project: Project) -> None:
    down = "postgresql://app:hunter-22@127.0.0.1:1/app"
    checked = project.run("daybreak", "check", "--no-database", SHADOW_DATABASE_URL=down)
    assert checked.code == 6
    assert "127.0.0.1:1" in checked.err
    assert "hunter-22" not in checked.said


def test_models_that_create_all_rejects_are_told_with_their_line(project: Project) -> None:
    half = "    half: Mapped[int] = mapped_column(server_default=text('nowhere()'))"
    _grow(project, f"{half}\n")
    venue = project.root / "models" / "venue.py"
    venue.write_text(venue.read_text().replace("import String", "import String, text"))
    line = venue.read_text().splitlines().index(half) + 1

    checked = project.run("daybreak", "check", "--no-database")
    assert checked.code == 2
    assert checked.err.startswith(f"error  models/venue.py:{line}: the shadow server (")
    assert (
        "does not create the table venues, column half: function nowhere() does not exist"
        in checked.err
    )


def test_an_env_py_that_does_not_import_all_models_drops_none_of_their_tables(
    project: Project,
) -> None:
    project.write(
        "models/event.py",
        "from sqlalchemy.orm import Mapped, mapped_column\n\nfrom database import Base\n\n\n"
        'class Event(Base):\n    __tablename__ = "events"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n",
    )
    project.write(
        "alembic/env.py",
        "import daybreak.env\nimport models.venue\nfrom database import Base\n\n"
        "daybreak.env.run(Base.metadata)\n",
    )

    written = project.run("daybreak", "revision", "-m", "x")
    assert written.err.splitlines()[0] == (
        "error  not registered: models/event.py. A comparison without it would drop its tables. "
        "Nothing was written"
    )
    assert written.code == 3


def test_a_template_that_is_missing_is_said(project: Project) -> None:
    mako = project.root / "alembic" / "script.py.mako"
    mako.unlink()
    _grow(project, "    size: Mapped[int | None]\n")

    written = project.run("daybreak", "revision", "-m", "size")
    assert written.err.splitlines() == [
        f"error  {mako} is missing, from which revisions are written",
        "next   bring it back (git checkout), or take the one that alembic init writes elsewhere",
    ]
    assert written.code == 2


def test_of_two_revisions_at_once_one_is_written_and_neither_disturbs_the_other(
    project: Project,
) -> None:
    """Whichever ends second sees the first one's file, or began when it was there already."""
    project.run("daybreak", "upgrade", "head")
    _grow(project, "    size: Mapped[int | None]\n")

    running = [
        subprocess.Popen(
            [BIN / "daybreak", "revision", "-m", f"at once {number}"],
            cwd=project.root,
            env={**CLEAN, **project.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    ended = sorted(zip((process.returncode for process in running), said, strict=True))
    assert ended[0][0] == 0, said
    assert "proof  upgrade = models ✓" in ended[0][1]
    other, words = ended[1]
    assert (NOTHING if other == 0 else "another one was written") in words
    assert other in {0, 3}
    assert len([*project.root.glob("alembic/versions/*at_once*.py")]) == 1
