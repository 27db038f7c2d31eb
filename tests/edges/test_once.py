"""Of several processes one makes a folder, whole or not at all, and one at a time holds one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daybreak.edges.once import locked_folder, make_once

MAKER = """
import sys, time
from pathlib import Path
from daybreak.edges.once import make_once

def make(staging):
    staging.mkdir()
    (staging / "half").touch()
    print("half", flush=True)
    time.sleep(float(sys.argv[2]))
    (staging / "whole").touch()

make_once(Path(sys.argv[1]), make)
"""


def test_of_two_at_once_one_makes_it(tmp_path: Path) -> None:
    makers = [start_maker(tmp_path / "target", seconds=0.3) for _ in range(2)]
    outputs = [maker.communicate(timeout=30)[0] for maker in makers]

    assert [maker.returncode for maker in makers] == [0, 0]
    assert sorted(outputs) == ["", "half\n"]
    assert names(tmp_path / "target") == ["half", "whole"]


def test_what_a_killed_maker_left_is_made_anew(tmp_path: Path) -> None:
    with start_maker(tmp_path / "target", seconds=60) as maker:
        assert maker.stdout
        maker.stdout.readline()
        os.kill(maker.pid, signal.SIGKILL)
    existed = (tmp_path / "target").exists()
    make_once(tmp_path / "target", Path.mkdir)

    assert not existed
    assert names(tmp_path / "target") == []
    assert names(tmp_path) == ["target", "target.making"]


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(staging: Path) -> None:
        staging.mkdir()
        raise RuntimeError("no space")

    with pytest.raises(RuntimeError, match="no space"):
        make_once(tmp_path / "target", fail)
    assert names(tmp_path) == ["target.making"]


WAITER = """
import sys
from pathlib import Path
from daybreak.edges.once import locked_folder

print("waits", flush=True)
with locked_folder(Path(sys.argv[1])):
    print(*(path.name for path in Path(sys.argv[1]).iterdir()))
"""


def test_a_locked_folder_is_left_to_one_process_and_gets_no_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WAITER, str(tmp_path)]
    with locked_folder(tmp_path):
        waiter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert waiter.stdout
        assert waiter.stdout.readline() == "waits\n"
        time.sleep(0.2)  # it would be inside by then
        (tmp_path / "written").touch()
    assert waiter.communicate(timeout=30)[0] == "written\n"


def start_maker(target: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MAKER, str(target), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
