"""A secret is masked in whatever form foreign code wrote it."""

from __future__ import annotations

import json
import traceback
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import URL

from daybreak.core.secret import Secret, mask, mask_error

PASSWORD = "a'b\"c\\d %e@/é雪😀\n#"
FORMS = {
    "plain": PASSWORD,
    "percent-encoded": quote(PASSWORD, safe=""),
    "percent-encoded, lower case": quote(PASSWORD, safe="").lower(),
    "percent-encoded as a form": quote_plus(PASSWORD),
    "percent-encoded but for /": quote(PASSWORD),
    "SQLAlchemy's": URL.create("x", "u", PASSWORD).render_as_string(hide_password=False)[6:-1],
    "repr": repr(PASSWORD)[1:-1],
    "repr of bytes": repr(PASSWORD.encode())[2:-1],
    "ascii": ascii(PASSWORD)[1:-1],
    "JSON": json.dumps(PASSWORD)[1:-1],
    "SQL": PASSWORD.replace("'", "''"),
    "an .ini file's": PASSWORD.replace("%", "%%"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_is_masked(form: str) -> None:
    Secret(PASSWORD)

    assert mask(f"before {form} after") == "before *** after"


def test_what_is_no_secret_stays() -> None:
    Secret("short")
    Secret("postgres")

    assert mask("a short word from postgres") == "a short word from postgres"


def test_a_secret_is_not_in_its_repr() -> None:
    assert repr({"password": Secret("hunter-22")}) == "{'password': '***'}"


def test_an_error_is_masked_with_all_that_it_came_from() -> None:
    Secret("hunter-22")
    try:
        try:
            try:
                raise OSError(5, "cannot use hunter-22")
            except OSError as error:
                raise KeyError("hunter-22") from error
        except KeyError:
            raise ValueError("it was hunter-22", 3)  # noqa: B904 - a context, not a cause
    except ValueError as error:
        mask_error(error)
        # without the lines of this file, which hold the word
        said = "".join(str(part) for part in _words(error))

    assert said == "('it was ***', 3)('***',)(5, 'cannot use ***')[Errno 5] cannot use ***"


def test_a_group_of_errors_and_their_notes_are_masked() -> None:
    Secret("hunter-22")
    inner = ValueError("it is hunter-22")
    inner.add_note("really: hunter-22")

    mask_error(ExceptionGroup("some failed", [inner]))

    assert (str(inner), inner.__notes__) == ("it is ***", ["really: ***"])


def _words(error: BaseException) -> list[object]:
    cause = error.__context__
    assert cause is not None
    assert cause.__cause__ is not None
    rendered = traceback.TracebackException.from_exception(cause.__cause__)
    return [error.args, cause.args, cause.__cause__.args, str(rendered)]
