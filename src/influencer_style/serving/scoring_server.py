"""MLflow's scoring server, made to speak as the model does.

Before it asks a model MLflow parses what came, and afterwards it reports what went wrong, in ways that are not for
strangers: CSV and Parquet are read without bounds, whole requests come back in messages, and tracebacks with this
machine's paths go out. No setting changes that. So the one function that answers a request gives way to this one.
What stays MLflow's: other addresses and methods (404, 405), the time limit (504), and that a body is read whole.
"""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from typing import Any

from mlflow.exceptions import MlflowException

from influencer_style.serving.request import Input, Request, read_body

logger = logging.getLogger(__name__)


def answer(
    body: bytes, content_type: str | None, model: Any, input_schema: Any = None, kind: type[Input] = Request
) -> tuple[str, int, str]:
    """Answer a request to `/invocations`.

    Args:
        body: what was sent.
        content_type: what that is said to be.
        model: has `predict`, which takes the request's inputs.
        input_schema: not looked at: the model checks its inputs itself.
        kind: what the model is asked.

    Returns:
        The answer as MLflow's server wants it: JSON, HTTP status, media type.
    """
    from mlflow.pyfunc.scoring_server import InvocationsResponse

    try:
        inputs = read_body(body, content_type, kind)
        told, status = json.dumps({"predictions": model.predict(inputs)}), 200
    except MlflowException as refused:
        told, status = refused.serialize_as_json(), refused.get_http_status_code()
    except Exception:  # whatever it is, it is for the log of the server and not for who asked
        logger.exception("A request failed")
        failed = MlflowException("the model failed, and its server's log says why; tell whoever runs it")
        told, status = failed.serialize_as_json(), failed.get_http_status_code()
    return InvocationsResponse(told, status, "application/json")


def take_over(kind: type[Input] = Request) -> None:
    """Let `answer` answer, where this process is MLflow's scoring server."""
    if "mlflow.pyfunc.scoring_server.app" in sys.modules:
        from mlflow.pyfunc import scoring_server

        if not hasattr(scoring_server, "invocations"):
            raise ImportError("this MLflow's scoring server is not the one that is known; install MLflow 3.17")
        scoring_server.invocations = partial(answer, kind=kind)
