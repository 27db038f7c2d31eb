"""Words for people: each function gives lines, which the command prints.

Colour is only marked here; `click.echo` takes it away where there is no terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from daybreak.core.errors import DaybreakError
from daybreak.core.events import (
    Applied,
    Blocked,
    Connected,
    DatabaseCreated,
    Event,
    Finished,
    Noted,
    NotYet,
    Orphan,
    Passed,
    Progressed,
    Ran,
    Repaired,
    RevisionBegun,
    Skipped,
    StatementBegun,
    SteppedBack,
    Unfinished,
    Unmeasured,
    Unwatched,
    Waiting,
    Waits,
    Watched,
)
from daybreak.report.style import style

if TYPE_CHECKING:
    from daybreak.core.standing import Standing

# What a run met of others, said in a sentence.
Met = (
    Waiting
    | Orphan
    | Skipped
    | Repaired
    | Unfinished
    | Blocked
    | SteppedBack
    | Unwatched
    | Watched
    | Unmeasured
    | Waits
)


def error_lines(error: DaybreakError) -> list[str]:
    lines = [style("error", fg="red", bold=True) + "  " + error.problem]
    if error.cure:
        lines.append(style("next", fg="cyan", bold=True) + "   " + error.cure)
    return lines


def event_line(event: Event, among: RevisionBegun | None = None) -> str:
    """`among` says which of how many revisions an Applied is."""
    match event:
        case Noted(text):
            return style("note", fg="yellow") + f"   {text}"
        case Connected():
            return connected_line(event)
        case Applied(revision, doc, is_upgrade, seconds):
            sign = style("✓", fg="green") if is_upgrade else style("↩", fg="yellow")
            place = f"{place_of(among)}  " if among is not None and among.of > 1 else ""
            return f"  {sign} {place}{revision}  {doc}  {style(duration(seconds), dim=True)}"
        case DatabaseCreated(place):
            return style("made", fg="green") + f"   {place}"
        case NotYet(problem):
            return style("wait", fg="yellow") + f"   {problem}"
        case (
            Waiting()
            | Orphan()
            | Skipped()
            | Repaired()
            | Blocked()
            | SteppedBack()
            | Unwatched()
            | Watched()
            | Unmeasured()
            | Waits()
            | Unfinished()
        ):
            word, text = run_words(event)
            return style(word.ljust(7), fg="yellow") + text
        case Passed() | RevisionBegun() | StatementBegun() | Progressed() | Ran() | Finished():
            return ""


def run_words(event: Met) -> tuple[str, str]:
    """What a run met of others: a word that marks its line, and the sentence."""
    match event:
        case Waiting(holder, seconds):
            so_far = f"; waited {duration(seconds)} so far" if seconds >= 1 else ""
            return "wait", f"another run is at work: {holder}{so_far}"
        case Orphan(session, statement, ended):
            what = "was ended" if ended else "is waited for"
            runs = f": {one_line(statement, 200)}" if statement else ""
            return "orphan", f"session {session}, of a run that is gone, {what}{runs}"
        case Skipped(revision):
            return "resume", f"{revision} was interrupted: what is done of it is not run again"
        case Repaired(statement):
            return "repair", f"an interrupted statement is cleared away: {statement}"
        case Blocked(blockers, seconds):
            return "wait", f"for {duration(seconds)} so far, for {blockers}"
        case SteppedBack(attempt, blockers, waited, seconds):
            why = f"others waited for {duration(waited)}" if waited else "no lock was granted"
            whom = f"; in the way: {blockers}" if blockers else ""
            again = f"attempt {attempt + 1} in {duration(seconds)}"
            return "back", f"{why}, so attempt {attempt} was taken back{whom}; {again}"
        case Unwatched(why):
            return "note", why
        case Watched(seconds):
            return "note", f"who waits is seen again, after {duration(seconds)}"
        case Unmeasured(needs):
            return "note", f"how far the statement is, the server does not tell: {needs}"
        case Waits():
            return "others", "; ".join(_waits(event))
        case Unfinished(revision, is_upgrade):
            what, verb = ("applied", "upgrade") if is_upgrade else ("taken back", "downgrade")
            return "half", f"{revision} is half {what}: if no run is at work, {verb} to finish it"


def _waits(event: Waits) -> Iterator[str]:
    if event.seconds is None:
        yield "how long others waited for this run was not seen"
    elif event.seconds < 0.001:
        yield "nobody was seen to wait for this run"
    else:
        yield f"nobody waited for this run for longer than {duration(event.seconds)}"
    if event.attempts:
        yield f"it stepped back {counted(event.attempts, 'time')}"
    if event.waited:
        yield f"it waited for up to {duration(event.waited)} itself, for {event.blockers}"
    if event.held:
        yield f"its locks were held for up to {duration(event.held)}, by {event.revision}"


def connected_line(event: Connected) -> str:
    return (
        f"{style(event.environment.ljust(4), bold=True)}   {event.place} ({event.server})   "
        f"at {revisions(event.heads)}"
    )


def migrated_line(
    before: Sequence[str] | None,
    after: Sequence[str] | None,
    seconds: float,
    count: int,
    waited: float = 0.0,
) -> str:
    """`waited`: the part of `seconds` that another run was waited for."""
    if after is None:
        return done(f"in {duration(seconds)}, through the project's own env.py")
    waiting = f"; {duration(waited)} of it behind another run" if waited else ""
    if before == after and not count:
        behind = f", after {duration(waited)} behind another run" if waited else ""
        return done(f"nothing to do, at {revisions(after)}{behind}")
    steps = f", {counted(count, 'revision')}" if count else ""
    return done(f"at {revisions(after)} in {duration(seconds)}{steps}{waiting}")


def waited_line(place: str, standing: Standing, seconds: float) -> str:
    """`done   shop@127.0.0.1:5432 is at a3, in 1.4 s`."""
    if standing.unknown:
        how = f", which nobody can compare with {revisions(standing.required)}; accepted"
    elif standing.ahead:
        how = f", ahead of {revisions(standing.required)}"
    else:
        how = ""
    return done(f"{place} is at {revisions(standing.recorded)}{how}, in {duration(seconds)}")


def head_line(revision: str, labels: Sequence[str], *, is_recorded: bool) -> str:
    """A head in Alembic's own words."""
    named = f" ({', '.join(labels)})" if labels else ""
    return f"{revision}{named} ({'head' if is_recorded else 'effective head'})"


