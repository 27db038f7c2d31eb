"""Row versions: how often columns of a table were added or dropped in an instant, which is counted.

Source: "Online DDL Operations" in MySQL's manual, and INNODB_TABLES.TOTAL_ROW_VERSIONS. The count
begins anew when the table is rebuilt.
"""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.sqltext import split, tokens
from daybreak.core.statement import Place
from daybreak.dialects.mysql.reading import LEXICON, name_at
from daybreak.dialects.mysql.weighing import altered

# Needs PROCESS. A table's name is as in the file system, a partition's behind #p#.
ROW_VERSIONS = """
SELECT IF(SUBSTRING_INDEX(name, '/', 1) = DATABASE(), '', SUBSTRING_INDEX(name, '/', 1)),
    SUBSTRING_INDEX(SUBSTRING_INDEX(name, '/', -1), '#p#', 1),
    MAX(total_row_versions)
FROM information_schema.innodb_tables
WHERE total_row_versions > 0
GROUP BY 1, 2
"""
_LIMIT, _LIMIT_SINCE_9_1 = 64, 255


def row_version_limit(version: Sequence[object]) -> int:
    """How many a table may have on a server of this version."""
    return _LIMIT_SINCE_9_1 if tuple(version[:2]) >= (9, 1) else _LIMIT


def takes_row_version(sql: str) -> Place | None:
    """The table whose count goes up if `sql` is done in an instant; None if none does."""
    found = tokens(sql, LEXICON)
    place = altered(found)
    if place is None or found[0].word != "ALTER" or name_at(found[2:]) is None:
        return None
    actions = split(found[3 if place.schema is None else 5 :], ",")
    adds = any(action and action[0].word in {"ADD", "DROP"} for action in actions)
    return place if adds else None
