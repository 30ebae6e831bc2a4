"""The ways out for files, never through gr.File: `/download/<run id>` streams a run's zip, `/download/data/<id>.csv`
the rows of one version of a data set, `/template/<language>/<name>` makes a file to fill in."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError, translate
from core.export.adapter import tidy
from core.workspace import is_id, mint_id
from webui import templates, text
from webui.guard import language_of

if TYPE_CHECKING:
    from webui.context import Context

DATA_TYPES = {
    "jsonl": "application/jsonl; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
"""Kinds of file that a data set is handed out as."""


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


def data_route(ctx: "Context") -> Callable[[Any], Awaitable[Any]]:
    """The handler of `/download/data/<id>.<kind>`. An unknown id or kind is answered with a sentence, 404."""
    from starlette.background import BackgroundTask
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import FileResponse, PlainTextResponse, Response

    async def download(request: Request) -> Response:
        said = text.load(language_of({name.lower(): value for name, value in request.headers.items()}))
        dataset_id, _, kind = str(request.path_params["file"]).partition(".")
        try:
            path = await run_in_threadpool(rows_of, ctx, dataset_id, kind)
        except UserError as error:
            return PlainTextResponse(said.error(error), status_code=404 if error.exit_code == 2 else 503)
        except OSError as error:
            return PlainTextResponse(said.error(translate(error)), status_code=503)
        gone = BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True)
        headers = {"cache-control": "no-store"}
        return FileResponse(path, filename=path.name, media_type=DATA_TYPES[kind], headers=headers, background=gone)

    return download


def rows_of(ctx: "Context", dataset_id: str, kind: str) -> Path:
    """A fresh file of the rows as they stand now, hand edits among them. Raises UserError, MachineError."""
    from core.data.exporting import exporting

    if kind not in DATA_TYPES or not is_id(dataset_id):
        raise UserError("dataset.unknown", dataset=dataset_id[:80])
    dataset, edits = ctx.datasets.get(dataset_id), ctx.datasets.edits(dataset_id)
    tidy(ctx.workspace)
    place = ctx.workspace.downloads / mint_id() / exporting.file_name(dataset, kind)
    try:
        place.parent.mkdir()
        exporting.write(edits.rows() if edits.pending else dataset, kind, place)
    except BaseException as error:
        shutil.rmtree(place.parent, ignore_errors=True)
        if isinstance(error, OSError):
            raise translate(error, where=str(ctx.workspace.downloads)) from error
        raise
    return place


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
