"""The whole tree of errors. Each names the thing, the cure, and the exit code it ends with.

    DaybreakError                       1  unexpected
    ├─ MigrationFailed                     a revision raised; none was applied or taken back
    ├─ DevServerFailed                     a server of our own did not start, stop or obey
    ├─ ShadowFailed                        the shadow server refused what Daybreak asked of it
    ├─ UsageError                       2  usage or configuration; nothing was run
    │  ├─ ProjectNotFound                  no project in this folder or above it
    │  ├─ ProjectInvalid                   pyproject.toml or alembic.ini can't be used
    │  ├─ UnknownEnvironment               a misspelt ENV
    │  ├─ MissingVariable                  the environment's URL is not set
    │  ├─ InvalidUrl                       a URL or a secret that can't be read
    │  ├─ UnknownDialect                   neither PostgreSQL nor MySQL
    │  ├─ UnknownDriver                    a driver that Daybreak has no settings for
    │  ├─ DriverMissing                    a known driver that is not installed
    │  ├─ ExtraMissing                     an optional part of Daybreak is not installed
    │  ├─ RoleRefused                      a `role` that the user can't take
    │  ├─ RightMissing                     the user may not read which revision is recorded
    │  ├─ PlainPassword                    a password in a file that is committed
    │  ├─ LookupUnavailable                a reference to a secret that can't be looked up
    │  ├─ ModelsFailed                     the project's own code raised when imported
    │  ├─ ModelsRejected                   a server refused to create what the models say
    │  ├─ NoShadow                         no server for scratch databases could be had
    │  ├─ ShadowUnsuitable                 the configured server can't be the shadow
    │  ├─ ExtensionMissing                 the shadow server lacks an extension of PostgreSQL
    │  ├─ HistoryNotReplayed               the history does not run on an empty database
    │  ├─ DatabaseNotCopied                the shadow can't be made like the database
    │  ├─ HistoryMissing                   no revision file is there to tell what the code needs
    │  ├─ HistoryInvalid                   Alembic can't use the history as asked
    │  └─ AlembicUntested                  a version of Alembic that Daybreak does not know
    ├─ Refused                          3  a guard said no; nothing was changed
    │  ├─ ProofFailed                      a new revision does not do what it should
    │  ├─ HistoryChanged                   another revision was written meanwhile
    │  ├─ OnLambda                         migrations don't run inside Lambda
    │  ├─ Protected                        a protected environment, and nobody to ask
    │  ├─ DropsData                        a downgrade takes data with it, and nobody to ask
    │  ├─ MovedMeanwhile                   another run moved the database while it was asked about
    │  ├─ UnregisteredModels               a comparison would drop these models' tables
    │  ├─ Unguarded                        a foreign env.py, without --unguarded
    │  ├─ NotTheWriter                     a server or session that takes no change
    │  ├─ RevisionNotInFiles               the database is at a revision without a file
    │  ├─ RenameUnclear                    what is gone and what is new may be the same
    │  ├─ DevServerRefused                 the port or the data folder is somebody else's
    │  └─ OtherDatabase                    scratch work would touch a real database
    ├─ LockHeld                         4  another run is at work on this database
    ├─ LockNotGranted                   5  somebody's lock keeps the schema from being read
    │  └─ BudgetSpent                      others would wait for a migration for too long
    ├─ Unreachable                      6  the database could not be reached
    │  ├─ ServerDown                       nothing answers at the address
    │  ├─ AuthenticationFailed             the server refused user or password
    │  ├─ ConnectionLost                   it went away before a revision was applied or taken back
    │  └─ DatabaseMissing                  the server is there, the database is not
    ├─ StoppedHalfWay                   7  a revision raised after something was changed
    │  ├─ Undecided                        nobody can tell whether a statement was carried out
    │  ├─ HalfDone                         another revision is half done, and comes first
    │  ├─ LockLost                         the session that held the run's lock is gone
    │  └─ Interrupted                      the run was told to stop: Ctrl-C, SIGTERM
    ├─ Drift                            8  what is differs from what should be
    ├─ SchemaTooOld                     9  the database is behind the files
    └─ SchemaUnknown                    9  nobody can tell whether the database is behind the files

Source of the exit codes: docs/exit-codes.md, which a test compares with this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class DaybreakError(Exception):
    """What went wrong (`problem`) and what to do next (`cure`), in words for the user.

    Neither may hold a secret: both are printed, logged and sent to machines as they are.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, cure: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.problem}\nNext: {self.cure}" if self.cure else self.problem

    @property
    def kind(self) -> str:
        """The stable name that `--json` shows, such as `MissingVariable`."""
        return type(self).__name__


