"""`daybreak demo`."""

from __future__ import annotations

import time

import click

from daybreak.cli.options import common


@click.command("demo")
@common
def command() -> None:
    """Watch the daily loop on a real, throw-away PostgreSQL. It cleans up after itself."""
    from rich.console import Console

    from daybreak.flows.demo import demo
    from daybreak.report.demo import Screen
    from daybreak.report.text import done, duration, next_step

    started = time.monotonic()
    console = Console(highlight=False)
    console.width = min(console.width, 100)  # boxes as wide as a large screen are hard to read
    demo(Screen(console).show)
    click.echo()
    click.echo(done(f"in {duration(time.monotonic() - started)}; server and folder are gone"))
    click.echo(next_step("daybreak init myapp"))
