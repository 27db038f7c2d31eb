"""What an engine can't do in place, and an order of changes has to go around."""

from __future__ import annotations

from typing import NamedTuple


class Engine(NamedTuple):
    """PostgreSQL 17 and later by default.

    `keys_pin`: a foreign key keeps its columns' types and its indexes (MySQL).
    `late_bound`: views, triggers and routines keep nothing and follow no rename; a check or a
    generated column keeps its columns from being renamed (MySQL).
    `alters_generated`: a generated column's expression can be altered (not on PostgreSQL 16).
    `names_follow`: the names of checks and foreign keys that begin with their table's follow its
    rename (MySQL).
    `checks_pin`: types; an enforced check of a column that has one of them keeps its table from
    being altered in place, and columns of foreign keys are renamed in no other way (MySQL).
    `schemas_stay`: a schema is a database, which others may use: it is created where it is
    missing, and never dropped (MySQL).
    """

    keys_pin: bool = False
    late_bound: bool = False
    alters_generated: bool = True
    names_follow: bool = False
    checks_pin: frozenset[str] = frozenset()
    schemas_stay: bool = False
