"""The installed commands reach a server whose certificate is right, and say what is wrong else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projects import VENUES, Project, make_project
from servers.certificates import Certificate, authority
from servers.tls import TlsServer

OURS = authority("ours")
RDS = "app.cluster-c1x2.eu-west-1.rds.amazonaws.com"
VERIFIED = 'tls = "verify-full"'


def right() -> Certificate:
    return OURS.sign("localhost", RDS)


def of_another_authority() -> Certificate:
    return authority("somebody else's").sign("localhost", RDS)


@pytest.fixture
def project(tls_server: TlsServer, tmp_path: Path) -> Iterator[Project]:
    """At no revision, with one to apply; our authority's certificate lies beside pyproject.toml."""
    made = make_project(tmp_path / "myapp", tls_server.server.dialect)
    made.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    made.write("global-bundle.pem", OURS.certificate.decode())
    with tls_server.server.fresh_database() as name:
        url = tls_server.server.url(name).replace("127.0.0.1", "localhost")
        made.write(".env", f"ENV=prod\nPROD_DATABASE_URL={url}\n")
        yield made


def set_tls(project: Project, setting: str) -> None:
    text = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", f"{text}\n[tool.daybreak.environments.prod]\n{setting}\n")


def test_a_verified_server_is_migrated_and_asked(tls_server: TlsServer, project: Project) -> None:
    set_tls(project, VERIFIED)
    tls_server.show(right)

    assert project.run("daybreak", "upgrade", "head").said.count("0001") > 0
    for command in (
        ("daybreak", "upgrade", "head"),
        ("daybreak", "current"),
        ("daybreak", "wait"),
        ("alembic", "current"),
    ):
        done = project.run(*command)
        assert (done.code, "0001" in done.out) == (0, True), done.said


def test_a_server_of_another_authority_is_neither_migrated_nor_asked(
    tls_server: TlsServer, project: Project
) -> None:
    set_tls(project, VERIFIED)
    tls_server.show(of_another_authority)
    problem = (
        f"the certificate of localhost:{tls_server.server.port} (prod, from PROD_DATABASE_URL "
        f"(.env)) is not signed by an authority in {project.root}/global-bundle.pem"
    )
    cure = (
        "name the file of the authority that signed it: tls_ca in "
        "[tool.daybreak.environments.prod]; for Aurora and RDS fetch it anew: curl -fO "
        "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    )

    for words in (["upgrade", "head"], ["current"], ["wait", "--timeout", "30"]):
        done = project.run("daybreak", *words)
        assert (done.code, done.out) == (6, "")
        assert done.err == f"error  {problem}\nnext   {cure}\n"
    plain = project.run("alembic", "current")
    assert (plain.code, plain.out) == (255, f"FAILED: {problem}\nNext: {cure}\n")


# Kept by a revision: how each session of the run is protected, while it runs.
SESSIONS = {
    "postgresql": "CREATE TABLE seen AS SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING "
    "(pid) WHERE datname = current_database()",
    "mysql": "CREATE TABLE seen AS SELECT connection_type = 'SSL/TLS' AS ssl_is_on "
    "FROM performance_schema.threads WHERE processlist_db = database()",
}


def test_every_connection_of_a_run_is_encrypted(tls_server: TlsServer, project: Project) -> None:
    server = tls_server.server
    project.add_revision("0002", "0001", f"op.execute({SESSIONS[server.dialect]!r})")
    set_tls(project, VERIFIED)
    tls_server.show(right)

    done = project.run("daybreak", "upgrade", "head")
    assert done.code == 0, done.said
    database = (project.root / ".env").read_text().rstrip().rpartition("/")[2]
    seen = [bool(ssl) for (ssl,) in server.execute("SELECT * FROM seen", database=database)]
    assert len(seen) > 1  # who migrates, who holds the lock, who watches
    assert all(seen)


# libpq alone takes an address beside the name that it verifies.
@pytest.mark.parametrize("tls_server", ["postgresql"], indirect=True)
def test_a_server_of_rds_is_told_of_once_until_it_is_verified(
    tls_server: TlsServer, project: Project
) -> None:
    tls_server.show(right)
    named = (project.root / ".env").read_text().replace("localhost", RDS).rstrip()
    project.write(".env", f"{named}?hostaddr=127.0.0.1\n")
    database = named.rpartition("/")[2]
    warning = (
        f"the connection to {database}@{RDS}:{tls_server.server.port} is encrypted, but neither "
        "its certificate nor its name is verified: somebody on the way could pass for it. Write "
        'tls = "verify-full" into [tool.daybreak.environments.prod] (docs/tls.md), and beside '
        "pyproject.toml: curl -fO "
        "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    )

    for words in (["upgrade", "head"], ["upgrade", "head"], ["current"]):
        done = project.run("daybreak", *words)
        assert (done.code, done.err) == (0, f"note   {warning}\n"), done.said
    plain = project.run("alembic", "current")
    assert (plain.code, plain.err.count(f"NotVerified: {warning}\n")) == (0, 1), plain.said

    set_tls(project, VERIFIED)
    done = project.run("daybreak", "current")
    assert (done.code, done.err) == (0, "")
    tls_server.show(lambda: OURS.sign("localhost"))
    done = project.run("daybreak", "current")
    assert (done.code, done.err.partition("\n")[0]) == (
        6,
        f"error  the certificate of {RDS}:{tls_server.server.port} (prod, from PROD_DATABASE_URL "
        f"(.env)) is for localhost, not for {RDS}",
    )
