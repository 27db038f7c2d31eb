"""Alembic's environment: the models, the URL and the guards come from Daybreak."""

import daybreak.env

daybreak.env.run()
