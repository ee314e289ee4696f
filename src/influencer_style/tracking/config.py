"""The content of `mlflow.yml`, in the shape that people know from kedro-mlflow, and addresses of stores.

In a sqlite URI, SQLAlchemy ends the path at `?` and decodes `%20`, so folders need escaping.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from pydantic import Field, ValidationError

from influencer_style.project.configuration import Section, project_configuration
from influencer_style.project.folder import ConfigurationError, enclosing_project

_SQLITE = "sqlite:///"


class Server(Section):
    """`server`: where the store is. None leaves the choice to MLflow (`MLFLOW_TRACKING_URI`)."""

    mlflow_tracking_uri: str | None = "sqlite:///mlflow.db"


class Experiment(Section):
    """`tracking.experiment`."""

    name: str = Field(default="influencer_style", min_length=1)


class Tracking(Section):
    """`tracking`."""

    enabled: bool = True
    experiment: Experiment = Experiment()


class TrackingConfig(Section):
    """All of `mlflow.yml`."""

    server: Server = Server()
    tracking: Tracking = Tracking()

    @classmethod
    def of(cls, content: object) -> TrackingConfig:
        """Check the content of `mlflow.yml`. Raises ConfigurationError, which names each wrong field."""
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
            remedy = "Correct it in conf/base or conf/local."
            raise ConfigurationError(f"mlflow.yml cannot be used: {faults}. {remedy}") from error

    def uri(self, project: Path) -> str | None:
        """Return the tracking URI; a relative sqlite path starts at `project`."""
        uri = self.server.mlflow_tracking_uri
        if uri is None or (path := sqlite_path(uri)) is None:
            return uri
        _, options, values = uri.partition("?")
        return f"{sqlite_uri(project / path)}{options}{values}"


def project_uri() -> str | None:
    """Return the tracking URI of the Kedro project around the working folder; None (MLflow's choice) outside of one.

    Raises ConfigurationError if the project's `mlflow.yml` cannot be used.
    """
    project = enclosing_project()
    return None if project is None else TrackingConfig.of(project_configuration("mlflow")).uri(project)


def sqlite_uri(path: Path) -> str:
    """Return the tracking URI of a sqlite file."""
    return f"{_SQLITE}{path.as_posix().replace('%', '%25').replace('?', '%3F')}"


def sqlite_path(uri: str) -> Path | None:
    """Return the file of a sqlite store, as SQLAlchemy reads its URI; None for stores of other kinds."""
    return Path(unquote(uri.removeprefix(_SQLITE).partition("?")[0])) if uri.startswith(_SQLITE) else None


def without_password(uri: str) -> str:
    """Return the URI as it may be shown: user and password, if there are any, become `***`."""
    if uri.startswith(_SQLITE):  # an @ is part of its path
        return uri
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://***@{rest.rpartition('@')[2]}" if "@" in rest else uri


def artifact_location(uri: str) -> str | None:
    """Return where a new experiment keeps its files: next to a sqlite file; None where the server decides."""
    path = sqlite_path(uri)
    return None if path is None else (path.resolve().parent / "mlruns").as_uri()
