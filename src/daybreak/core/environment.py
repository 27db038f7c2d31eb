"""Which environment, and which variable gives its URL: the rules, as functions over values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from daybreak.core.errors import MissingVariable, UnknownEnvironment
from daybreak.core.secret import MASK

STANDARD = ("dev", "staging", "prod")

# The environment of a DATABASE_URL that was set without saying which environment it is.
UNNAMED = "unnamed"


class Found(NamedTuple):
    """A variable that is set: where (`environment` or `.env`) and to what."""

    name: str
    value: str
    origin: str

    def __repr__(self) -> str:
        return f"Found({self.name!r}, {MASK!r}, {self.origin!r})"

    @property
    def source(self) -> str:
        return self.name if self.origin == "environment" else f"{self.name} ({self.origin})"


class Variables(NamedTuple):
    """The process's variables and those of `.env`, which never win over the process's own."""

    process: Mapping[str, str]
    dotenv: Mapping[str, str]

    def __repr__(self) -> str:
        return "Variables(…)"  # any may hold a secret

    def find(self, *names: str) -> Found | None:
        """The first of `names` that the process sets, else the first that `.env` sets.

        Empty counts as unset: a pipeline whose secret is missing sets the variable to nothing,
        and a `.env` that happens to lie there must not stand in for that secret.
        """
        beside = {name: text for name, text in self.dotenv.items() if name not in self.process}
        for origin, layer in (("environment", self.process), (".env", beside)):
            for name in names:
                if value := layer.get(name, "").strip():
                    return Found(name, value, origin)
        return None

    def is_empty(self, name: str) -> bool:
        """Whether the variable is set to nothing, which deserves a sentence of its own."""
        return name in {**self.dotenv, **self.process} and self.find(name) is None


class Choice(NamedTuple):
    """The environment, and what chose it. `named` is False when nobody did."""

    environment: str
    source: str
    named: bool


def choose_environment(variables: Variables, declared: Sequence[str]) -> Choice:
    """`DAYBREAK_ENV`, else `ENV`, else `dev`. Raises UnknownEnvironment for any other name."""
    known = list(dict.fromkeys([*STANDARD, *declared]))
    found = variables.find("DAYBREAK_ENV", "ENV")
    if found is None:
        return Choice("dev", "the default", named=False)
    # --env sets both, and is told apart from somebody who did by nobody who reads the message.
    both = found.name == "DAYBREAK_ENV" and variables.process.get("ENV") == found.value
    source = "--env" if both else found.source
    if found.value not in known:
        raise UnknownEnvironment(found.value, source, known)
    return Choice(found.value, source, named=True)


def variable_of(environment: str, suffix: str = "DATABASE_URL") -> str:
    """`PROD_DATABASE_URL` for `prod`; what can't stand in a variable's name becomes `_`."""
    return re.sub(r"[^A-Z0-9]", "_", environment.upper()) + "_" + suffix


class UrlChoice(NamedTuple):
    """The environment in force and the text of its URL; `found` None asks for the dev fallback."""

    environment: str
    found: Found | None
    notes: tuple[str, ...] = ()


def choose_url(
    variables: Variables,
    choice: Choice,
    names: Sequence[str],
    written: Found | None = None,
    *,
    deployment: str | None,
) -> UrlChoice:
    """Which variable gives the URL of `choice`.

    `names` are the environment's variables, the preferred one first and the application's last;
    `written` is a URL that pyproject.toml itself holds. `deployment` is the platform on which
    this runs, None on a person's machine. Raises MissingVariable.
    """
    if not choice.named:
        # Weighed against the application's variable alone: migrations go where it goes.
        found = variables.find("DATABASE_URL", *names[-1:])
        if found is not None and found.name == "DATABASE_URL":
            return UrlChoice(UNNAMED, found)
    found = variables.find(*names) or written
    stray = variables.find("DATABASE_URL") if choice.named else None
    if found is not None:
        return UrlChoice(choice.environment, found)
    if choice.environment != "dev":
        raise _missing(variables, choice, names, stray)
    if deployment is not None and not choice.named:
        raise MissingVariable(
            names[-1],
            "dev",
            f"no environment was chosen, and this is {deployment}, where the local dev "
            "database is not used unasked",
            "set ENV (for example ENV=prod) and that environment's variable "
            "(PROD_DATABASE_URL); or ENV=dev, if the local database is meant",
        )
    if stray is None:
        return UrlChoice("dev", None)
    note = (
        f"{stray.source} is set and not used: {choice.source} names the environment dev, "
        f"whose variable is {names[-1]}"
    )
    return UrlChoice("dev", None, (note,))


def _missing(
    variables: Variables, choice: Choice, names: Sequence[str], stray: Found | None
) -> MissingVariable:
    wanted = names[-1]
    state = "set but empty" if variables.is_empty(wanted) else "not set"
    problem = (
        f"{wanted} is {state}; it names the database of {choice.environment} "
        f"(chosen by {choice.source})"
    )
    cure = f"set {wanted} in the process's environment or in .env beside pyproject.toml"
    if stray is not None:
        problem += f". {stray.source} is set, but not used for a named environment"
        cure += f"; or, to use DATABASE_URL, name no environment (now: {choice.source})"
    return MissingVariable(wanted, choice.environment, problem, cure)
