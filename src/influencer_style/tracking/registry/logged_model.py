"""The files of a registered model: written so that they say nothing of this machine, and where the model is in them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import yaml

from influencer_style.tracking.registry.errors import RegistryError
from influencer_style.tracking.registry.served import PACKAGE, Served, requirements

_FILE = "MLmodel"
_MOST_BYTES = 2**16  # MLflow writes a thirtieth of that


def write_files(written: Path, folder: Path, name: str, served: Served, run_id: str, model_id: str) -> None:
    """Write what MLflow needs to serve a model.

    Args:
        written: the folder to make.
        folder: the model folder, which is copied.
        name: of the registered model.
        served: how such a model is served.
        run_id, model_id: MLflow's ids of the run that made it, and of the model.
    """
    import mlflow
    from mlflow.models import Model

    mlflow.pyfunc.save_model(
        written,
        mlflow_model=Model(artifact_path=name, model_uuid=model_id, model_id=model_id, run_id=run_id),
        python_model=str(served.file),
        artifacts={"model": str(folder)},
        code_paths=[str(PACKAGE)],
        pip_requirements=requirements(),
        input_example=[served.example(folder)],
    )
    # MLflow writes down where the files came from, and does not read that again.
    described = Model.load(str(written))
    function = described.flavors["python_function"]
    function["model_code_path"] = served.file.name
    function["artifacts"]["model"]["uri"] = function["artifacts"]["model"]["path"]
    described.save(str(written / _FILE))


def path_in(logged: Path) -> str:
    """Return where in the files of a logged model the model folder is.

    Args:
        logged: the folder that holds `MLmodel`, which may have come from anybody.

    Raises:
        RegistryError: when `MLmodel` is missing or damaged, or names a place outside of that folder.
    """
    file = logged / _FILE
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError("larger than 64 KiB")
        place: Any = yaml.safe_load(content)["flavors"]["python_function"]["artifacts"]["model"]["path"]
        if not isinstance(place, str):
            raise TypeError("artifacts.model.path is no text")
    except (OSError, ValueError, LookupError, TypeError, RecursionError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise RegistryError(f"{file} cannot be used ({said}); register the model anew: kedro run") from error
    parts = PurePosixPath(place).parts
    absolute = PurePosixPath(place).is_absolute() or PureWindowsPath(place).drive or "\\" in place
    if absolute or ".." in parts or not (logged / place).resolve().is_relative_to(logged.resolve()):
        raise RegistryError(
            f"{file} names a place outside of its folder (artifacts.model.path: {place!r}), so it is not to be "
            "trusted; register the model anew: kedro run"
        )
    return place
