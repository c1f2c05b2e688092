"""The same framework and server answering JSON of a given size without a database: what HTTP alone allows."""

import os
from typing import Any

from fastapi import FastAPI, Response

app = FastAPI(openapi_url=None)
BODY = ('{"filler":"' + "x" * (int(os.environ.get("BENCH_BYTES", "2000")) - 13) + '"}').encode()


@app.post("/plain")
async def plain(given: dict[str, Any]) -> Response:
    """Read a JSON body, answer a JSON body."""
    return Response(BODY, media_type="application/json", headers={"x-action": str(given["action"])})
