"""Generated columns."""

from typing import Unpack

from matrix.kind import Kind
from matrix.kinds.mysql_models import Details, changed, item

N = 'Column("n", Integer)'
ROW = "INSERT INTO item (id, n) VALUES (1, 2), (2, NULL)"
VIRTUAL = 'Computed("n + 1", persisted=False)'
STORED = 'Computed("n + 1", persisted=True)'


def _generated(
    name: str, before: str | None, after: str | None, *extra: str, **more: Unpack[Details]
) -> Kind:
    sides = [item(N, f'Column("a", {side})' if side else "", *extra) for side in (before, after)]
    return changed(f"generated: {name}", *sides, ROW, **more)


KINDS = (
    _generated("virtual added", None, f"Integer, {VIRTUAL}"),
    _generated("stored added", None, f"Integer, {STORED}"),
    _generated("virtual dropped", f"Integer, {VIRTUAL}", None),
    _generated("stored dropped", f"Integer, {STORED}", None),
    _generated(
        "expression of a virtual",
        f"Integer, {VIRTUAL}",
        'Integer, Computed("n + 2", persisted=False)',
    ),
    _generated(
        "expression of a stored", f"Integer, {STORED}", 'Integer, Computed("n + 2", persisted=True)'
    ),
    _generated("virtual to stored", f"Integer, {VIRTUAL}", f"Integer, {STORED}"),
    _generated("stored to virtual", f"Integer, {STORED}", f"Integer, {VIRTUAL}"),
    _generated("plain to stored", "Integer", f"Integer, {STORED}"),
    _generated("plain to virtual", "Integer", f"Integer, {VIRTUAL}"),
    _generated("stored to plain", f"Integer, {STORED}", "Integer"),
    _generated("virtual to plain", f"Integer, {VIRTUAL}", "Integer"),
    _generated("type of a virtual", f"Integer, {VIRTUAL}", f"BigInteger, {VIRTUAL}"),
    _generated("type of a stored", f"Integer, {STORED}", f"BigInteger, {STORED}"),
    _generated("comment of a virtual", f"Integer, {VIRTUAL}", f'Integer, {VIRTUAL}, comment="n"'),
    _generated("comment of a stored", f"Integer, {STORED}", f'Integer, {STORED}, comment="n"'),
    changed(
        "generated: NOT NULL of a stored",
        item('Column("n", Integer, nullable=False)', f'Column("a", Integer, {STORED})'),
        item(
            'Column("n", Integer, nullable=False)',
            f'Column("a", Integer, {STORED}, nullable=False)',
        ),
        "INSERT INTO item (id, n) VALUES (1, 2)",
    ),
    changed(
        "generated: index on a virtual",
        item(N, f'Column("a", Integer, {VIRTUAL})'),
        item(N, f'Column("a", Integer, {VIRTUAL}, index=True)'),
        ROW,
    ),
    changed(
        "generated: expression of an indexed one",
        item(N, f'Column("a", Integer, {VIRTUAL}, index=True)'),
        item(N, 'Column("a", Integer, Computed("n * 3", persisted=False), index=True)'),
        ROW,
    ),
    changed(
        "generated: type of the column that it uses",
        item(N, f'Column("a", BigInteger, {STORED})'),
        item('Column("n", BigInteger)', f'Column("a", BigInteger, {STORED})'),
        ROW,
    ),
    changed(
        "generated: column that it uses is renamed",
        item(N, f'Column("a", Integer, {STORED})'),
        item('Column("m", Integer)', 'Column("a", Integer, Computed("m + 1", persisted=True))'),
        ROW,
        renames={"item.n": "item.m"},
    ),
    changed(
        "generated: renamed, and the column that it uses, too",
        item(N, f'Column("a", Integer, {STORED}, index=True)'),
        item(
            'Column("m", Integer)',
            'Column("b", Integer, Computed("m + 1", persisted=True), index=True)',
        ),
        ROW,
        renames={"item.n": "item.m", "item.a": "item.b"},
    ),
    changed(
        "generated: from JSON with quotes",
        item('Column("doc", JSON)'),
        item(
            'Column("doc", JSON)',
            'Column("a", String(20), '
            "Computed(\"json_unquote(json_extract(doc, '$.a'))\", persisted=False))",
        ),
        "INSERT INTO item (id, doc) VALUES (1, '{\"a\": \"it''s\"}')",
    ),
)
