"""What `from daybreak import …` offers, and nothing else."""

from __future__ import annotations

import ast
import importlib
import tomllib
from pathlib import Path

import pytest

import daybreak

NAMES = ["Database", "DaybreakError", "Policy", "Target", "__version__", "upgrade"]


def test_the_public_names_are_these() -> None:
    assert sorted(daybreak.__all__) == NAMES
    assert dir(daybreak) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__version__"])
def test_a_public_name_is_what_lives_in_its_module(name: str) -> None:
    value = getattr(daybreak, name)
    assert value is getattr(importlib.import_module(value.__module__), name)
    assert value.__doc__


def test_a_type_checker_sees_the_names_that_load() -> None:
    tree = ast.parse(Path(daybreak.__file__).read_bytes())
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    declared = {
        alias.name: node.module
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert declared == daybreak._HOMES


def test_an_unknown_name_is_the_usual_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'daybreak' has no attribute 'engine'$"):
        daybreak.engine  # noqa: B018


def test_the_version_is_the_one_of_the_package() -> None:
    pyproject = Path(daybreak.__file__).parents[2] / "pyproject.toml"
    assert daybreak.__version__ == tomllib.loads(pyproject.read_text())["project"]["version"]


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(daybreak.__file__).with_name("py.typed").is_file()
