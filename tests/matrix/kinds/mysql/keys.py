"""Primary, unique and foreign keys."""

from matrix.kind import Kind
from matrix.kinds.mysql_models import changed, item

OWNER = 'owner = Table("owner", metadata, Column("id", Integer, primary_key=True))\n'
OWNERS = (
    'owner = Table("owner", metadata, Column("id", Integer, primary_key=True), '
    'Column("code", Integer, unique=True))\n'
)
PAIRS = (
    'owner = Table("owner", metadata, Column("a", Integer, primary_key=True, '
    'autoincrement=False), Column("b", Integer, primary_key=True))\n'
)
FILL = ("INSERT INTO owner (id) VALUES (1), (2)", "INSERT INTO item VALUES (1, 1), (2, NULL)")


def _fk(name: str, before: str, after: str) -> Kind:
    """What stands after the type of the column that refers."""
    sides = [OWNER + item(f'Column("owner_id", Integer{side})') for side in (before, after)]
    return changed(f"foreign key: {name}", *sides, *FILL)


def _ref(rest: str = "") -> str:
    return f', ForeignKey("owner.id", name="owned"{rest})'


FOREIGN = (
    _fk("added, named", "", _ref()),
    _fk("added, unnamed", "", ', ForeignKey("owner.id")'),
    _fk("added to an indexed column", ", index=True", _ref() + ", index=True"),
    _fk("dropped, named", _ref(), ""),
    _fk("dropped, unnamed", ', ForeignKey("owner.id")', ""),
    _fk("dropped, own index stays", _ref() + ", index=True", ", index=True"),
    _fk("dropped, index is added", _ref(), ", index=True"),
    _fk("renamed", _ref(), ', ForeignKey("owner.id", name="belongs")'),
    _fk("its own index dropped", _ref() + ", index=True", _ref()),
    _fk("its own index added", _ref(), _ref() + ", index=True"),
    _fk("ON DELETE added", _ref(), _ref(', ondelete="CASCADE"')),
    _fk("ON DELETE changed", _ref(', ondelete="CASCADE"'), _ref(', ondelete="SET NULL"')),
    _fk("ON DELETE dropped", _ref(', ondelete="CASCADE"'), _ref()),
    _fk("ON UPDATE added", _ref(), _ref(', onupdate="CASCADE"')),
    _fk("RESTRICT to NO ACTION", _ref(', ondelete="RESTRICT"'), _ref(', ondelete="NO ACTION"')),
    _fk(
        "ON DELETE of an unnamed one",
        ', ForeignKey("owner.id")',
        ', ForeignKey("owner.id", ondelete="CASCADE")',
    ),
    changed(
        "foreign key: another target column",
        OWNERS + item('Column("owner_id", Integer, ForeignKey("owner.id", name="owned"))'),
        OWNERS + item('Column("owner_id", Integer, ForeignKey("owner.code", name="owned"))'),
        "INSERT INTO owner VALUES (1, 1)",
        "INSERT INTO item VALUES (1, 1)",
    ),
    changed(
        "foreign key: another target table",
        OWNER
        + 'boss = Table("boss", metadata, Column("id", Integer, primary_key=True))\n'
        + item('Column("owner_id", Integer, ForeignKey("owner.id", name="owned"))'),
        OWNER
        + 'boss = Table("boss", metadata, Column("id", Integer, primary_key=True))\n'
        + item('Column("owner_id", Integer, ForeignKey("boss.id", name="owned"))'),
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO boss VALUES (1)",
        "INSERT INTO item VALUES (1, 1)",
    ),
    changed(
        "foreign key: composite added",
        PAIRS + item('Column("a", Integer)', 'Column("b", Integer)'),
        PAIRS
        + item(
            'Column("a", Integer)',
            'Column("b", Integer)',
            'ForeignKeyConstraint(["a", "b"], ["owner.a", "owner.b"], name="owned")',
        ),
        "INSERT INTO owner VALUES (1, 2)",
        "INSERT INTO item VALUES (1, 1, 2)",
    ),
    changed(
        "foreign key: to the table itself",
        item('Column("up", Integer)'),
        item('Column("up", Integer, ForeignKey("item.id", name="tree"))'),
        "INSERT INTO item VALUES (1, NULL), (2, 1)",
    ),
    changed(
        "foreign key: key and what refers to it become bigint",
        'owner = Table("owner", metadata, Column("id", Integer, primary_key=True))\n'
        + item('Column("owner_id", Integer, ForeignKey("owner.id", name="owned"))'),
        'owner = Table("owner", metadata, Column("id", BigInteger, primary_key=True))\n'
        + item('Column("owner_id", BigInteger, ForeignKey("owner.id", name="owned"))'),
        *FILL,
    ),
    changed(
        "foreign key: text key and what refers to it get longer",
        'owner = Table("owner", metadata, Column("id", String(5), primary_key=True))\n'
        + item('Column("owner_id", String(5), ForeignKey("owner.id", name="owned"))'),
        'owner = Table("owner", metadata, Column("id", String(50), primary_key=True))\n'
        + item('Column("owner_id", String(50), ForeignKey("owner.id", name="owned"))'),
        "INSERT INTO owner VALUES ('x')",
        "INSERT INTO item VALUES (1, 'x')",
    ),
    changed(
        "foreign key: a cycle of two new tables",
        item(),
        item() + 'Table("one", metadata, Column("id", Integer, primary_key=True), '
        'Column("two_id", ForeignKey("two.id", name="one_two", use_alter=True)))\n'
        'Table("two", metadata, Column("id", Integer, primary_key=True), '
        'Column("one_id", ForeignKey("one.id", name="two_one", use_alter=True)))\n',
    ),
    changed(
        "foreign key: a cycle of two tables dropped",
        item() + 'Table("one", metadata, Column("id", Integer, primary_key=True), '
        'Column("two_id", ForeignKey("two.id", name="one_two", use_alter=True)))\n'
        'Table("two", metadata, Column("id", Integer, primary_key=True), '
        'Column("one_id", ForeignKey("one.id", name="two_one", use_alter=True)))\n',
        item(),
    ),
    changed(
        "foreign key: NOT NULL of the column that refers",
        OWNER + item('Column("owner_id", Integer, ForeignKey("owner.id", name="owned"))'),
        OWNER
        + item('Column("owner_id", Integer, ForeignKey("owner.id", name="owned"), nullable=False)'),
        "INSERT INTO owner VALUES (1)",
        "INSERT INTO item VALUES (1, 1)",
    ),
)

