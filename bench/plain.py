"""The same framework, server and JSON without a database: the request read into its model, the answer written from its."""

import os
from pathlib import Path

from fastapi import FastAPI

from service.api.rest.case_shapes import Acted
from service.api.rest.given import ActionGiven

app = FastAPI(openapi_url=None)
ANSWER = Acted.model_validate_json(Path(os.environ["BENCH_ANSWER"]).read_bytes(), strict=False)


@app.post("/plain")
async def plain(given: ActionGiven) -> Acted:
    """Read an action, answer what it led to once."""
    assert given.action
    return ANSWER
