"""What a server or a driver said, for a sentence of ours."""

from __future__ import annotations

from daybreak.core.secret import mask


def said(error: BaseException) -> str:
    """The words of `error` in one line and masked; SQLAlchemy's errors have the driver's.

    PostgreSQL shows the place in a statement as `LINE 1: …` with a ^ in the line below: a picture
    that one line can't hold, and hints that guess at it.
    """
    words = mask(str(getattr(error, "orig", None) or error)).strip()
    return " ".join(words.partition("\nLINE ")[0].split())
