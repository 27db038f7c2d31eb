"""The pipeline files of a generated project, rendered as `daybreak init` renders them."""

from importlib.resources import as_file, files
from pathlib import Path

DIALECTS = ("postgresql", "mysql")
PIPELINES = (
    ".github/workflows/check.yml",
    ".github/workflows/deploy.yml",
    "buildspec.yml",
    "deploy/ecs-task-definition.json",
    "deploy/migrate_on_ecs.py",
)
VALUES = {"@@project@@": "myapp", "@@python@@": "3.12", "@@dev_database@@": "myapp_dev"}


def render(folder: Path, dialect: str = "postgresql") -> Path:
    """Write the pipeline files into the folder, which is returned."""
    with as_file(files("daybreak") / "templates" / "project") as templates:
        for name in PIPELINES:
            of_dialect = templates / f"{name}.{dialect}"
            text = (of_dialect if of_dialect.exists() else templates / name).read_text()
            for placeholder, value in VALUES.items():
                text = text.replace(placeholder, value)
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    return folder
