"""`daybreak revision`: what is asked, refused, pointed out and proved before there is a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL

FIRST = "0001"
VENUE = """\
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from database import Base


class Venue(Base):
    __tablename__ = "venues"
    id: Mapped[int] = mapped_column(primary_key=True)
    {line}
"""
RENAMED = 'title: Mapped[str] = mapped_column("title", String(255))'
CONTEXT = "process_revision_directives=hook"


@pytest.fixture
def project(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Project]:
    """A project whose only revision makes its only table; the database is empty."""
    with postgresql16.fresh_database() as database:
        project = make_project(
            tmp_path / "myapp", DEV_DATABASE_URL=postgresql16.url(database, "psycopg2")
        )
        project.add_revision(FIRST, None, VENUES, 'op.drop_table("venues")')
        yield project


def change(project: Project, line: str) -> None:
    """The column `name` of the model becomes `line`."""
    project.write("models/venue.py", VENUE.format(line=line))


def files(project: Project) -> list[Path]:
    """The revisions that are there beside the first one."""
    found = sorted(Path(project.root, "alembic", "versions").glob("*.py"))
    return [file for file in found if not file.name.startswith(FIRST)]


def test_what_may_be_a_rename_is_refused_where_nobody_can_be_asked(project: Project) -> None:
    change(project, RENAMED)
    done = project.run("daybreak", "revision", "-m", "title")
    assert (done.code, done.out, files(project)) == (3, "", [])
    assert done.err.splitlines() == [
        "error  venues.name is gone and venues.title is new: is that a rename? Nothing was written",
        "next   say --rename venues.name=venues.title, or --drop column:venues.name",
    ]


def test_a_rename_that_was_said_keeps_the_data(project: Project) -> None:
    change(project, RENAMED)
    done = project.run("daybreak", "revision", "-m", "title", "--rename", "venues.name=title")
    assert "  → venues.name → venues.title" in done.out.splitlines()
    (file,) = files(project)
    assert "op.alter_column('venues', 'name', new_column_name='title')" in file.read_text()
    assert "op.alter_column('venues', 'title', new_column_name='name')" in file.read_text()


def test_a_model_may_say_itself_what_was_renamed(project: Project) -> None:
    """The hint may stay: once the new name is in the history it says nothing more."""
    hint = 'info={"renamed_from": "name"}'
    change(project, f'title: Mapped[str] = mapped_column("title", String(255), {hint})')
    text = Path(project.root, "models/venue.py").read_text()
    table = '__tablename__ = "places"\n    __table_args__ = {"info": {"renamed_from": "venues"}}'
    project.write("models/venue.py", text.replace('__tablename__ = "venues"', table))
    done = project.run("daybreak", "revision", "-m", "names")
    assert [line for line in done.out.splitlines() if "→" in line][:2] == [
        "  → table venues → places",
        "  → places.name → places.title",
    ]
    assert "nothing differs" in project.run("daybreak", "revision", "-m", "again").out


def test_a_drop_that_was_said_loses_the_data_and_says_so(project: Project) -> None:
    change(project, RENAMED)
    done = project.run("daybreak", "revision", "-m", "title", "--drop", "column:venues.name")
    assert done.code == 0, done.said
    assert "data   " in done.out
    (file,) = files(project)
    assert "op.drop_column('venues', 'name')" in file.read_text()


@pytest.mark.parametrize(
    ("answer", "written"),
    [("1", "new_column_name='title'"), ("2", "op.drop_column('venues', 'name')")],
    ids=["a rename", "no rename"],
)
def test_a_person_on_a_terminal_is_asked(project: Project, answer: str, written: str) -> None:
    change(project, RENAMED)
    done = project.answer(answer, "daybreak", "revision", "-m", "title", prompt="which")
    assert "the column venues.name is gone. What became of it?" in done.out
    assert "  1  renamed to venues.title" in done.out
    assert "  2  no rename: its data is lost" in done.out
    (file,) = files(project)
    assert written in file.read_text()


def test_plain_alembic_is_told_with_x(project: Project) -> None:
    change(project, RENAMED)
    done = project.run("alembic", "revision", "--autogenerate", "-m", "title")
    assert done.code == 255
    assert "is that a rename? Nothing was written" in done.out
    said = ("-x", "rename=venues.name=venues.title")
    done = project.run("alembic", *said, "revision", "--autogenerate", "-m", "title")
    assert done.code == 0, done.said
    assert len(files(project)) == 1


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("--rename=venues.name", "--rename venues.name: an old and a new name are needed"),
        ("--rename=venues.nom=title", "--rename venues.nom=title: the history has no venues.nom"),
        ("--drop=view:nothing", "--drop view:nothing: the history has no view nothing"),
        ("--drop=venues", "--drop venues: not kind:name"),
        ("--drop=table:venues", "--drop table:venues: the models have it"),
    ],
)
def test_an_answer_that_fits_nothing_is_refused(
    project: Project, option: str, problem: str
) -> None:
    change(project, RENAMED)
    done = project.run("daybreak", "revision", "-m", "title", option)
    assert (done.code, files(project)) == (2, [])
    assert done.err.splitlines()[0] == f"error  {problem}"


def test_data_at_risk_is_pointed_out_with_the_query_that_finds_it(
    project: Project, postgresql16: PostgreSQL
) -> None:
    change(project, "name: Mapped[str] = mapped_column(String(3))")
    answer = json.loads(project.run("daybreak", "revision", "-m", "short", "--json").out)
    (hazard,) = answer["hazards"]
    assert hazard["text"].startswith("venues.name from character varying(255)")
    project.run("daybreak", "upgrade", FIRST)
    database = project.variables["DEV_DATABASE_URL"].rpartition("/")[2]
    postgresql16.execute(
        "INSERT INTO venues (name) VALUES ('abc'), ('abcd') RETURNING id", database=database
    )
    assert postgresql16.execute(hazard["query"], database=database) == [("abcd",)]


def test_a_function_that_goes_on_saying_a_renamed_column_is_pointed_out(project: Project) -> None:
    body = "CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM venues'"
    drop = "op.execute('DROP FUNCTION names')"
    project.add_revision("0001b", FIRST, f'op.execute("{body}")', drop)
    change(project, RENAMED)
    done = project.run("daybreak", "revision", "-m", "title", "--rename", "venues.name=title")
    assert done.code == 0, done.said
    lines = done.out.splitlines()
    at = lines.index(
        "data   the body of the function names says name and stays as it is, without venues.name"
    )
    assert lines[at + 1] == (
        "       find it: SELECT routine_definition FROM information_schema.routines "
        "WHERE routine_name = 'names'"
    )


def test_a_column_that_rows_can_not_have_names_the_choices(project: Project) -> None:
    text = VENUE.format(line="name: Mapped[str] = mapped_column(String(255))")
    project.write("models/venue.py", text + "    seats: Mapped[int]\n")
    said = project.run("daybreak", "revision", "-m", "seats").out
    assert "       or give it a server_default" in said.splitlines()


def test_a_downgrade_that_rows_would_stop_is_pointed_out(
    project: Project, postgresql16: PostgreSQL
) -> None:
    """With the query for the database as the upgrade leaves it."""
    change(project, "")
    written = project.run("daybreak", "revision", "-m", "nameless", "--drop", "column:venues.name")
    lines = written.out.splitlines()
    told = lines.index(
        "data   downgrade: rows that are there have no value for venues.name, which is NOT NULL"
    )
    assert lines[told + 1 : told + 4] == [
        "       or give it a server_default in downgrade()",
        "       or add it there as nullable, fill it, and make it NOT NULL then",
        "       find it: SELECT count(*) FROM venues",
    ]
    assert project.run("daybreak", "upgrade", "head").code == 0
    database = project.variables["DEV_DATABASE_URL"].rpartition("/")[2]
    postgresql16.execute("INSERT INTO venues DEFAULT VALUES RETURNING id", database=database)
    assert project.run("daybreak", "downgrade", "-1").code == 1


HOOK = """\
import daybreak.env
from alembic.operations import ops


