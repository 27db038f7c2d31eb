"""What a project's env.py does when Alembic compares: catalogs are compared instead.

It is loaded with every env.py, so the rest of the comparison is imported only where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from alembic import context

from daybreak.core.authoring import Asked
from daybreak.core.errors import NoShadow
from daybreak.core.events import Noted
from daybreak.edges.alembic import Call, Running
from daybreak.edges.models import each_metadata, load_base
from daybreak.edges.settings import Settings, resolve_target


def compare_catalogs(
    settings: Settings, call: Call | None, running: Running, options: dict[str, Any]
) -> bool:
    """Compare catalogs on a shadow server; False where there is none, and Alembic has to compare.

    The models' own database is not asked: what leads from the history to the models is the same
    for every environment.
    """
    from click import unstyle

    from daybreak.flows.compare import revise, tell_alembic
    from daybreak.flows.subject import Subject
    from daybreak.report.compared import compared_lines

    subject = Subject(
        settings,
        resolve_target(settings, "migration"),
        each_metadata(options["target_metadata"]),
        options,
        base=load_base(settings.declared, settings.project.root),
    )
    hook = options.get("process_revision_directives")
    asked = call.asked if call is not None else _asked(context.get_x_argument(as_dictionary=False))
    try:
        if running.checks and call is not None and call.inspect is not None:
            call.inspect(subject)
        elif running.checks:
            tell_alembic(subject, asked)
        elif call is not None:
            call.compared = revise(subject, asked, hook, keep_empty=call.keep_empty, held=call.held)
        else:
            with ExitStack() as held:  # Alembic writes when all this has ended
                compared = revise(subject, asked, hook, keep_empty=True, held=held)
            for line in compared_lines(compared):
                context.config.print_stdout("%s", unstyle(line))
    except NoShadow as error:
        unproved = f"{error.problem}\nso Alembic compares, with its gaps, and nothing is proved"
        if call is not None:
            call.emit(Noted(unproved))
        else:
            context.config.print_stdout("%s", unproved)
        return False
    return True


def _asked(arguments: Sequence[str]) -> Asked:
    """What plain `alembic -x rename=old=new -x drop=kind:name -x proof=no` asks for.

    Also `-x against=database`.
    """
    words = [argument.partition("=") for argument in arguments]
    return Asked(
        renames=tuple(value for name, _, value in words if name == "rename"),
        drops=tuple(value for name, _, value in words if name == "drop"),
        proof=("proof", "=", "no") not in words,
        against_database=("against", "=", "database") in words,
    )
