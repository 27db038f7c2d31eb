"""Changes become Alembic operations, written as a person would from the models' own expressions."""