A = 'Column("a", Integer, nullable=False)'
B = 'Column("b", Integer, nullable=False)'
AB = "INSERT INTO item (a, b) VALUES (1, 2), (2, 3)"
NO_ID = item(A, B).replace('    Column("id", Integer, primary_key=True),\n', "")
PK_A = NO_ID.replace("nullable=False", "primary_key=True, autoincrement=False", 1)
PK_AB = NO_ID.replace("nullable=False", "primary_key=True, autoincrement=False")
PK_BA = NO_ID.replace(
    "nullable=False),\n)", 'nullable=False),\n    PrimaryKeyConstraint("b", "a"),\n)'
)

PRIMARY = (
    changed("primary key: added", NO_ID, PK_A, AB),
    changed("primary key: dropped", PK_A, NO_ID, AB),
    changed("primary key: another column added to it", PK_A, PK_AB, AB),
    changed("primary key: a column taken from it", PK_AB, PK_A, AB),
    changed("primary key: order of its columns", PK_AB, PK_BA, AB),
    changed(
        "primary key: moved to a new counted column",
        PK_A,
        item(A, B),
        AB,
    ),
    changed(
        "primary key: an invisible counted column is given",
        NO_ID,
        item(A, B),
        AB,
    ),
    changed(
        "primary key: renamed column of it",
        item(A),
        item(A, id_column='Column("number", Integer, primary_key=True)'),
        "INSERT INTO item VALUES (1, 2)",
        renames={"item.id": "item.number"},
    ),
)

TWO = ('Column("a", Integer)', 'Column("b", Integer)')
TWO_ROWS = "INSERT INTO item VALUES (1, 1, 1), (2, 1, 2), (3, 2, NULL)"


def _unique(name: str, before: list[str], after: list[str]) -> Kind:
    return changed(f"unique: {name}", item(*TWO, *before), item(*TWO, *after), TWO_ROWS)


UNIQUE = (
    _unique("added, named", [], ['UniqueConstraint("a", "b", name="ab")']),
    _unique("added, unnamed", [], ['UniqueConstraint("a", "b")']),
    _unique("dropped", ['UniqueConstraint("a", "b", name="ab")'], []),
    _unique("dropped, unnamed", ['UniqueConstraint("a", "b")'], []),
    _unique(
        "columns", ['UniqueConstraint("b", name="ab")'], ['UniqueConstraint("a", "b", name="ab")']
    ),
    _unique(
        "order of columns",
        ['UniqueConstraint("a", "b", name="ab")'],
        ['UniqueConstraint("b", "a", name="ab")'],
    ),
    changed(
        "unique: renamed",
        item(*TWO, 'UniqueConstraint("a", "b", name="ab")'),
        item(*TWO, 'UniqueConstraint("a", "b", name="only_ab")'),
        TWO_ROWS,
    ),
    _unique(
        "to a plain index", ['UniqueConstraint("a", "b", name="ab")'], ['Index("ab", "a", "b")']
    ),
    _unique(
        "from a plain index", ['Index("ab", "a", "b")'], ['UniqueConstraint("a", "b", name="ab")']
    ),
)

KINDS = (*FOREIGN, *PRIMARY, *UNIQUE)
