"""Projects and databases in which a command may answer the quick way, or may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from projects import VENUES, Project
from servers.server import Server

UPGRADE, HEADS = ("upgrade", "head"), ("upgrade", "heads")
ALL = (
    *(UPGRADE, (*UPGRADE, "--json"), ("-q", *UPGRADE), HEADS),
    *(("current",), ("current", "--json"), ("-q", "current"), ("current", "-c")),
    *(("heads",), ("heads", "--json"), ("heads", "--resolve-dependencies")),
)
CURRENT = (("current",), ("current", "--json"))
FILES = (("heads",), ("heads", "--json"))


@dataclass(frozen=True)
class Scene:
    """A project, and its database on a server; `url` is the one that the project has."""

    project: Project
    server: Server
    database: str

    @property
    def url(self) -> str:
        return self.server.url(self.database)

    def line(self, *names: str) -> None:
        """Revisions one after the other."""
        for below, name in zip((None, *names), names, strict=False):
            self.project.add_revision(name, below)

    def upgrade(self, target: str = "heads") -> None:
        done = self.project.run("daybreak", "upgrade", target)
        assert done.code == 0, done.said

    def change(self, name: str, old: str, new: str) -> None:
        path = self.project.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def execute(self, sql: str) -> None:
        self.server.execute(sql, database=self.database)


Prepare = Callable[[Scene], dict[str, str]]


@dataclass(frozen=True)
class Case:
    """`prepare` gives further variables. `quick` are the commands that answer the quick way."""

    prepare: Prepare
    asked: tuple[tuple[str, ...], ...]
    quick: tuple[tuple[str, ...], ...]


CASES: dict[str, Case] = {}


def case(
    name: str,
    *,
    asked: tuple[tuple[str, ...], ...] = ALL,
    quick: tuple[tuple[str, ...], ...] | None = None,
) -> Callable[[Prepare], Prepare]:
    """A case of this name, in which all that is asked is quick unless `quick` says what is."""

    def add(prepare: Prepare) -> Prepare:
        CASES[name] = Case(prepare, asked, asked if quick is None else quick)
        return prepare

    return add


@case("at the head of a line")
def at_head(scene: Scene) -> dict[str, str]:
    scene.project.add_revision("a1", None, VENUES)
    scene.project.add_revision("a2", "a1")
    scene.upgrade()
    return {}


@case("an empty history, and a version table")
def empty(scene: Scene) -> dict[str, str]:
    scene.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    return {}


@case("no version table", asked=(*CURRENT, *FILES), quick=FILES)
def no_version_table(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    return {}


@case("behind", asked=(*CURRENT, ("current", "-c"), *FILES), quick=(*CURRENT, *FILES))
def behind(scene: Scene) -> dict[str, str]:
    scene.line("a1", "a2")
    scene.upgrade("a1")
    return {}


@case("at a revision without a file", quick=FILES, asked=(UPGRADE, *CURRENT, *FILES))
def unknown_revision(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    scene.upgrade()
    scene.execute("UPDATE alembic_version SET version_num = 'z9'")
    return {}


@case("two heads", asked=(HEADS, *CURRENT, *FILES))
def two_heads(scene: Scene) -> dict[str, str]:
    scene.line("a1", "a2")
    scene.project.add_revision("b2", "a1")
    scene.upgrade()
    return {}


@case("two heads, and one is asked for", asked=(UPGRADE,), quick=())
def one_of_two_heads(scene: Scene) -> dict[str, str]:
    return two_heads(scene)


@case("one of two heads", asked=(*CURRENT, *FILES))
def at_one_of_two(scene: Scene) -> dict[str, str]:
    scene.line("a1", "a2")
    scene.project.add_revision("b2", "a1")
    scene.upgrade("a2")
    return {}


@case("a merge")
def merged(scene: Scene) -> dict[str, str]:
    scene.line("a1", "a2")
    scene.project.add_revision("b2", "a1")
    scene.project.add_revision("c3", None)
    scene.change("alembic/versions/c3_.py", "= None\nbranch", "= ('a2', 'b2')\nbranch")
    scene.upgrade()
    return {}


@case("a head that another depends on", asked=(HEADS, *CURRENT, *FILES, ALL[-1]))
def depended_on(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    scene.project.add_revision("b1", None)
    scene.change("alembic/versions/b1_.py", "depends_on = None", "depends_on = 'a1'")
    scene.upgrade()
    return {}


@case("labels of branches", asked=(HEADS, *CURRENT, *FILES))
def labelled(scene: Scene) -> dict[str, str]:
    scene.line("a1", "a2", "a3")
    scene.project.add_revision("b1", None)
    scene.change("alembic/versions/a2_.py", "labels = None", "labels = ('first',)")
    scene.change("alembic/versions/b1_.py", "labels = None", "labels = 'second'")
    scene.change("alembic/versions/b1_.py", "depends_on = None", "depends_on = 'first'")
    scene.upgrade()
    return {}


@case("two labels of a head", asked=(HEADS, *CURRENT, *FILES), quick=(HEADS, *CURRENT))
def twice_labelled(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    scene.change("alembic/versions/a1_.py", "labels = None", "labels = ('x',)")
    scene.project.add_revision("a2", "a1")
    scene.change("alembic/versions/a2_.py", "labels = None", "labels = ('y',)")
    scene.upgrade()
    # of several labels Alembic prints the first that a set gives
    scene.change("alembic/versions/a2_.py", "labels = ('y',)", "labels = None")
    scene.change("alembic/versions/a1_.py", "labels = ('x',)", "labels = ('x', 'y')")
    return {"PYTHONHASHSEED": "0"}


@case("one identifier twice", asked=(UPGRADE, *CURRENT), quick=())
def twice_the_same(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    scene.upgrade()
    text = (scene.project.root / "alembic/versions/a1_.py").read_text()
    scene.project.write("alembic/versions/copy_.py", text)
    return {}


@case("a revision that is computed", quick=())
def computed(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    scene.change("alembic/versions/a1_.py", "'a1'", "'a' + str(1)")
    scene.upgrade()
    return {}


@case("bytecode without source", quick=())
def sourceless(scene: Scene) -> dict[str, str]:
    scene.line("a1")
    scene.upgrade()
    scene.change("alembic.ini", "[alembic]\n", "[alembic]\nsourceless = true\n")
    scene.project.run("python", "-m", "compileall", "-b", "-q", "alembic/versions")
    (scene.project.root / "alembic/versions/a1_.py").unlink()
    return {}


@case("several places for revisions")
def several_places(scene: Scene) -> dict[str, str]:
    scene.change(
        "alembic.ini",
        "[alembic]\n",
        "[alembic]\nversion_locations = %(here)s/alembic/versions:%(here)s/more\n"
        "recursive_version_locations = true\n",
    )
    scene.line("a1")
    text = (scene.project.root / "alembic/versions/a1_.py").read_text()
    above = text.replace("down_revision = None", "down_revision = 'a1'")
    scene.project.write("more/deep/a2_.py", above.replace("'a1'", "'a2'", 1))
    scene.upgrade()
    return {}


@case("[tool.alembic] instead of alembic.ini")
def in_toml(scene: Scene) -> dict[str, str]:
    (scene.project.root / "alembic.ini").unlink()
    text = (scene.project.root / "pyproject.toml").read_text()
    scene.project.write(
        "pyproject.toml", f'{text}\n[tool.alembic]\nscript_location = "%(here)s/alembic"\n'
    )
    return at_head(scene)


NAMED = ("-c", "other.ini", "-n", "other")


@case("-c and -n", asked=tuple((*NAMED, *words) for words in ALL))
def named_section(scene: Scene) -> dict[str, str]:
    text = (scene.project.root / "alembic.ini").read_text()
    scene.project.write("other.ini", text.replace("[alembic]", "[other]"))
    (scene.project.root / "alembic.ini").unlink()
    scene.line("a1")
    done = scene.project.run("daybreak", *NAMED, "upgrade", "head")
    assert done.code == 0, done.said
    return {}


@case("a version table of another name, and metadata")
def other_table(scene: Scene) -> dict[str, str]:
    scene.project.write(
        "alembic/env.py",
        '"""Ours."""\nfrom daybreak.env import run\nfrom database import Base\n\n'
        'run(Base.metadata, version_table="Versions", compare_type=False)\n',
    )
    return at_head(scene)


@case("options of env.py that are computed", quick=())
def computed_options(scene: Scene) -> dict[str, str]:
    scene.project.write(
        "alembic/env.py",
        'import daybreak.env\n\ndaybreak.env.run(version_table="ver" + "sions")\n',
    )
    return at_head(scene)


@case("an env.py that does more", quick=())
def longer_env(scene: Scene) -> dict[str, str]:
    scene.project.write("alembic/env.py", "import daybreak.env\n\nX = 1\n\ndaybreak.env.run()\n")
    return at_head(scene)


@case("an env.py of the project's own", quick=(), asked=(*CURRENT, *FILES, UPGRADE))
def foreign_env(scene: Scene) -> dict[str, str]:
    at_head(scene)
    scene.project.write(
        "alembic/env.py",
        "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n"
        "from sqlalchemy.engine import make_url\n"
        "with create_engine(os.environ['THEIRS']).connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n",
    )
    driver = {"postgresql": "psycopg2", "mysql": "pymysql"}[scene.server.dialect]
    return {"THEIRS": scene.server.url(scene.database, driver)}


@case("a note on the settings")
def noted(scene: Scene) -> dict[str, str]:
    at_head(scene)
    fallback = scene.server.url(scene.database)
    return {"ENV": "dev", "DEV_DATABASE_URL": fallback, "DATABASE_URL": "postgresql://no.where/x"}


@case("a protected environment")
def protected(scene: Scene) -> dict[str, str]:
    at_head(scene)
    return {"ENV": "prod", "PROD_DATABASE_URL": scene.url}


@case("a statement timeout, and a user of migrations")
def with_timeout(scene: Scene) -> dict[str, str]:
    at_head(scene)
    text = (scene.project.root / "pyproject.toml").read_text()
    scene.project.write(
        "pyproject.toml",
        f'{text}\n[tool.daybreak.environments.prod]\nstatement_timeout = "5s"\n',
    )
    return {
        "ENV": "prod",
        "PROD_DATABASE_URL": "postgresql://no.where/x",
        "PROD_MIGRATION_DATABASE_URL": scene.url,
    }


@case("a URL in .env")
def dotenv(scene: Scene) -> dict[str, str]:
    at_head(scene)
    scene.project.write(".env", f"STAGING_DATABASE_URL='{scene.url}'\n")
    return {"ENV": "staging"}


@case("no URL", asked=(UPGRADE, *CURRENT, *FILES), quick=FILES)
def no_url(scene: Scene) -> dict[str, str]:
    at_head(scene)
    return {"ENV": "staging"}


@case("an unknown environment", quick=())
def unknown_environment(scene: Scene) -> dict[str, str]:
    at_head(scene)
    return {"ENV": "prdo"}


@case("AWS Lambda", asked=(UPGRADE, *CURRENT, *FILES), quick=(*CURRENT, *FILES))
def on_lambda(scene: Scene) -> dict[str, str]:
    at_head(scene)
    return {"AWS_LAMBDA_FUNCTION_NAME": "api", "ENV": "dev"}


@case("a wrong password", asked=(UPGRADE, *CURRENT), quick=())
def wrong_password(scene: Scene) -> dict[str, str]:
    at_head(scene)
    wrong = scene.server.url(scene.database, user="nobody", password="wrong")
    return {"DEV_DATABASE_URL": wrong}


@case("a server that is down", asked=(UPGRADE, *CURRENT), quick=())
def server_down(scene: Scene) -> dict[str, str]:
    at_head(scene)
    return {"DEV_DATABASE_URL": f"{scene.server.dialect}://a:b@127.0.0.1:1/shop"}


@case("a driver that is not there", asked=(UPGRADE, *CURRENT), quick=())
def no_driver(scene: Scene) -> dict[str, str]:
    at_head(scene)
    return {"DEV_DATABASE_URL": scene.server.url(scene.database, "nonsense")}


@case("a URL in alembic.ini", asked=(UPGRADE, *CURRENT, *FILES), quick=())
def url_in_ini(scene: Scene) -> dict[str, str]:
    at_head(scene)
    scene.change("alembic.ini", "[alembic]\n", "[alembic]\nsqlalchemy.url = postgresql://x/y\n")
    return {}


@case("no project", quick=())
def no_project(scene: Scene) -> dict[str, str]:
    for name in ("alembic.ini", "pyproject.toml"):
        (scene.project.root / name).unlink()
    return {}


@case("no env.py", asked=(UPGRADE, *CURRENT, *FILES), quick=())
def no_env(scene: Scene) -> dict[str, str]:
    at_head(scene)
    Path(scene.project.root, "alembic/env.py").unlink()
    return {}
