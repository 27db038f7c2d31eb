"""SQL for grants and for policies of row security."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Statements
from itertools import groupby

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Grant,
    Object,
    Policy,
    Routine,
    Schema,
    Table,
    View,
)
from daybreak.core.change import Alter, Create, Drop
from daybreak.dialects.postgresql.quoting import literal, named, owner, quoted

_OWNER, _PUBLIC = "<owner>", "PUBLIC"


def granted(address: Address, item: Object, after: Catalog) -> list[str]:
    """The rights on what is new, beyond those that it is born with."""
    return rights_change(address, item, (), getattr(item, "grants", ()), after)


def rights_change(
    address: Address,
    item: Object,
    old: tuple[Grant, ...],
    new: tuple[Grant, ...],
    after: Catalog,
) -> list[str]:
    """GRANT and REVOKE, one statement for what one grantee gets or loses."""
    if old == new:
        return []
    was = {(grant.privilege, grant.grantee): grant for grant in old}
    now = {(grant.privilege, grant.grantee): grant for grant in new}
    steps = sorted(
        step
        for key in {*was, *now}
        if was.get(key) != now.get(key)
        for step in _steps(was.get(key), now.get(key))
    )
    target = _target(address, item, after)
    columns = f" ({quoted(item.name)})" if isinstance(item, Column) else ""
    sql = []
    for (verb, grantee, option), group in groupby(steps, key=lambda step: step[:3]):
        privileges = ", ".join(f"{privilege}{columns}" for *_, privilege in group)
        word = "TO" if verb == "GRANT" else "FROM"
        before = "GRANT OPTION FOR " if option and verb == "REVOKE" else ""
        behind = " WITH GRANT OPTION" if option and verb == "GRANT" else ""
        sql.append(f"{verb} {before}{privileges} ON {target} {word} {_role(grantee)}{behind}")
    return sql


def _steps(old: Grant | None, new: Grant | None) -> Iterator[tuple[str, str, bool, str]]:
    """Verb, grantee, whether it is about the grant option, privilege."""
    grant = new or old
    if grant is None:
        return
    had = _holds(old, grant)
    has = _holds(new, grant)
    if has and not had:
        given = new or old
        yield "GRANT", grant.grantee, bool(given and given.grantable), grant.privilege
    elif had and not has:
        yield "REVOKE", grant.grantee, False, grant.privilege
    elif has and old and new:
        yield (
            "GRANT" if new.grantable else "REVOKE",
            grant.grantee,
            True,
            grant.privilege,
        )


def _holds(grant: Grant | None, other: Grant) -> bool:
    """Whether the right is there: one that is only ever revoked was born with the object."""
    return other.revoked if grant is None else not grant.revoked


def create_policy(change: Create, item: Policy, after: Catalog) -> Statements[str]:
    name = f"{quoted(item.name)} ON {owner(change.address, after)}"
    parts = [f"CREATE POLICY {name}"]
    parts += [] if item.permissive else ["AS RESTRICTIVE"]
    parts += [] if item.command == "ALL" else [f"FOR {item.command}"]
    parts += [] if item.roles == (_PUBLIC,) else [f"TO {_roles(item.roles)}"]
    sql = [" ".join([*parts, *_conditions(item)])]
    if item.comment is not None:
        sql.append(f"COMMENT ON POLICY {name} IS {literal(item.comment)}")
    return sql


def drop_policy(change: Drop, before: Catalog) -> Statements[str]:
    return [f"DROP POLICY {quoted(change.address.name)} ON {owner(change.address, before)}"]


def alter_policy(
    change: Alter, old: Policy, new: Policy, before: Catalog, after: Catalog
) -> Statements[str]:
    """In place, except where a condition goes or the policy becomes another kind of policy."""
    changed = set(change.fields)
    gone = any(
        name in changed and getattr(old, name) is not None and getattr(new, name) is None
        for name in ("using", "check")
    )
    if gone or changed & {"permissive", "command"}:
        return [
            *drop_policy(Drop(change.address, old), before),
            *create_policy(Create(change.address, new), new, after),
        ]
    name, sql = f"{quoted(new.name)} ON {owner(change.address, after)}", list[str]()
    parts = [f"TO {_roles(new.roles)}"] if "roles" in changed else []
    parts += _conditions(new, changed)
    if parts:
        sql.append(f"ALTER POLICY {name} {' '.join(parts)}")
    if "comment" in changed:
        sql.append(f"COMMENT ON POLICY {name} IS {literal(new.comment)}")
    return sql


def _conditions(item: Policy, names: Iterable[str] = ("using", "check")) -> list[str]:
    parts = []
    if "using" in names and item.using is not None:
        parts.append(f"USING {_enclosed(item.using)}")
    if "check" in names and item.check is not None:
        parts.append(f"WITH CHECK {_enclosed(item.check)}")
    return parts


def _enclosed(expression: str) -> str:
    """In parentheses, which the server gives only where an operator is the outermost."""
    depth = 0
    for place, sign in enumerate(expression):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            whole = place > 0 and place == len(expression) - 1
            return expression if whole else f"({expression})"
    return f"({expression})"


def _target(address: Address, item: Object, after: Catalog) -> str:
    match item:
        case Column():
            return owner(address, after)
        case Table() | View():
            return named(address.schema, address.name, after)
        case Schema():
            return f"SCHEMA {quoted(address.name)}"
        case Routine():
            kind = "PROCEDURE" if item.kind == "procedure" else "FUNCTION"
            return f"{kind} {named(item.schema, item.name, after)}({item.arguments})"
    kind = address.kind if address.kind in ("sequence", "domain") else "type"
    return f"{kind.upper()} {named(address.schema, address.name, after)}"


def _roles(names: tuple[str, ...]) -> str:
    return ", ".join(_role(name) for name in names)


def _role(name: str) -> str:
    if name == _OWNER:  # whoever runs the migration made the object
        return "CURRENT_USER"
    return name if name == _PUBLIC else quoted(name)
