"""What a connection is protected by follows from the setting, the URL and the host's name."""

from __future__ import annotations

import pytest

from daybreak.core.errors import TlsContradicted
from daybreak.core.tls import Said, Strength, decide, unverified
from daybreak.core.wanted import is_rds

HOSTS = {
    "app.cluster-c1x2.eu-west-1.rds.amazonaws.com": True,
    "app.cluster-ro-c1x2.eu-west-1.rds.amazonaws.com": True,
    "app.c1x2.eu-west-1.rds.amazonaws.com": True,
    "app.proxy-c1x2.eu-west-1.rds.amazonaws.com": True,
    "APP.C1X2.EU-WEST-1.RDS.AMAZONAWS.COM": True,
    "app.c1x2.eu-west-1.rds.amazonaws.com.": True,
    "app.c1x2.cn-north-1.rds.amazonaws.com.cn": True,
    "rds.amazonaws.com": False,
    "app.rds.amazonaws.com.evil.example": False,
    "app.rds-amazonaws.com": False,
    "notrds.amazonaws.com": False,
    "db.example": False,
    "127.0.0.1": False,
    "": False,
    None: False,
}


@pytest.mark.parametrize(("host", "expected"), HOSTS.items(), ids=map(str, HOSTS))
def test_names_of_aurora_and_rds_are_known_by_their_end(host: str | None, expected: bool) -> None:
    assert is_rds(host) is expected


OFF, PERHAPS, REQUIRED, CHAIN, FULL = Strength

# the setting, what the URL says, of another host and of one of RDS; None: a contradiction
DECIDED: list[tuple[str | None, Strength | None, Strength | None, Strength | None]] = [
    (None, None, PERHAPS, REQUIRED),
    (None, OFF, OFF, OFF),
    (None, PERHAPS, PERHAPS, REQUIRED),
    (None, REQUIRED, REQUIRED, REQUIRED),
    (None, CHAIN, CHAIN, CHAIN),
    (None, FULL, FULL, FULL),
    ("off", None, OFF, OFF),
    ("off", OFF, OFF, OFF),
    ("off", PERHAPS, None, None),
    ("off", FULL, None, None),
    ("require", None, REQUIRED, REQUIRED),
    ("require", OFF, None, None),
    ("require", PERHAPS, None, None),
    ("require", REQUIRED, REQUIRED, REQUIRED),
    ("require", CHAIN, CHAIN, CHAIN),
    ("require", FULL, FULL, FULL),
    ("verify-full", None, FULL, FULL),
    ("verify-full", OFF, None, None),
    ("verify-full", PERHAPS, None, None),
    ("verify-full", REQUIRED, None, None),
    ("verify-full", CHAIN, None, None),
    ("verify-full", FULL, FULL, FULL),
]


@pytest.mark.parametrize(("setting", "said", "elsewhere", "on_rds"), DECIDED)
def test_the_strength_is_decided(
    setting: str | None, said: Strength | None, elsewhere: Strength | None, on_rds: Strength | None
) -> None:
    url = None if said is None else Said(said, "these words", "the URL from PROD_DATABASE_URL")
    for rds, expected in ((False, elsewhere), (True, on_rds)):
        if expected is not None:
            assert decide(setting, url, "prod", rds=rds) is expected
            continue
        with pytest.raises(TlsContradicted) as caught:
            decide(setting, url, "prod", rds=rds)
        assert caught.value.problem == (
            "the URL from PROD_DATABASE_URL has these words, and pyproject.toml has "
            f'tls = "{setting}" for prod'
        )


def test_the_warning_names_what_is_not_verified_and_how_to_get_it() -> None:
    assert unverified(REQUIRED, "app@c.rds.amazonaws.com", "prod") == (
        "the connection to app@c.rds.amazonaws.com is encrypted, but neither its certificate nor "
        "its name is verified: somebody on the way could pass for it. Write "
        'tls = "verify-full" into [tool.daybreak.environments.prod] (docs/tls.md), and beside '
        "pyproject.toml: curl -fO "
        "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
    )


@pytest.mark.parametrize("strength", [OFF, FULL])
def test_nothing_is_warned_of_where_all_is_verified_or_nothing_was_wanted(
    strength: Strength,
) -> None:
    assert unverified(strength, "app@c.rds.amazonaws.com", "prod") is None