class MigrationFailed(DaybreakError):
    pass


class DevServerFailed(DaybreakError):
    pass


class ShadowFailed(DaybreakError):
    pass


class UsageError(DaybreakError):
    exit_code = 2


class ProjectNotFound(UsageError):
    def __init__(self, searched: str) -> None:
        super().__init__(
            f"no project here: neither {searched} nor a folder above it has an alembic.ini, "
            "a [tool.alembic] or a [tool.daybreak]",
            "cd into the project, or make one with: daybreak init",
        )


class ProjectInvalid(UsageError):
    pass


class UnknownEnvironment(UsageError):
    def __init__(self, name: str, source: str, known: Sequence[str]) -> None:
        super().__init__(
            f"unknown environment {name!r} (from {source}); known: {', '.join(known)}",
            f"use one of these, or declare [tool.daybreak.environments.{name}] in pyproject.toml",
        )
        self.name = name
        self.known = tuple(known)


class MissingVariable(UsageError):
    def __init__(self, variable: str, environment: str, problem: str, cure: str) -> None:
        super().__init__(problem, cure)
        self.variable = variable
        self.environment = environment


class InvalidUrl(UsageError):
    pass


class UnknownDialect(UsageError):
    def __init__(self, dialect: str, source: str, known: Sequence[str]) -> None:
        super().__init__(
            f"unknown dialect {dialect!r} (from {source}); Daybreak knows: {', '.join(known)}",
            f"name one of these there; a URL starts with {' or '.join(f'{n}://' for n in known)}",
        )
        self.dialect = dialect


class UnknownDriver(UsageError):
    def __init__(self, driver: str, dialect: str, source: str, known: Sequence[str]) -> None:
        super().__init__(
            f"unknown driver {driver!r} for {dialect} (from {source}); "
            f"Daybreak knows: {', '.join(known)}",
            f"write {dialect}+{known[0]}, or leave the driver out: {dialect}",
        )
        self.driver = driver


class DriverMissing(UsageError):
    def __init__(self, problem: str, package: str) -> None:
        super().__init__(problem, f"uv add {package}")
        self.package = package


class ExtraMissing(UsageError):
    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a part of Daybreak that is not installed",
            f"uv add 'daybreak[{extra}]'",
        )
        self.extra = extra


class RoleRefused(UsageError):
    def __init__(self, role: str, environment: str, said: str) -> None:
        super().__init__(
            f"the migration's user can't take the role {role!r} of {environment}: "
            f"{' '.join(said.split())}. Nothing was changed",
            f"correct role in [tool.daybreak.environments.{environment}], or grant it: "
            f"GRANT {role} TO the user",
        )
        self.role = role


class RightMissing(UsageError):
    pass


class PlainPassword(UsageError):
    pass


class LookupUnavailable(UsageError):
    pass


class ModelsFailed(UsageError):
    pass


class ModelsRejected(UsageError):
    """`table` is the one whose statement was refused, None if that can't be told."""

    def __init__(self, problem: str, cure: str, table: str | None = None) -> None:
        super().__init__(problem, cure)
        self.table = table


class NoShadow(UsageError):
    """`tried` has a sentence for each place that was tried."""

    def __init__(self, label: str, tried: Sequence[str], cure: str) -> None:
        places = "".join(f"\n  {place}" for place in tried)
        super().__init__(f"there is no {label} server for scratch databases:{places}", cure)
        self.tried = tuple(tried)


class ShadowUnsuitable(UsageError):
    pass


class ExtensionMissing(UsageError):
    def __init__(self, names: Sequence[str], shadow: str, passed_over: Sequence[str] = ()) -> None:
        many = "s" if len(names) > 1 else ""
        others = "".join(f"\n  {place}" for place in passed_over)
        super().__init__(
            f"the shadow server ({shadow}) lacks the extension{many} {', '.join(names)}{others}",
            "name a server that has it in SHADOW_DATABASE_URL, or install PostgreSQL with that "
            "extension on this machine (its binaries are found by themselves): docs/shadow.md",
        )
        self.names = tuple(names)


