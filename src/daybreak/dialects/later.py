"""What of a dialect loads when it is first asked for.

An `upgrade` with nothing to do takes a dialect's way to connect and nothing more, and the rest of
it would take longer to import than the whole run.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping


def loading(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of `package`: a name comes from its home, the module below the package.

    A name that is its own home is the module. No other may be called as a module is: importing
    that one would put it in the name's place.
    """

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = importlib.import_module(f"{package}.{homes[name]}")
        value = home if homes[name] == name else getattr(home, name)
        setattr(sys.modules[package], name, value)
        return value

    return load