def hook(context, revision, scripts):
    {body}


daybreak.env.run(process_revision_directives=hook)
"""


def test_a_failed_proof_writes_nothing_and_shows_the_difference(project: Project) -> None:
    """The project's own hook adds something that the models do not have."""
    project.write(
        "alembic/env.py",
        HOOK.format(
            body="scripts[0].upgrade_ops.ops.append(ops.ExecuteSQLOp('CREATE TABLE other (a int)'))"
        ),
    )
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider")
    assert (done.code, files(project)) == (3, [])
    assert "does not lead to the models; what differs:" in done.err
    assert "- table other  (a)" in done.err

    done = project.run("daybreak", "revision", "-m", "wider", "--no-proof")
    assert (done.code, len(files(project))) == (0, 1)
    assert "proof  none: --no-proof" in done.out
    assert "# not proved:" in files(project)[0].read_text()


def test_a_default_that_the_server_reads_once_is_told_with_what_was_meant(project: Project) -> None:
    """It is another moment in each database: no revision could make the models' one."""
    change(
        project,
        "name: Mapped[str] = mapped_column(String(255))\n"
        "    made: Mapped[datetime] = mapped_column(server_default='now()')",
    )
    venue = project.root / "models" / "venue.py"
    venue.write_text(f"from datetime import datetime\n\n{venue.read_text()}")
    done = project.run("daybreak", "revision", "-m", "made")
    assert (done.code, files(project)) == (3, [])
    assert done.err.splitlines()[1].startswith("  ~ venues.made  default '")
    assert done.err.splitlines()[-1] == (
        "next   the default of venues.made is a text such as 'now()', which the server reads once, "
        "when it makes the default: write server_default=func.now() in the model"
    )


