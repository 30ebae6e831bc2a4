"""The rows of a data set as a file, by the program's own route: the right rows, nothing by another name."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from core.data.datasets import Dataset, DatasetStore
from core.workspace import Workspace, mint_id
from webui.context import Context
from webui.downloads import DATA_TYPES, data_route


@pytest.fixture
def faq(ctx: Context, tmp_path: Path) -> Dataset:
    path = tmp_path / "问答 faq.csv"
    path.write_text("question,answer\n=1+1?,two\n怎么退货？,七天内\n", encoding="utf-8")
    return ctx.datasets.add(path)


@pytest.fixture
def client(ctx: Context) -> TestClient:
    return TestClient(Starlette(routes=[Route("/download/data/{file}", data_route(ctx))]))


def questions(rows: Any) -> list[str]:
    return [row["messages"][0]["content"] for row in rows]


@pytest.mark.parametrize("kind", DATA_TYPES)
def test_each_kind_comes_back_as_the_same_rows(
    ctx: Context, faq: Dataset, client: TestClient, tmp_path: Path, kind: str
) -> None:
    answer = client.get(f"/download/data/{faq.id}.{kind}")
    assert answer.status_code == 200 and answer.headers["content-type"] == DATA_TYPES[kind]
    assert answer.headers["cache-control"] == "no-store"
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment;") and "%E9%97%AE%E7%AD%94" in said and said.endswith(f".{kind}")
    if kind == "csv":
        assert b"'=1+1?" in answer.content
        return
    path = tmp_path / f"again.{kind}"
    path.write_bytes(answer.content)
    again = DatasetStore(Workspace(tmp_path / "other")).add(path)
    assert questions(again.load_rows()) == questions(faq.load_rows()) == ["=1+1?", "怎么退货？"]


def test_what_was_handed_out_is_gone_again(ctx: Context, faq: Dataset, client: TestClient) -> None:
    assert client.get(f"/download/data/{faq.id}.jsonl").status_code == 200
    assert list(ctx.workspace.downloads.iterdir()) == []


def test_changes_by_hand_are_in_it(ctx: Context, faq: Dataset, client: TestClient) -> None:
    ctx.datasets.edits(faq.id).save((1, 0), None, 0)
    lines = client.get(f"/download/data/{faq.id}.jsonl").text.splitlines()
    assert len(lines) == 1 and "怎么退货？" in json.dumps(json.loads(lines[0]), ensure_ascii=False)


def test_nothing_else_can_be_asked_for(ctx: Context, faq: Dataset, client: TestClient) -> None:
    (ctx.workspace.datasets / "secret.jsonl").write_text("hidden words", encoding="utf-8")
    wrong = [
        f"{mint_id()}.csv",
        f"{faq.id}.exe",
        f"{faq.id}",
        "secret.jsonl",
        f"{faq.id}.csv.jsonl",
        "..%2Fsecret.jsonl",
    ]
    wrong += [f"{faq.id.upper()}.csv", f".{faq.id}.csv", f"{faq.id}.", "%00.csv", f"{faq.id}%2F..%2F{faq.id}.csv"]
    for name in wrong:
        answer = client.get(f"/download/data/{name}")
        assert answer.status_code == 404 and "hidden" not in answer.text and str(ctx.workspace.root) not in answer.text
    assert list(ctx.workspace.downloads.iterdir()) == []


def test_a_damaged_set_is_a_sentence(ctx: Context, faq: Dataset, client: TestClient) -> None:
    faq.close()
    (faq.folder / "rows.arrow").write_bytes(b"no")
    fresh = Context(ctx.workspace, ctx.store, DatasetStore(ctx.workspace), ctx.drafts, ctx.engine, ctx.fetcher)
    answer = TestClient(Starlette(routes=[Route("/download/data/{file}", data_route(fresh))])).get(
        f"/download/data/{faq.id}.csv", headers={"cookie": "lang=zh"}
    )
    assert answer.status_code == 404 and "问答" in answer.text
    assert list(ctx.workspace.downloads.iterdir()) == []
