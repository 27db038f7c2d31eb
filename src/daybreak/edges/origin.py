"""Where this Daybreak was installed from, so that a project can name the same place."""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit


def uv_source(project: Path) -> str | None:
    """The value of `daybreak` under `[tool.uv.sources]`; None for one from a package registry.

    A folder is given relative to `project`, as pip and uv record it: PEP 610.
    """
    try:
        recorded = distribution("daybreak").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    if recorded is None:
        return None
    origin = json.loads(recorded)
    url = origin["url"]
    if "vcs_info" in origin:
        return f'{{ git = "{url}", rev = "{origin["vcs_info"]["commit_id"]}" }}'
    if "dir_info" in origin:
        path = os.path.relpath(unquote(urlsplit(url).path), project)
        editable = ", editable = true" if origin["dir_info"].get("editable") else ""
        return f'{{ path = "{Path(path).as_posix()}"{editable} }}'
    if url.startswith("file:"):
        path = os.path.relpath(unquote(urlsplit(url).path), project)
        return f'{{ path = "{Path(path).as_posix()}" }}'
    return f'{{ url = "{url}" }}'
