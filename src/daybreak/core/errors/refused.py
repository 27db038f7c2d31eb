"""Exit code 3: a guard said no."""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.errors.base import DaybreakError


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
