"""The tree of errors is the one that its docstring draws, exit codes and all."""

from __future__ import annotations

import re

from daybreak.core import errors
from daybreak.core.errors import DaybreakError, UnknownEnvironment

# `    │  ├─ InvalidUrl      2  a URL that …`: the depth, the name, the code where it changes
LINE = re.compile(
    r"^ {4}(?P<branch>(?:│  |   )*[├└]─ )?(?P<name>[A-Z]\w+) +(?P<code>\d)? *(?P<what>.+)"
)


def drawn() -> list[tuple[str, str | None, int]]:
    """Each class of the docstring: its name, the class that it hangs from, its exit code."""
    found: list[tuple[str, str | None, int]] = []
    above: list[tuple[str, int]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            depth = len(match["branch"] or "") // 3
            del above[depth:]
            parent, inherited = above[-1] if above else (None, 1)
            code = int(match["code"] or inherited)
            above.append((match["name"], code))
            found.append((match["name"], parent, code))
    return found


def defined(root: type[DaybreakError] = DaybreakError) -> list[tuple[str, str | None, int]]:
    """The same of the classes."""
    parent = root.__base__.__name__ if root is not DaybreakError and root.__base__ else None
    below = [line for child in root.__subclasses__() for line in defined(child)]
    return [(root.__name__, parent, root.exit_code), *below]


def test_the_docstring_draws_the_tree() -> None:
    assert len(drawn()) > 20
    assert sorted(drawn()) == sorted(defined())


def test_every_error_is_imported_from_one_place() -> None:
    assert {name for name, _, _ in defined()} == {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, DaybreakError)
    }


def test_the_exit_codes_are_the_ones_of_the_specification() -> None:
    assert {code for _, _, code in defined()} == set(range(1, 10))


def test_an_error_says_the_problem_and_what_to_do_next() -> None:
    error = UnknownEnvironment("prdo", "ENV", ["dev", "prod"])
    assert str(error) == (
        "unknown environment 'prdo' (from ENV); known: dev, prod\n"
        "Next: use one of these, or declare [tool.daybreak.environments.prdo] in pyproject.toml"
    )
    assert error.kind == "UnknownEnvironment"


def test_an_error_without_a_cure_says_the_problem_alone() -> None:
    assert str(DaybreakError("boom")) == "boom"
