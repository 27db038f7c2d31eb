"""What MySQL writes differently although it means the same: for comparing, never for rendering."""

from __future__ import annotations

from daybreak.core.catalog import Catalog


def fold(catalog: Catalog) -> Catalog:
    return catalog
