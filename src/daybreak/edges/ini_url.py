"""The sqlalchemy.url of alembic.ini, which nothing reads with an env.py of ours."""

from __future__ import annotations

from configparser import RawConfigParser

from alembic import context
from alembic.config import Config

from daybreak.core.errors import PlainPassword, UsageError
from daybreak.core.recipe import holds_password
from daybreak.core.url import PLACEHOLDER


def refuse_password_in_ini() -> None:
    """Raise PlainPassword if alembic.ini holds one, which nothing reads with this env.py."""
    config = context.config
    if holds_password(url_in_ini(config)):
        raise PlainPassword(
            f"sqlalchemy.url in {config.config_file_name} holds a password, and that file is "
            "committed. Nothing reads it: the URL comes from the environment",
            "remove that line, and change the password: whoever has the repository has it",
        )


def refuse_unused_url() -> None:
    """Raise UsageError if a caller of Alembic's API has set sqlalchemy.url.

    Daybreak does not read it. Whoever sets it means that database, and would get another one.
    """
    config = context.config
    section = config.config_ini_section
    asked = config.file_config.get(section, "sqlalchemy.url", raw=True, fallback="")
    if asked not in {url_in_ini(config), PLACEHOLDER}:
        raise UsageError(
            "this call sets sqlalchemy.url, which is not what chooses the database here: ENV and "
            "that environment's variable do. Nothing was changed",
            'give Alembic the connection, config.attributes["connection"] = connection, or set '
            "the variable (daybreak doctor --settings names it)",
        )


def url_in_ini(config: Config) -> str:
    """What the file itself says, whatever a caller has set since; empty if that is nothing."""
    written = RawConfigParser(strict=False)
    written.read(config.config_file_name or (), encoding="utf-8")
    url = written.get(config.config_ini_section, "sqlalchemy.url", fallback="")
    return "" if url == PLACEHOLDER else url
