"""What the demo shows, as values: the flow sends them, the report draws them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """A heading and the sentence below it."""

    title: str
    says: str


@dataclass(frozen=True)
class Command:
    """A command line that is about to run; its output follows by itself."""

    line: str


@dataclass(frozen=True)
class Code:
    """A text to show: a file's content, or a change of it."""

    title: str
    text: str
    language: str
