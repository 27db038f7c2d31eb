"""Draws loop.svg: the daily loop, as the real commands say it on a real PostgreSQL.

    uv run python docs/pictures/make.py

A project is made in a temporary folder, its first revision applied; then a model changes, and what
the commands of every day write to a terminal becomes the picture.
"""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from daybreak.edges.pgtemporary import temporary_server
from daybreak.edges.psql import provision

PICTURE = Path(__file__).parent / "loop.svg"
WIDTH = 100

# Dawn: a dark blue sky, and the colours of the commands as they brighten.
THEME = TerminalTheme(
    background=(24, 28, 42),
    foreground=(220, 223, 228),
    normal=[
        (24, 28, 42),
        (240, 113, 120),
        (152, 210, 129),
        (255, 195, 100),
        (122, 162, 247),
        (199, 146, 234),
        (100, 210, 230),
        (220, 223, 228),
    ],
)

# rich's own frame without the address of a font: the reader's monospaced one is used.
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"
   xml:space="preserve">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-family: system-ui, "DejaVu Sans", Arial, sans-serif; font-size: 16px;
  opacity: 0.7; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})"
   clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Play the loop and write the picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    with tempfile.TemporaryDirectory() as folder, temporary_server() as server:
        admin = server.admin
        provision(admin, role=admin.user, password=admin.password, database="myapp_dev")
        url = f"postgresql://{admin.user}:{admin.password}@localhost:{admin.port}/myapp_dev"
        stage = Stage(Path(folder) / "myapp", url, console)
        stage.prepare()
        stage.type("grep ticket_price models/event.py")
        stage.type('daybreak revision -m "add ticket_price to events"')
        stage.type("daybreak upgrade head")
        stage.type("daybreak upgrade head")
    console.print()  # room below the last line
    svg = console.export_svg(
        title="daybreak", theme=THEME, code_format=FRAME, unique_id="loop", clear=False
    )
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n")


class Stage:
    """A project on a server, and the console that hears what is typed there."""

    def __init__(self, project: Path, url: str, console: Console) -> None:
        self._project = project
        self._console = console
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TERM": "xterm-256color",
            "COLUMNS": str(WIDTH),
            "DEV_DATABASE_URL": url,
        }

    def prepare(self) -> None:
        """The project with its first revision applied, and one more column in a model."""
        self._run("daybreak init myapp", self._project.parent)
        self._run('daybreak revision -m "create venues and events"', self._project)
        self._run("daybreak upgrade head", self._project)
        model = self._project / "models" / "event.py"
        before = model.read_text()
        field = "    ticket_price: Mapped[int | None]\n"
        model.write_text(before.replace("    created_at:", f"{field}    created_at:"))

    def type(self, line: str) -> None:
        """The command and all that it says."""
        if self._console.export_text(clear=False):
            self._console.print()
        prompt = Text.assemble(("$ ", "bold yellow"), (line, "bold"))
        self._console.print(prompt)
        self._console.print(Text.from_ansi(self._run(line, self._project)))

    def _run(self, line: str, folder: Path) -> str:
        """What the command writes to a terminal, colours included."""
        ours, theirs = pty.openpty()
        done = subprocess.Popen(
            ["/bin/sh", "-c", line],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        said = _all_of(ours)
        os.close(ours)
        if done.wait() != 0:
            raise SystemExit(f"{line} ended with {done.returncode}:\n{said}")
        return said.replace("\r\n", "\n").rstrip()


def _all_of(terminal: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that nobody holds the other end any more
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode()


if __name__ == "__main__":
    main()
