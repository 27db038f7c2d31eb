"""Projects that others made, by hand or with Alembic's own templates, to be adopted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uv

from generated import BIN, DRIVER, Generated, environment
from servers.server import Server

FIXTURES = Path(__file__).parent / "fixtures" / "adopted"
PLACEHOLDER = "driver://user:pass@localhost/dbname"


@dataclass(frozen=True)
class Kind:
    """How a project came to be, the holes that it has, and what the to-do list names."""

    name: str
    make: Callable[[Path, str], None]
    holes: tuple[tuple[str, str, str], ...]
    models: str
    metadata: str
    missing: tuple[str, ...]
    driver: str | None = None


def adopted(kind: Kind, folder: Path, server: Server, url: str) -> Generated:
    """Make a project of `kind` for the database at `url`, in which its own `alembic` works."""
    root = folder / "ticketing"
    shutil.copytree(FIXTURES / kind.name, root)
    if server.dialect == "mysql":
        pyproject = root / "pyproject.toml"
        pyproject.write_text(pyproject.read_text().replace("psycopg2-binary", "pymysql"))
    full = url.replace("://", f"+{kind.driver or DRIVER[server.dialect]}://", 1)
    kind.make(root, full)
    others = {f"{name}_DATABASE_URL": "postgresql://nobody@nowhere.invalid/x" for name in OTHERS}
    return Generated(root, {"DEV_DATABASE_URL": full, **others}, inside=True)


OTHERS = ("STAGING", "PROD")


def _classic(_root: Path, _url: str) -> None:
    """Written by hand, as the widely copied recipe says; its history is in the fixture."""


def _flask(root: Path, url: str) -> None:
    """`alembic init` beside one module of models; the URL written into alembic.ini."""
    _alembic_init(root, "generic", url, "from models import Base\n", "Base.metadata")


def _asynchronous(root: Path, url: str) -> None:
    imports = "import app.models\nfrom app.db import Base\n"
    _alembic_init(root, "async", url, imports, "Base.metadata")


def _tool_alembic(root: Path, url: str) -> None:
    """Alembic's settings in pyproject.toml; alembic.ini keeps URL and logging."""
    imports = "import models\nfrom database import Base\n"
    _alembic_init(root, "pyproject", url, imports, "Base.metadata")


def _package(root: Path, url: str) -> None:
    """`uv init --package`, whose modules stand in src/, with Alembic told to look there."""
    command = [uv.find_uv_bin(), "init", "--package", "--no-workspace", "--vcs", "none"]
    _run([*command, "--python", ">=3.11", "--offline", "--no-python-downloads", str(root)], root)
    pyproject = root / "pyproject.toml"
    dependencies = 'dependencies = ["sqlalchemy", "alembic", "psycopg2-binary"]'
    pyproject.write_text(pyproject.read_text().replace("dependencies = []", dependencies))
    imports = "import ticketing.models\nfrom ticketing.db import Base\n"
    _alembic_init(root, "generic", url, imports, "Base.metadata")
    ini = root / "alembic.ini"
    ini.write_text(
        ini.read_text().replace("prepend_sys_path = .", "prepend_sys_path = %(here)s/src")
    )


def _alembic_init(root: Path, template: str, url: str, imports: str, metadata: str) -> None:
    """What Alembic's own template writes, and the edits that its comments ask for."""
    _run([str(BIN / "alembic"), "init", "-t", template, "alembic"], root)
    env = root / "alembic" / "env.py"
    text = env.read_text()
    assert "target_metadata = None" in text
    text = text.replace("target_metadata = None", f"{imports}\ntarget_metadata = {metadata}")
    env.write_text(text)
    ini = root / "alembic.ini"
    text = ini.read_text()
    assert PLACEHOLDER in text
    ini.write_text(text.replace(PLACEHOLDER, url.replace("%", "%%")))


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)


# Each hole is its file, what its line holds, and the beginning of what is said of it.
FILE_CONFIG = (
    "alembic/env.py",
    "fileConfig(config",
    "fileConfig silences the application's loggers",
)
PRE_PING = "the engine lends out connections that the server has closed"
WRITTEN = "a URL with a password stands in a file that is committed"
WRITTEN_IN_INI = ("alembic.ini", "sqlalchemy.url = postgresql", WRITTEN)
HERE = "prepend_sys_path = . works only from the project's own folder"
HERE_IN_INI = ("alembic.ini", "prepend_sys_path = .", HERE)
MAPPED = "Mapped[DateTime] names a SQLAlchemy type"

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "classic",
            _classic,
            holes=(
                ("database.py", '"dev": os.environ["DEV_', "reads the URL of every environment"),
                ("database.py", "engine = create_engine", PRE_PING),
                ("alembic/env.py", "config.set_main_option", "set_main_option breaks on a %"),
                FILE_CONFIG,
                ("models/event.py", "start_at: Mapped[DateTime]", MAPPED),
                ("models/venue.py", "created_at: Mapped[DateTime]", MAPPED),
                ("alembic.ini", "script_location = alembic", "script_location is found only from"),
                HERE_IN_INI,
            ),
            models="models",
            metadata="database:Base.metadata",
            missing=("daybreak[{dialect}]",),
        ),
        Kind(
            "flask",
            _flask,
            holes=(
                ("app.py", "engine = create_engine", WRITTEN),
                ("app.py", "engine = create_engine", PRE_PING),
                FILE_CONFIG,
                WRITTEN_IN_INI,
                HERE_IN_INI,
            ),
            models="models",
            metadata="models:Base.metadata",
            missing=("daybreak[postgresql]",),
        ),
        Kind(
            "asynchronous",
            _asynchronous,
            holes=(FILE_CONFIG, WRITTEN_IN_INI, HERE_IN_INI),
            models="app.models",
            metadata="app.db:Base.metadata",
            missing=("daybreak[postgresql]", "psycopg2-binary"),
            driver="asyncpg",
        ),
        Kind(
            "tool_alembic",
            _tool_alembic,
            holes=(
                FILE_CONFIG,
                WRITTEN_IN_INI,
                ("pyproject.toml", "prepend_sys_path = [", HERE),
            ),
            models="models",
            metadata="database:Base.metadata",
            missing=("daybreak[postgresql]",),
        ),
        Kind(
            "package",
            _package,
            holes=(FILE_CONFIG, WRITTEN_IN_INI),
            models="ticketing.models",
            metadata="ticketing.db:Base.metadata",
            missing=("daybreak[postgresql]",),
        ),
    )
}