class HistoryNotReplayed(UsageError):
    pass


class DatabaseNotCopied(UsageError):
    pass


class HistoryMissing(UsageError):
    """`what` is not there, so that nobody knows which schema the code needs."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}, so nothing tells which schema this code needs", cure)


class HistoryInvalid(UsageError):
    pass


class AlembicUntested(UsageError):
    """`version` is the one that is installed, `oldest` to `before` those that were tested."""

    def __init__(self, version: str, oldest: str, before: str) -> None:
        super().__init__(
            f"Alembic {version} is not one that Daybreak was tested with: it takes {oldest} and "
            f"later, before {before}. Nothing was changed",
            f'uv add "alembic>={oldest},<{before}", or a newer Daybreak',
        )


class Refused(DaybreakError):
    exit_code = 3


class ProofFailed(Refused):
    """`differences` are those that are left, in words."""

    def __init__(self, problem: str, cure: str, differences: Sequence[str] = ()) -> None:
        super().__init__(problem, cure)
        self.differences = tuple(differences)


class HistoryChanged(Refused):
    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(
            f"while this revision was made, another one was written: {', '.join(files)}. No file "
            "was written",
            "run the command again: it builds on that one",
        )
        self.files = tuple(files)


class OnLambda(Refused):
    def __init__(self, command: str) -> None:
        super().__init__(
            f"{command} was refused: this is AWS Lambda, which ends a run after 15 minutes at "
            "the latest, in the middle of a statement. Nothing was changed",
            "run it from the pipeline, CodeBuild or an ECS task (docs/pipelines.md); "
            "in Lambda itself: daybreak current, history, heads and check",
        )


class Protected(Refused):
    """`plain`: under Alembic's own command line, which asks nobody and has no --yes."""

    def __init__(self, command: str, environment: str, *, plain: bool = False) -> None:
        why = "plain alembic can't ask" if plain else "there is no terminal to ask on"
        agree = (
            f"alembic -x yes=true {command} …"
            if plain
            else f"daybreak {command} … --env {environment} --yes"
        )
        super().__init__(
            f"{command} was refused: {environment} is protected, and {why}. Nothing was changed",
            f"if you are sure: {agree}",
        )


class DropsData(Refused):
    """`said` is what is dropped, `drops events (rows), venues.capacity`. `plain`: as above."""

    def __init__(self, said: str, *, plain: bool = False) -> None:
        why = "plain alembic can't ask" if plain else "there is no terminal to ask on"
        agree = "alembic -x yes=true downgrade …" if plain else "daybreak downgrade … --yes"
        super().__init__(
            f"downgrade was refused: it {said}, and {why}. Nothing was changed",
            f"if that can go: {agree}",
        )


class MovedMeanwhile(Refused):
    """Before a downgrade. `said` is what it drops at `now`, which nobody agreed to."""

    def __init__(self, asked_at: Sequence[str], now: Sequence[str], said: str) -> None:
        was, at = (", ".join(heads) or "no revision" for heads in (asked_at, now))
        super().__init__(
            f"downgrade was refused: the database was at {was} when it was looked at, and another "
            f"run moved it to {at}. From there it {said}. Nothing was changed",
            "run the command again: it asks about that",
        )


class UnregisteredModels(Refused):
    def __init__(self, files: Sequence[str], register_in: str, imports: Sequence[str]) -> None:
        super().__init__(
            f"not registered: {', '.join(files)}. A comparison without "
            f"{'it' if len(files) == 1 else 'them'} would drop its tables. Nothing was written",
            f"add to {register_in}: {'; '.join(imports)}",
        )
        self.files = tuple(files)


class Unguarded(Refused):
    pass


class NotTheWriter(Refused):
    """`what` is as a dialect's `WRITER` tells it; `source` is what gave the address."""

    def __init__(self, command: str, place: str, what: str, source: str) -> None:
        super().__init__(
            f"{command} was refused: {place} is {what}. Nothing was changed",
            f"point {source} at the writer, on Aurora the cluster endpoint (its name has no -ro); "
            "if this is the writer, lift what makes it read-only",
        )
        self.what = what


