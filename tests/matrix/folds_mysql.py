"""What SHOW CREATE shows of MySQL's objects and nobody means: the folds of the judge.

1. The order of columns, keys and constraints in a table.
2. The number in the name of an unnamed check or foreign key: such a one is what it says.
3. The next AUTO_INCREMENT of a table, which is data.
4. Who made a view, trigger, routine or event.
5. A charset and collation that are written out in a column: what they are stands beside it, read
   from information_schema.
6. USING BTREE, where the engine knows no other index.
7. When an event starts, if nobody said so.
8. In which case, and in which quotes, a person wrote a routine's parameters.

Each has an example and a near miss in `test_folds_mysql.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

VERSION = 5
_NAME = r"`((?:[^`]|``)+)`"
_TEXT = r"'(?:[^']|'')*'"


def table_parts(table: str, created: str) -> Iterator[tuple[str, str]]:
    """What SHOW CREATE TABLE says, part by part, each under what it is and its name."""
    body, _, tail = created.partition("\n) ")
    options, _, partitions = tail.partition("\n")
    yield f"options {table}", _without_counter(options)
    if partitions:
        yield f"partitions {table}", partitions
    for line in body.split("\n")[1:]:
        text = line.strip().removesuffix(",")
        if found := re.match(_NAME, text):
            yield f"column {table}.{found[1]}", _without_written_charset(text)
        elif found := re.match(rf"CONSTRAINT {_NAME} ", text):
            said = text[found.end() :]
            yield f"constraint {table}.{said if _is_number(table, found[1]) else found[1]}", said
        elif found := re.match(rf"PRIMARY KEY|[A-Z ]*KEY {_NAME}", text):
            key = found[1] or "PRIMARY"
            yield f"key {table}.{key}", _without_usual_method(text, options)
        else:
            raise ValueError(f"not understood in SHOW CREATE TABLE {table}: {line}")


def without_definer(text: str) -> str:
    return re.sub(rf"^(CREATE (?:[A-Z]+=\w+ )?)DEFINER={_NAME}@{_NAME} ", r"\1", text)


def without_start(text: str) -> str:
    """Of an event that starts when it was created or altered."""
    return re.sub(rf"^(CREATE EVENT {_NAME} [^']*?(?:{_TEXT}[^']*?)?) STARTS {_TEXT}", r"\1", text)


def without_spelling(text: str) -> str:
    """Of a routine: the first line of SHOW CREATE has the parameters as they were written."""
    head, newline, rest = text.partition("\n")
    return re.sub(rf"({_TEXT})|`(\w+)`|(\w+)", _plain, head) + newline + rest


def _plain(found: re.Match[str]) -> str:
    return found[1] or found[2] or found[3].lower()


def _is_number(table: str, constraint: str) -> bool:
    bare = re.escape(table.replace("`", "``"))
    return re.fullmatch(rf"{bare}_(?:ibfk|chk)_\d+", constraint) is not None


def _without_counter(options: str) -> str:
    return re.sub(r"^([^']*?) AUTO_INCREMENT=\d+", r"\1", options)


def _without_written_charset(text: str) -> str:
    kind = rf"^({_NAME} \w+(?:\((?:[^')]|{_TEXT})*\))?)"
    return re.sub(rf"{kind}(?: CHARACTER SET \w+)?(?: COLLATE \w+)?", r"\1", text)


def _without_usual_method(text: str, options: str) -> str:
    if "ENGINE=InnoDB" not in options:
        return text
    return re.sub(r"^([^']*\)) USING BTREE", r"\1", text)
