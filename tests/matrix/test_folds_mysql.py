"""Each fold makes equal what nobody can tell apart, and nothing that somebody can."""

from __future__ import annotations

import pytest

from matrix.folds_mysql import table_parts, without_definer, without_spelling, without_start


def parts(*lines: str, options: str = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4") -> dict[str, str]:
    body = ",\n".join(f"  {line}" for line in lines)
    return dict(table_parts("item", f"CREATE TABLE `item` (\n{body}\n) {options}"))


A, B = "`a` int DEFAULT NULL", "`b` varchar(9) DEFAULT ')\\n  `a` int'"
TEXT = "`a` varchar(9){} DEFAULT NULL"
ENUM = "`a` enum('it''s','x)'){} NOT NULL"
EVENT = "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY{} ON COMPLETION NOT PRESERVE ENABLE DO SELECT {}"
VIEW = "CREATE ALGORITHM=UNDEFINED{} SQL SECURITY {} VIEW `v` AS select 'DEFINER=`x`@`%` ' AS `a`"
ROUTINE = "CREATE PROCEDURE `p`{}\n{}"
STARTS = " STARTS '2026-01-02 03:04:05'"

EXAMPLES = {
    "order of columns": (parts(A, B), parts(B, A), parts(A, B.replace("(9)", "(8)"))),
    "order of keys": (
        parts(A, "KEY `i` (`a`)", "KEY `j` (`a`)"),
        parts(A, "KEY `j` (`a`)", "KEY `i` (`a`)"),
        parts(A, "KEY `i` (`a`)", "KEY `j` (`a` DESC)"),
    ),
    "numbers of unnamed checks": (
        parts("CONSTRAINT `item_chk_1` CHECK ((`a` > 0))", "CONSTRAINT `item_chk_2` CHECK (`b`)"),
        parts("CONSTRAINT `item_chk_1` CHECK (`b`)", "CONSTRAINT `item_chk_2` CHECK ((`a` > 0))"),
        parts("CONSTRAINT `item_chk` CHECK (`b`)", "CONSTRAINT `item_chk_2` CHECK ((`a` > 0))"),
    ),
    "numbers of unnamed foreign keys": (
        parts("CONSTRAINT `item_ibfk_1` FOREIGN KEY (`a`) REFERENCES `b` (`id`)"),
        parts("CONSTRAINT `item_ibfk_2` FOREIGN KEY (`a`) REFERENCES `b` (`id`)"),
        parts("CONSTRAINT `other_ibfk_2` FOREIGN KEY (`a`) REFERENCES `b` (`id`)"),
    ),
    "next AUTO_INCREMENT": (
        parts(A, options="ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COMMENT='x'"),
        parts(A, options="ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x'"),
        parts(A, options="ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='x AUTO_INCREMENT=7'"),
    ),
    "definer": (
        without_definer(VIEW.format(" DEFINER=`root`@`%`", "DEFINER")),
        without_definer(VIEW.format("", "DEFINER")),
        without_definer(VIEW.format("", "INVOKER")),
    ),
    "definer of a trigger": (
        without_definer("CREATE DEFINER=`a b`@`localhost` TRIGGER `t` BEFORE INSERT ON `item`"),
        without_definer("CREATE TRIGGER `t` BEFORE INSERT ON `item`"),
        without_definer("CREATE TRIGGER `t` AFTER INSERT ON `item`"),
    ),
    "collation written out": (
        parts(TEXT.format(" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")),
        parts(TEXT.format("")),
        parts(TEXT.format("").replace("NULL", "' COLLATE utf8mb4_bin'")),
    ),
    "collation of an enum": (
        parts(ENUM.format(" COLLATE utf8mb4_bin")),
        parts(ENUM.format("")),
        parts(ENUM.format("").replace("x)", "x) COLLATE utf8mb4_bin")),
    ),
    "BTREE said": (
        parts(A, "UNIQUE KEY `i` (`a`) USING BTREE COMMENT 'x'"),
        parts(A, "UNIQUE KEY `i` (`a`) COMMENT 'x'"),
        parts(A, "UNIQUE KEY `i` (`a`) COMMENT 'x) USING BTREE'"),
    ),
    "spelling of parameters": (
        without_spelling(ROUTINE.format("(x INT, y Enum('A'))", "select X")),
        without_spelling(ROUTINE.format("(`x` int, `y` enum('A'))", "select X")),
        without_spelling(ROUTINE.format("(`x` int, `y` enum('a'))", "select X")),
    ),
    "body of a routine": (
        without_spelling(ROUTINE.format("(x INT)", "select `X`")),
        without_spelling(ROUTINE.format("(x int)", "select `X`")),
        without_spelling(ROUTINE.format("(x int)", "select `x`")),
    ),
    "start of an event": (
        without_start(EVENT.format(STARTS, "1")),
        without_start(EVENT.format("", "1")),
        without_start(EVENT.format("", f"'{STARTS.replace(chr(39), '')}'")),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_fold_makes_its_example_equal_and_its_near_miss_not(name: str) -> None:
    one, other, near_miss = EXAMPLES[name]
    assert one == other
    assert other != near_miss


def test_btree_is_told_where_it_is_not_the_engines_only_index() -> None:
    memory = "ENGINE=MEMORY DEFAULT CHARSET=utf8mb4"
    said = parts(A, "KEY `i` (`a`) USING BTREE", options=memory)
    assert said != parts(A, "KEY `i` (`a`)", options=memory)


def test_a_line_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="not understood"):
        parts("PERIOD FOR SYSTEM_TIME")
