"""Gets a SQLAlchemy schema into Aurora, PostgreSQL or MySQL, and keeps it in step with the models."""
