"""x"""

from __future__ import annotations

from daybreak.core.catalog import Catalog


def fold(catalog: Catalog) -> Catalog:
    return catalog