def difference_line(difference: str) -> str:
    """One difference; what takes something away, perhaps with its data, stands out."""
    takes_away = difference.startswith("remove")
    return f"  {style('≠', fg='red' if takes_away else 'yellow')} {difference}"


def not_compared_lines(gaps: Sequence[str], *, columns: int = 95) -> list[str]:
    """What Alembic's comparison can't see, in lines of `columns`, below a word that marks it."""
    import textwrap  # here: start-up is measured

    text = "Alembic does not compare: " + "; ".join(gaps)
    wrapped = textwrap.wrap(text, width=columns - 7, break_on_hyphens=False)
    return [
        style("gaps", fg="yellow") + f"   {wrapped[0]}",
        *(f"       {line}" for line in wrapped[1:]),
    ]


def done(text: str) -> str:
    return style("done", fg="green", bold=True) + f"   {text}"


def next_step(text: str) -> str:
    return style("next", fg="cyan", bold=True) + f"   {text}"


def place_of(revision: RevisionBegun) -> str:
    """`3/14`, as wide for each of them."""
    return f"{revision.number}/{revision.of}".rjust(2 * len(str(revision.of)) + 1)


def revisions(names: Sequence[str]) -> str:
    return ", ".join(names) or "no revision"


def counted(number: int, what: str) -> str:
    """`1 revision`, `2 revisions`."""
    return f"{number} {what}{'s' if number != 1 else ''}"


def one_line(text: str, width: int = 80) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def duration(seconds: float) -> str:
    """`12 ms`, `1.4 s`, `3 min 20 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
