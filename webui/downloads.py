"""The ways out for files, never through gr.File: `/download/<run id>` streams a run's zip,
`/template/<language>/<name>` makes a file to fill in."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError, translate
from webui import templates, text
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
            path = await run_in_threadpool(zip_of, ctx, str(request.path_params["run"]), said)
        except UserError as error:
            return PlainTextResponse(said.error(error), status_code=404 if error.exit_code == 2 else 503)
        except OSError as error:
            return PlainTextResponse(said.error(translate(error)), status_code=503)
        return FileResponse(
            path, filename=path.name, media_type="application/zip", headers={"cache-control": "no-store"}
        )

    return download


def zip_of(ctx: "Context", run_id: str, said: text.Text) -> Path:
    """A fresh zip of what the run learned, named like the run. Raises UserError for an unknown or empty run."""
    from core.export.adapter import zip_adapter

    run = ctx.store.get(run_id)
    return zip_adapter(run, ctx.workspace, ctx.datasets, text=said)


async def template_route(request: Any) -> Any:
    """A file to fill in, in the language of the page that asks; anything else is not found."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    language, name = (str(request.path_params[part]) for part in ("language", "name"))
    if language not in text.LANGUAGES or name not in templates.NAMES:
        return PlainTextResponse("", status_code=404)
    data = await run_in_threadpool(templates.make, name, text.load(language))
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=templates.TYPES[name], headers=headers)
