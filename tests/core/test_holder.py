"""Who holds the lock is told as well as anything knows it."""

from __future__ import annotations

from typing import Any

import pytest

from daybreak.core.holder import called
from daybreak.dialects.running import LockSession

OURS = "daybreak lock 1a2b3c4d web-1:4242"


def session(application: str = "", host: str = "", seconds: float = 0) -> LockSession:
    return LockSession(17, "17", "app", application, host, seconds, "", False, False, True)


@pytest.mark.parametrize(
    ("holder", "run", "expected"),
    [
        (session(), None, "app (session 17)"),
        (session(host="10.0.0.7"), None, "app from 10.0.0.7 (session 17)"),
        (session("psql", "10.0.0.7", 12), None, "app from 10.0.0.7 (session 17), for 12 s"),
        (session(OURS, "10.0.0.7", 0.4), None, "web-1, process 4242 (session 17)"),
        (session(OURS, "", 119), None, "web-1, process 4242 (session 17), for 119 s"),
        (session(OURS, "", 7200), None, "web-1, process 4242 (session 17), for 120 min"),
        (
            session(host="10.0.0.7"),
            {"host": "web-2", "process": 9, "seconds": 3.2},
            "web-2, process 9 (session 17), for 3 s",
        ),
    ],
)
def test_the_holder_s_name(holder: LockSession, run: dict[str, Any] | None, expected: str) -> None:
    assert called(holder, run) == expected
