"""From the rows of the catalog's queries to a `Catalog`. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from daybreak.core import catalog as core
from daybreak.core.catalog import Catalog, Column, Grant, Table, View
from daybreak.dialects.base import Rows
from daybreak.dialects.postgresql.columns import columns_of, options_of
from daybreak.dialects.postgresql.keys import constraints_of, indexes_of

Row = Sequence[Any]
Grants = dict[tuple[str, int, int], tuple[Grant, ...]]  # by kind, object and column
Names = dict[tuple[int, int], str]  # of columns, by relation and number

REPLICA_IDENTITY = {"n": "nothing", "f": "full", "i": "index"}
POLICY_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
ROUTINE_KINDS = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window"}


def build_catalog(rows: Rows, version: int, default_schema: str) -> Catalog:
    """See the Protocol. Identity columns take their sequences; the rest is a list each."""
    grants = _grants(rows["grants"])
    names = {(row[0], row[1]): row[2] for row in rows["columns"]}
    identities, sequences = _sequences(rows["sequences"], grants)
    columns = columns_of(rows["columns"], grants, identities)
    tables, views = _relations(rows, grants, columns, names)
    return Catalog(
        "postgresql",
        version,
        default_schema,
        schemas=tuple(
            core.Schema(name, comment=comment, grants=grants.get(("schema", oid, 0), ()))
            for oid, name, comment in rows["schemas"]
        ),
        extensions=tuple(core.Extension(*row) for row in rows["extensions"]),
        sequences=sequences,
        routines=_routines(rows["routines"], grants),
        tables=tables,
        views=views,
        others=_others(rows, grants),
        **_types(rows, grants, columns),
    )


OTHERS = ("event triggers", "publications", "others in schemas", "others in the database")


def _others(rows: Rows, grants: Grants) -> tuple[core.Other, ...]:
    found = [
        core.Other(schema, name, what, _with_comment(definition, comment))
        for query in OTHERS
        for schema, name, what, definition, comment in rows[query]
    ]
    found += _odd_identities(rows["sequences"], grants)
    return tuple(sorted(found, key=lambda other: (other.schema, other.what, other.name)))


def _with_comment(definition: str, comment: str | None) -> str:
    return definition if comment is None else f"{definition} COMMENT {comment}"


def _grants(rows: Sequence[Row]) -> Grants:
    found: dict[tuple[str, int, int], list[Grant]] = defaultdict(list)
    for kind, oid, part, privilege, grantee, grantable, revoked in rows:
        found[kind, oid, part].append(Grant(privilege, grantee, grantable, revoked))
    return {key: tuple(sorted(given, key=_by_grantee)) for key, given in found.items()}


def _by_grantee(grant: Grant) -> tuple[Any, ...]:
    return grant.grantee, grant.privilege, grant.grantable, grant.revoked


def _sequences(
    rows: Sequence[Row], grants: Grants
) -> tuple[dict[tuple[int, int], Row], tuple[core.Sequence, ...]]:
    """The sequences of identity columns by table and column, and all others."""
    identities: dict[tuple[int, int], Row] = {}
    sequences = []
    for row in rows:
        oid, schema, name, type_, start, increment, minimum, maximum, cached, cycle = row[:10]
        persistence, how, table, column, comment, owner, owner_column = row[10:]
        if how == "i":
            identities[table, column] = row
            continue
        sequences.append(
            core.Sequence(
                schema,
                name,
                type_,
                start,
                increment,
                minimum,
                maximum,
                cached,
                cycle,
                None if owner is None else (owner, owner_column),
                "unlogged" if persistence == "u" else "permanent",
                comment,
                grants.get(("relation", oid, 0), ()),
            )
        )
    return identities, tuple(sequences)


def _odd_identities(rows: Sequence[Row], grants: Grants) -> list[core.Other]:
    """What an `Identity` does not hold of its sequence, where somebody changed it."""
    found = []
    for row in rows:
        oid, schema, name = row[:3]
        how, comment = row[11], row[14]
        given = grants.get(("relation", oid, 0), ())
        if how == "i" and (given or comment):
            words = ", ".join(
                f"{'REVOKE' if g.revoked else 'GRANT'} {g.privilege} {g.grantee}"
                f"{' WITH GRANT OPTION' if g.grantable else ''}"
                for g in given
            )
            found.append(
                core.Other(schema, name, "identity's sequence", _with_comment(words, comment))
            )
    return found


def _relations(
    rows: Rows, grants: Grants, columns: dict[int, tuple[Column, ...]], names: Names
) -> tuple[tuple[Table, ...], tuple[View, ...]]:
    constraints = constraints_of((row for row in rows["constraints"] if row[0]), names)
    indexes = indexes_of(rows["indexes"], rows["index keys"])
    parents: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for oid, _, parent_schema, parent in rows["parents"]:
        parents[oid].append((parent_schema, parent))
    triggers = _by_relation(rows["triggers"], core.Trigger)
    rules = _by_relation(rows["rules"], core.Rule)
    statistics = _by_relation(rows["statistics"], core.Statistics)
    policies = _policies(rows["policies"])
    tables, views = [], []
    for row in rows["relations"]:
        (oid, schema, name, kind, persistence, options, toast, secure, forced, replica) = row[:10]
        method, space, partition_by, bound, of_type, query, foreign, comment = row[10:]
        given = grants.get(("relation", oid, 0), ())
        if kind in "vm":
            views.append(
                View(
                    schema,
                    name,
                    query or "",
                    materialized=kind == "m",
                    columns=columns.get(oid, ()),
                    settings=_settings(options, toast, method),
                    indexes=indexes.get(oid, ()),
                    triggers=triggers.get(oid, ()),
                    rules=rules.get(oid, ()),
                    statistics=statistics.get(oid, ()),
                    tablespace=space,
                    comment=comment,
                    grants=given,
                )
            )
            continue
        above = parents.get(oid, [])
        tables.append(
            Table(
                schema,
                name,
                columns=columns.get(oid, ()),
                constraints=constraints.get(oid, ()),
                indexes=indexes.get(oid, ()),
                triggers=triggers.get(oid, ()),
                policies=policies.get(oid, ()),
                rules=rules.get(oid, ()),
                statistics=statistics.get(oid, ()),
                foreign=foreign,
                persistence="unlogged" if persistence == "u" else "permanent",
                partition_by=partition_by,
                partition_of=(*above[0], bound) if bound is not None and above else None,
                inherits=() if bound is not None else tuple(above),
                of_type=of_type,
                access_method=method,
                options=_settings(options, toast),
                tablespace=space,
                row_security=secure,
                force_row_security=forced,
                replica_identity=None if foreign else REPLICA_IDENTITY.get(replica),
                comment=comment,
                grants=given,
            )
        )
    return tuple(tables), tuple(views)


def _settings(
    options: Sequence[str] | None, toast: Sequence[str] | None, method: str | None = None
) -> core.Options:
    """The options of a relation, those of its TOAST table and its access method, if another."""
    if not options and not toast and not method:
        return ()
    return options_of(
        [
            *(options or ()),
            *(f"toast.{option}" for option in toast or ()),
            *([f"access_method={method}"] if method else []),
        ]
    )


def _by_relation(rows: Sequence[Row], make: Any) -> dict[int, tuple[Any, ...]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for oid, *values in rows:
        found[oid].append(make(*values))
    return {oid: tuple(parts) for oid, parts in found.items()}


def _policies(rows: Sequence[Row]) -> dict[int, tuple[core.Policy, ...]]:
    return _by_relation(
        [
            (oid, name, permissive, POLICY_COMMANDS[command], tuple(sorted(roles)), *rest)
            for oid, name, permissive, command, roles, *rest in rows
        ],
        core.Policy,
    )


def _routines(rows: Sequence[Row], grants: Grants) -> tuple[core.Routine, ...]:
    return tuple(
        core.Routine(
            schema,
            name,
            arguments,
            cast(Any, ROUTINE_KINDS[kind]),
            definition or "",
            comment,
            grants.get(("routine", oid, 0), ()),
        )
        for oid, schema, name, arguments, kind, definition, comment in rows
    )


def _types(
    rows: Rows, grants: Grants, columns: dict[int, tuple[Column, ...]]
) -> dict[str, tuple[Any, ...]]:
    constraints = constraints_of(((row[1], *row[1:]) for row in rows["constraints"] if row[1]), {})
    found: dict[str, list[Any]] = {"enums": [], "domains": [], "composites": [], "ranges": []}
    for row in rows["types"]:
        oid, schema, name, kind, relation, labels, base, not_null, default = row[:9]
        collation, range_definition, comment = row[9:]
        told = {"comment": comment, "grants": grants.get(("type", oid, 0), ())}
        match kind:
            case "e":
                found["enums"].append(core.Enum(schema, name, tuple(labels), **told))
            case "c":
                parts = columns.get(relation, ())
                found["composites"].append(core.Composite(schema, name, parts, **told))
            case "r":
                found["ranges"].append(core.Range(schema, name, range_definition, **told))
            case _:
                checks = constraints.get(oid, ())
                found["domains"].append(
                    core.Domain(schema, name, base, not_null, default, collation, checks, **told)
                )
    return {kind: tuple(items) for kind, items in found.items()}
