"""接口文档 — the API description as a page, from files that are served here: no other host is asked for anything."""

from importlib.resources import as_file, files

from fastapi import APIRouter, FastAPI, Response
from fastapi.staticfiles import StaticFiles

ASSETS = "/docs/assets"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
PAGE = f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>一件事一次办 接口文档</title><link rel="stylesheet" href="{ASSETS}/swagger-ui.css">
<link rel="icon" href="data:,"></head>
<body><main id="swagger-ui"></main>
<script src="{ASSETS}/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "list",
  defaultModelsExpandDepth: 0, tryItOutEnabled: false, validatorUrl: null,
});
"""

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def page() -> Response:
    """Show the API description."""
    return Response(
        PAGE.encode(),
        headers={"content-security-policy": POLICY},
        media_type="text/html; charset=utf-8",
    )


@router.get("/docs/start.js")
async def start() -> Response:
    """Start the viewer; a file of its own, because inline scripts are not allowed."""
    return Response(START.encode(), media_type="text/javascript; charset=utf-8")


def install(app: FastAPI) -> None:
    """Serve the viewer's files."""
    with as_file(files("fastapi_offline") / "static") as folder:
        app.mount(ASSETS, StaticFiles(directory=folder), name="docs-assets")