def test_a_revision_that_fails_on_the_shadow_is_not_written(project: Project) -> None:
    project.write(
        "alembic/env.py",
        HOOK.format(body="scripts[0].upgrade_ops.ops.append(ops.ExecuteSQLOp('SELECT 1/0'))"),
    )
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider")
    assert (done.code, files(project)) == (3, [])
    assert "the upgrade that was rendered fails on the shadow at SELECT 1/0" in done.err
    assert "division by zero" in done.err


def test_a_hook_may_take_the_downgrade_away(project: Project) -> None:
    project.write("alembic/env.py", HOOK.format(body="scripts[0].downgrade_ops.ops.clear()"))
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider")
    assert "proof  upgrade = models ✓   no downgrade" in done.out


def test_a_hook_that_empties_the_list_writes_nothing(project: Project) -> None:
    project.write("alembic/env.py", HOOK.format(body="scripts[:] = []"))
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider")
    assert (done.code, files(project)) == (0, [])
    assert done.out.splitlines()[-1] == (
        "done   no file was written: env.py's own process_revision_directives left nothing to write"
    )


def test_a_hook_is_heard_where_nothing_differs(project: Project) -> None:
    """The second time the cache knows it without a server: the hook has its say all the same."""
    append = "scripts[0].upgrade_ops.ops.append(ops.ExecuteSQLOp('ANALYZE venues'))"
    hook = HOOK.format(body=f"if 'LATER' in os.environ: {append}")
    project.write("alembic/env.py", f"import os\n\n{hook}")
    assert "nothing differs" in project.run("daybreak", "revision", "-m", "nothing").out
    done = project.run("daybreak", "revision", "-m", "statistics", LATER="yes")
    assert done.code == 0, done.said
    (file,) = files(project)
    assert "op.execute('ANALYZE venues')" in file.read_text()


def test_what_a_filter_hides_stays_and_is_counted(project: Project) -> None:
    project.write(
        "alembic/env.py",
        "import daybreak.env\n\n\n"
        "def ours(thing, name, kind, reflected, other):\n"
        "    return not (kind == 'column' and name == 'name')\n\n\n"
        "daybreak.env.run(include_object=ours)\n",
    )
    text = VENUE.format(line="name: Mapped[str] = mapped_column(String(300))")
    project.write("models/venue.py", text + "    seats: Mapped[int | None]\n")
    done = project.run("daybreak", "revision", "-m", "seats")
    assert "hidden 1 difference that include_name or include_object of env.py hides" in done.out
    (file,) = files(project)
    assert "seats" in file.read_text()
    assert "300" not in file.read_text()


VIEW = """\
from sqlalchemy import DDL, event

from database import Base

event.listen(Base.metadata, "after_create", DDL("CREATE VIEW named AS SELECT name FROM venues"))
"""


def test_what_the_models_declared_is_dropped_when_they_stop(project: Project) -> None:
    """The revision remembers; without its comment the view would be the history's own."""
    with_view = "from models.venue import Venue\nfrom models import views\n"
    project.write("models/views.py", VIEW)
    project.write("models/__init__.py", with_view)
    assert project.run("daybreak", "revision", "-m", "a view").code == 0
    (file,) = files(project)
    assert "    # declared by the models: view:named\n" in file.read_text().replace("public.", "")
    assert "CREATE VIEW named AS SELECT name FROM venues" in file.read_text()

    project.write("models/__init__.py", "from models.venue import Venue\n")
    said = project.run("daybreak", "revision", "-m", "no view").out
    assert "  - view named" in said.splitlines()


