"""The demo's screen: rules, prompts and highlighted code, around the commands' own output."""

from __future__ import annotations

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from daybreak.core.scene import Code, Command, Scene


class Screen:
    """Shows the scenes one after another on a console, with plain text where it is no terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._scenes = 0

    def show(self, item: Scene | Command | Code) -> None:
        match item:
            case Scene(title, says):
                self._scenes += 1
                self._console.print()
                self._console.print(
                    Rule(f"[bold]{self._scenes}  {title}[/]", align="left", style="orange3")
                )
                self._console.print(f"[dim]{says}[/]")
            case Command(line):
                self._console.print()
                self._console.print(Text.assemble(("$ ", "orange3 bold"), (line, "bold")))
            case Code(title, text, language):
                syntax = Syntax(text.rstrip(), language, background_color="default", word_wrap=True)
                self._console.print()
                self._console.print(
                    Panel(syntax, title=title, title_align="left", border_style="dim")
                )
        self._console.file.flush()
