"""Only `nox -s histories` runs these: it names the environment that has the histories."""

from __future__ import annotations

import os

from histories.adopting import VARIABLE

collect_ignore_glob = [] if VARIABLE in os.environ else ["test_*.py"]
