"""Whether a statement reaches beyond the database that it runs in: told from its text, carefully.

This guards a server that others use against an honest history. It is no defence against one that
hides what it does, for example in a statement that a procedure puts together.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# A text, an identifier, the body of a function, a comment. A backslash escapes in E'' alone, as
# long as standard_conforming_strings is on.
_COMMENT = r"--[^\n]* | /\* .*? \*/"
_TEXT = r"""\b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" """
_POSTGRESQL = re.compile(rf"{_TEXT} | (\$\w*\$) .*? \1 | {_COMMENT}", re.VERBOSE | re.DOTALL)
_POSTGRESQL_IN_BLOCK = re.compile(rf"{_TEXT} | {_COMMENT}", re.VERBOSE | re.DOTALL)
_BLOCK = re.compile(r"(?: \A | ; ) \s* DO\b", re.IGNORECASE | re.VERBOSE)
# MySQL runs what stands in /*! */, and takes -- for a comment only before a space.
_MYSQL = re.compile(
    r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`]|``)*`
        | (?:--(?!\S)|\#)[^\n]* | /\*(?!!) .*? \*/""",
    re.VERBOSE | re.DOTALL,
)
# In a block any text may be run, whatever it is handed to before: format(), a variable.
_BEGIN = r"(?: \A | ; | ' | \$\w*\$ | \b(?:BEGIN|THEN|ELSE|LOOP)\b ) \s*"
_POSTGRESQL_SERVER = re.compile(
    _BEGIN
    + r"""( (?:CREATE|ALTER|DROP) \s+
            (?:ROLE|USER(?!\s+MAPPING)|GROUP|DATABASE|SUBSCRIPTION|TABLESPACE)\b
          | ALTER \s+ SYSTEM\b | (?:REASSIGN|DROP) \s+ OWNED\b
          | COMMENT \s+ ON \s+ (?:ROLE|DATABASE|TABLESPACE)\b
          | (?:GRANT|REVOKE)\b (?: (?! [^;]* \bON\b)
            | (?= [^;]* \bON \s+ (?:DATABASE|TABLESPACE|PARAMETER)\b)) )""",
    re.IGNORECASE | re.VERBOSE,
)
_MYSQL_SERVER = re.compile(
    r"""(?: \A | ; | /\*!\d* ) \s*
        ( (?:CREATE|ALTER|DROP|RENAME) \s+ (?:USER|ROLE|SERVER|TABLESPACE)\b
          | GRANT\b | REVOKE\b | FLUSH\b | RESET\b | INSTALL\b | UNINSTALL\b | SHUTDOWN\b
          | SET \s+ (?:(?:GLOBAL|PERSIST)\b | @@(?:global|persist)\b | PASSWORD\b) )""",
    re.IGNORECASE | re.VERBOSE,
)
_MYSQL_DATABASE = re.compile(
    r"""(?: \A | ; | /\*!\d* ) \s*
        (?: USE | (?: CREATE | ALTER | DROP ) \s+ (?:DATABASE|SCHEMA) ) \s+
        (?:/\*!\d*)? \s* (?:IF\s+(?:NOT\s+)?EXISTS\s+)? (?:\*/)? \s*
        (?: `(?P<quoted>(?:[^`]|``)+)` | (?P<plain>[\w$]+) )""",
    re.IGNORECASE | re.VERBOSE,
)
_QUALIFIER = re.compile(
    r"(?: `(?P<quoted>(?:[^`]|``)+)` | (?<![\w@.`$])(?P<plain>[\w$]+) ) \s* \. ", re.VERBOSE
)


def postgresql_reach(statement: str) -> str | None:
    """What the statement does to the whole server, as a predicate; None if it does nothing to it.

    A GRANT is of a role, which is the server's, unless it is ON something below a database.
    """
    code = _bare(statement, _POSTGRESQL)
    if _BLOCK.search(code):
        code = _bare(statement, _POSTGRESQL_IN_BLOCK, keep="'\"eE")
        code = re.sub(r"'\s*\|\|\s*'", "", code)
    found = _POSTGRESQL_SERVER.search(code)
    return f"changes the whole server ({_words(found[1])})" if found else None


def mysql_reach(statement: str, own: Collection[str], others: Collection[str]) -> str | None:
    """The same, and whether it names one of the databases `others` (in lower case).

    Only those in `own` may be created, altered, dropped or used.
    """
    code = _bare(statement, _MYSQL, keep="`")
    if found := _MYSQL_SERVER.search(code):
        return f"changes the whole server ({_words(found[1])})"
    for found in _MYSQL_DATABASE.finditer(code):
        if _name(found) not in own:
            return f"names the database {_name(found)}"
    named = {_name(found) for found in _QUALIFIER.finditer(code)}
    known = sorted(name for name in named if name.lower() in others)
    return f"names the database {known[0]}" if known else None


def _bare(statement: str, token: re.Pattern[str], keep: str = "") -> str:
    """Without comments, and with each text emptied; what begins with one of `keep` stays."""

    def replaced(found: re.Match[str]) -> str:
        if found[0][0] in keep:
            return found[0]
        return "''" if found[0][0] in "'\"$eE`" else " "

    return token.sub(replaced, statement)


def _words(found: str) -> str:
    return " ".join(found.split())


def _name(found: re.Match[str]) -> str:
    return (found["quoted"] or "").replace("``", "`") or found["plain"]
