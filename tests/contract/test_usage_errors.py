"""A mistake in the command line is said as every other error is, and ends with 2."""

from __future__ import annotations

import pytest

from daybreak.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "problem", "cure"),
    [
        (["upgrde"], "no such command 'upgrde'", "daybreak --help"),
        (["upgrade"], "missing argument 'REVISION'", "daybreak upgrade --help"),
        (
            ["upgrade", "head", "--unguardd"],
            "no such option '--unguardd'. Did you mean '--unguarded'?",
            "daybreak upgrade --help",
        ),
        (
            ["revision", "--empty", "--autogenerate"],
            "--empty and --autogenerate exclude each other",
            "daybreak revision --help",
        ),
    ],
)
def test_a_mistake_names_itself_and_the_help(
    arguments: list[str], problem: str, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error  {problem}\nnext   {cure}\n"


def test_daybreak_alone_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    said = capsys.readouterr()
    assert "Commands:" in said.out + said.err
