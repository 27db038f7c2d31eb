"""`daybreak list_templates`."""

from __future__ import annotations

import sys

import click

from daybreak.cli.options import common


@click.command("list_templates")
@common
def command() -> None:
    """List Alembic's own project templates, which `alembic init` writes."""
    from alembic import command as alembic_command
    from alembic.config import Config

    alembic_command.list_templates(Config(stdout=sys.stdout))