def test_what_only_a_migration_made_is_never_dropped_unasked(project: Project) -> None:
    project.add_revision(
        "0002",
        FIRST,
        "op.execute('CREATE VIEW named AS SELECT name FROM venues')",
        "op.execute('DROP VIEW named')",
    )
    said = project.run("daybreak", "revision", "-m", "nothing").out
    assert "nothing differs" in said
    said = project.run("daybreak", "revision", "-m", "drop it", "--drop", "view:named").out
    assert "  - view named" in said.splitlines()
    assert re.search(r"^proof  upgrade = models ✓   downgrade = before ✓", said, re.MULTILINE)


def test_the_environment_s_database_is_neither_asked_nor_touched(
    project: Project, postgresql16: PostgreSQL
) -> None:
    """A column that somebody added by hand is in no revision, and check tells of it."""
    project.run("daybreak", "upgrade", "head")
    database = project.variables["DEV_DATABASE_URL"].rpartition("/")[2]
    postgresql16.execute("ALTER TABLE venues ADD by_hand int", database=database)
    done = project.run("daybreak", "revision", "-m", "nothing")
    assert (done.code, files(project)) == (0, [])
    done = project.run("daybreak", "check")
    assert done.code == 8
    assert "  + venues.by_hand  integer null" in done.out.splitlines()
    assert done.err.splitlines()[0] == "error  the database differs from its history in 1 place"
    done = project.run("daybreak", "check", "--fix-sql")
    assert (done.code, done.out.splitlines()[1:]) == (
        8,
        ["ALTER TABLE venues DROP COLUMN by_hand;"],
    )


COUNTING = """\
import daybreak.env
from daybreak.flows import sides

choose = sides.choose_shadow


def counted(*arguments, **words):
    print("a shadow server is opened")
    return choose(*arguments, **words)


sides.choose_shadow = counted
daybreak.env.run()
"""


def test_a_database_that_is_behind_is_compared_on_the_same_shadow_server(project: Project) -> None:
    """The history as the database has it is not what the models are compared with."""
    project.write("alembic/env.py", COUNTING)
    project.run("daybreak", "upgrade", "head")
    database = create_engine(project.variables["DEV_DATABASE_URL"])
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE venues ADD by_hand integer")
    database.dispose()
    project.add_revision("0002", FIRST, 'op.execute("CREATE TABLE other (id int)")')
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider", "--drop", "table:other")
    assert done.code == 0, done.said
    assert done.said.count("a shadow server is opened") == 1
    place = project.variables["DEV_DATABASE_URL"].partition("@")[2]
    address, _, name = place.partition("/")
    told = f"drift  {name}@{address} differs from its history in 1 place: daybreak check"
    assert told in done.out.splitlines()


def test_rights_that_a_new_table_is_born_with_are_no_difference(project: Project) -> None:
    grant = "ALTER DEFAULT PRIVILEGES GRANT {} ON {} TO PUBLIC"
    project.add_revision(
        "0002",
        FIRST,
        f'op.execute("{grant.format("SELECT", "TABLES")}")\n'
        f'    op.execute("{grant.format("USAGE", "SEQUENCES")}")',
        "pass",
    )
    project.write(
        "models/__init__.py", "from models.seat import Seat\nfrom models.venue import Venue"
    )
    project.write(
        "models/seat.py",
        "from sqlalchemy import Identity\n"
        "from sqlalchemy.orm import Mapped, mapped_column\n\n"
        "from database import Base\n\n\n"
        "class Seat(Base):\n"
        '    __tablename__ = "seats"\n'
        "    id: Mapped[int] = mapped_column(Identity(), primary_key=True)\n",
    )
    done = project.run("daybreak", "revision", "-m", "seats")
    assert done.code == 0, done.said
    (file,) = (file for file in files(project) if not file.name.startswith("0002"))
    assert "GRANT" not in file.read_text()


def test_a_history_may_grant_on_its_database_by_name(project: Project) -> None:
    """The dev server is left alone, and ours has no database of that name until it is asked."""
    grant = "GRANT CONNECT ON DATABASE myapp TO PUBLIC"
    project.add_revision("0002", FIRST, f'op.execute("{grant}")')
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider")
    assert done.code == 0, done.said
    assert "proof  upgrade = models ✓   downgrade = before ✓" in done.out


