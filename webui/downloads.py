"""The one way out for files: `/download/<run id>` streams a run's zip, never through gr.File."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from core.errors import UserError, translate
from webui import text
from webui.guard import language_of

if TYPE_CHECKING:
    from webui.context import Context


def download_route(ctx: "Context") -> Callable[[Any], Awaitable[Any]]:
    """The handler of the route. An unknown id is answered with a sentence, 404."""
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import FileResponse, PlainTextResponse, Response

    async def download(request: Request) -> Response:
        said = text.load(language_of({name.lower(): value for name, value in request.headers.items()}))
        try:
            path, name = await run_in_threadpool(zip_of, ctx, str(request.path_params["run"]))
        except UserError as error:
            return PlainTextResponse(said.error(error), status_code=404 if error.exit_code == 2 else 503)
        except OSError as error:
            return PlainTextResponse(said.error(translate(error)), status_code=503)
        return FileResponse(path, filename=name, media_type="application/zip", headers={"cache-control": "no-store"})

    return download


def zip_of(ctx: "Context", run_id: str) -> tuple[str, str]:
    """Path of a fresh zip of the run's adapter, and the name that it is saved under."""
    from core.export.adapter import zip_adapter

    run = ctx.store.get(run_id)
    path = zip_adapter(run, ctx.workspace, ctx.datasets)
    safe = "".join(ch if ch.isalnum() else "-" for ch in str(run.meta["name"])).strip("-")
    return str(path), f"{safe or run.id}.zip"