class RevisionNotInFiles(Refused):
    pass


class RenameUnclear(Refused):
    """`unclear`: kind and name of what is gone, and the names of what is new and like it."""

    def __init__(self, unclear: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        gone = [f"{old} is gone and {' or '.join(new)} is new" for _, old, new in unclear]
        says = [
            f"{' or '.join(f'--rename {old}={name}' for name in new)}, or --drop {kind}:{old}"
            for kind, old, new in unclear
        ]
        many = len(unclear) > 1
        super().__init__(
            f"{'; '.join(gone)}: {'are these renames' if many else 'is that a rename'}? "
            "Nothing was written",
            f"say {'; and '.join(says)}",
        )
        self.unclear = tuple(unclear)


class DevServerRefused(Refused):
    pass


class OtherDatabase(Refused):
    pass


class LockHeld(DaybreakError):
    """`holder` is who, as far as the server tells."""

    exit_code = 4

    def __init__(self, place: str, holder: str, seconds: float) -> None:
        super().__init__(
            f"another run is at work on {place}: {holder}. Waited {seconds:.0f} s for it. Nothing "
            "was run",
            "let it finish and run the command again, or wait longer: --wait SECONDS",
        )
        self.holder = holder


class LockNotGranted(DaybreakError):
    exit_code = 5


class BudgetSpent(LockNotGranted):
    """`blockers` says whom the run waited for, as far as the server tells."""

    def __init__(self, problem: str, cure: str, blockers: str) -> None:
        super().__init__(problem, cure)
        self.blockers = blockers


class Unreachable(DaybreakError):
    exit_code = 6


class ServerDown(Unreachable):
    pass


class AuthenticationFailed(Unreachable):
    pass


class ConnectionLost(Unreachable):
    pass


class DatabaseMissing(Unreachable):
    pass


class StoppedHalfWay(DaybreakError):
    exit_code = 7


class Undecided(StoppedHalfWay):
    """`revision` and `number` name the statement; `why` is what is known of it."""

    def __init__(self, revision: str, number: int, why: str, place: str | None = None) -> None:
        where = f" ({place})" if place else ""
        super().__init__(
            f"statement {number} of {revision}{where} can't be decided: {why}. "
            "Nothing more was run",
            f"look at the database. If that statement is done: --done {revision}:{number}; if it "
            f"has to run (again): --redo {revision}:{number}; if the file was changed since the "
            "run that was interrupted, bring the old one back and write a revision for the change",
        )
        self.revision, self.number = revision, number


class HalfDone(StoppedHalfWay):
    def __init__(self, revision: str, number: int, at: str, *, upgrade: bool) -> None:
        what, back = ("applied", "upgrade") if upgrade else ("taken back", "downgrade")
        goal = revision if upgrade else "-1"
        # number 0 stands for the revision: nobody knows how many of its statements ran
        half, last = (
            ("half", f"its statement {number}") if number else ("perhaps half", "its start")
        )
        super().__init__(
            f"{revision} is {half} {what}: {last} was recorded at {at}, and no run "
            "has finished it since. Nothing was run now",
            f"finish it first: daybreak {back} {goal}; or, if it was put right by hand, record "
            "where the database is: daybreak stamp REVISION",
        )
        self.revision = revision


class LockLost(StoppedHalfWay):
    def __init__(self) -> None:
        super().__init__(
            "the session that held this run's lock is gone, so another run may have begun. "
            "Stopped before the next statement; what was committed is recorded",
            "run the command again: it goes on where this one stopped",
        )


class Interrupted(StoppedHalfWay):
    pass


class Drift(DaybreakError):
    exit_code = 8


class SchemaTooOld(DaybreakError):
    exit_code = 9


class SchemaUnknown(DaybreakError):
    """`revisions` are those of the database of which nobody knows what they build on."""

    exit_code = 9

    def __init__(self, place: str, revisions: Sequence[str], lacking: str) -> None:
        super().__init__(
            f"nobody can tell whether {place} has {lacking}: it is at or builds on "
            f"{', '.join(revisions)}, which has no file here, and its journal does not know what "
            "came before",
            "deploy the code that has it; or, if you know that the schema is new enough: "
            "daybreak wait --accept-unknown, require_schema(accept_unknown=True)",
        )
        self.revisions = tuple(revisions)