def test_models_may_grant_to_a_role_that_only_the_environments_have(
    project: Project, postgresql16: PostgreSQL
) -> None:
    """Row security comes with its policy, and the role is made where the models are tried out."""
    shadow = {"SHADOW_DATABASE_URL": postgresql16.url("", "psycopg2")}
    change(
        project,
        "name: Mapped[str] = mapped_column(String(255))\n\n\n"
        "for statement in (\n"
        '    "GRANT SELECT ON venues TO night_watch",\n'
        '    "ALTER TABLE venues ENABLE ROW LEVEL SECURITY",\n'
        '    "CREATE POLICY few ON venues TO night_watch USING (id < 5)",\n'
        "):\n"
        '    event.listen(Venue.__table__, "after_create", DDL(statement))',
    )
    path = project.root / "models/venue.py"
    path.write_text(path.read_text().replace("import String", "import DDL, String, event"))
    try:
        done = project.run("daybreak", "revision", "-m", "few", **shadow)
        assert done.code == 0, done.said
        (file,) = files(project)
        assert [line.strip() for line in file.read_text().splitlines() if "op." in line] == [
            'op.execute("ALTER TABLE venues ENABLE ROW LEVEL SECURITY")',
            'op.execute("GRANT SELECT ON venues TO night_watch")',
            'op.execute("CREATE POLICY few ON venues TO night_watch USING (id < 5)")',
            'op.execute("DROP POLICY few ON venues")',
            'op.execute("ALTER TABLE venues DISABLE ROW LEVEL SECURITY")',
            'op.execute("REVOKE SELECT ON venues FROM night_watch")',
        ]
        file.unlink()
        postgresql16.execute("DROP ROLE night_watch")
        again = project.run("daybreak", "revision", "-m", "few", **shadow)
        assert again.code == 0, again.said
    finally:
        postgresql16.execute("DROP ROLE IF EXISTS night_watch")


def test_a_table_that_somebody_has_locked_keeps_no_revision_from_being_written(
    project: Project,
) -> None:
    assert project.run("daybreak", "upgrade", "head").code == 0
    change(project, "name: Mapped[str] = mapped_column(String(255))\n    size: Mapped[int | None]")
    locked = create_engine(project.variables["DEV_DATABASE_URL"])
    with locked.begin() as connection:  # to read a view's text, the server asks for its tables
        connection.exec_driver_sql("CREATE VIEW names AS SELECT name FROM venues")
    with locked.connect() as connection:
        connection.exec_driver_sql("LOCK TABLE venues IN ACCESS EXCLUSIVE MODE")
        done = project.run("daybreak", "revision", "-m", "size", "--json")
    locked.dispose()
    assert (done.code, len(files(project))) == (0, 1)
    assert (
        "was not compared with its history (the schema could not be read: a lock was not"
        in (json.loads(done.out)["drift"])
    )


def test_the_version_table_may_lie_in_a_schema_that_no_revision_makes(
    project: Project,
) -> None:
    project.write(
        "alembic/env.py", 'import daybreak.env\n\ndaybreak.env.run(version_table_schema="meta")\n'
    )
    assert project.run("daybreak", "revision", "-m", "none", "--json").code == 0
    engine = create_engine(project.variables["DEV_DATABASE_URL"])
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA meta")
    engine.dispose()
    assert project.run("daybreak", "upgrade", "head").code == 0
    done = project.run("daybreak", "check")
    assert (done.code, done.err) == (0, "")


def test_what_models_and_revisions_print_is_no_part_of_the_answer(project: Project) -> None:
    project.write("models/__init__.py", "from models.venue import Venue\nprint('models')\n")
    project.add_revision("0002", FIRST, "print('a revision')")
    file = Path(project.root, "alembic/versions/0002_.py")
    file.write_text(file.read_text() + "\nprint('imported')\n")
    done = project.run("daybreak", "revision", "-m", "nothing", "--json")
    assert json.loads(done.out)["changed"] is False
    assert {"models", "a revision", "imported"} <= set(done.err.splitlines())


def test_a_revision_that_another_run_wrote_meanwhile_is_no_second_head(project: Project) -> None:
    other = "alembic/versions/0002_other.py"
    project.write("alembic/env.py", HOOK.format(body=f"open('{other}', 'w').close()"))
    change(project, "name: Mapped[str] = mapped_column(String(300))")
    done = project.run("daybreak", "revision", "-m", "wider")
    assert (done.code, [file.name for file in files(project)]) == (3, ["0002_other.py"])
    assert done.err.splitlines()[0] == (
        "error  while this revision was made, another one was written: 0002_other.py. "
        "No file was written"
    )
