"""Applying revisions to a database: alone, journalled, resumable."""
