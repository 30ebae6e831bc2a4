"""Data sets on disk: immutable versions, whole or not at all."""

import errno
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.data.choices import Choices
from core.data.datasets import DatasetStore
from core.data.samples import find, samples
from core.data.versions import version
from core.data.versions.dataset import normalised
from core.errors import MachineError, UserError
from core.workspace import REPOSITORY, Workspace, mint_id


@pytest.fixture
def store(tmp_path):
    return DatasetStore(Workspace(tmp_path / "workspace"))


@pytest.fixture
def faq(tmp_path):
    return write(
        tmp_path / "faq.csv",
        "question,answer\n" + "".join(f"Question {n}?,Answer {n}\n" for n in range(1, 31)) + "q,\n",
    )


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_kept_with_all_that_was_found(store, faq):
    kept = store.add(faq, name="客服 FAQ.csv")
    assert (kept.name, kept.file_name, kept.encoding, kept.container) == ("客服 FAQ", "客服 FAQ.csv", "utf-8", "csv")
    assert (kept.format, kept.task, kept.rows, kept.usable, kept.origin) == (
        "question_answer",
        "chat",
        31,
        30,
        "upload",
    )
    assert kept.size == faq.stat().st_size and (kept.folder / "source").read_bytes() == faq.read_bytes()
    assert [(finding.code, finding.rows) for finding in kept.findings] == [("answer.empty", (31,))]
    rows = kept.load_rows()
    assert (
        len(rows) == 30
        and rows[2]["row"] == 3
        and rows[2]["messages"][1] == {"role": "assistant", "content": "Answer 3"}
    )
    again = DatasetStore(Workspace(store._workspace.root)).get(kept.id)
    assert again == kept and list(again.load_rows()) == list(rows)


def test_the_same_bytes_are_the_same_version(store, faq, tmp_path):
    first = store.add(faq)
    other = tmp_path / "copy.csv"
    other.write_bytes(faq.read_bytes())
    assert store.add(other).id == first.id and len(store.list()) == 1
    other.write_text("question,answer\na,b\n")
    second = store.add(other)
    assert [dataset.id for dataset in store.list()] == [second.id, first.id]


def test_rename_and_delete(store, faq):
    kept = store.add(faq)
    before = (kept.folder / "version.json").read_bytes()
    assert store.rename(kept.id, "  My  \n FAQ ").name == "My FAQ" == store.list()[0].name
    assert (kept.folder / "version.json").read_bytes() == before
    with pytest.raises(UserError, match=r"name\.empty"):
        store.rename(kept.id, "  ")
    store.delete(kept.id)
    assert store.list() == [] and list(store._workspace.datasets.iterdir()) == []
    for ask in (lambda: store.get(kept.id), lambda: store.delete(kept.id), kept.load_rows):
        with pytest.raises(UserError, match=r"dataset\.unknown"):
            ask()
    assert store.add(faq).id != kept.id


def test_deleting_lets_go_of_the_file_and_waits_for_its_readers(store, faq, monkeypatch):
    """As on Windows, where a folder cannot be renamed while a file in it is open."""
    kept = store.add(faq)
    other = DatasetStore(store._workspace).get(kept.id)
    rows, refusals = other.load_rows(), []
    assert len(rows) == 30 and rows._map is not None
    rename = Path.rename

    def windows(path, target):
        if path == kept.folder:
            assert rows._map is None
            if len(refusals) < 3:
                refusals.append(path)
                raise PermissionError(13, "in use", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", windows)
    store.delete(kept.id)
    assert len(refusals) == 3 and not kept.folder.exists()


def test_a_folder_that_stays_in_use_is_told(store, faq, monkeypatch):
    kept = store.add(faq)
    monkeypatch.setattr("core.data.versions.removal.PATIENCE_S", 0.1)
    monkeypatch.setattr(Path, "rename", lambda *rest: (_ for _ in ()).throw(PermissionError(13, "in use")))
    with pytest.raises(MachineError, match=r"disk\.denied"):
        store.delete(kept.id)
    assert store.get(kept.id).id == kept.id


@pytest.mark.parametrize("dataset_id", ["../x", "", "a" * 26 + "/..", "A" * 26, "con", None])
def test_no_id_leads_out_of_the_folder(store, dataset_id):
    for ask in (store.get, store.delete, lambda one: store.rename(one, "x")):
        with pytest.raises(UserError, match=r"dataset\.unknown"):
            ask(dataset_id)


def test_what_breaks_off_leaves_nothing_to_be_seen(store, faq, monkeypatch):
    calls = []

    def broken(path, content):
        calls.append(path.name)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(version, "write_atomic", broken)
    with pytest.raises(UserError, match=r"disk\.full"):
        store.add(faq)
    assert calls and list(store._workspace.datasets.iterdir()) == []


def test_damage_is_said_and_does_not_hide_the_others(store, faq, tmp_path):
    kept, other = store.add(faq), store.add(write(tmp_path / "b.csv", "question,answer\na,b\n"))
    kept.close()
    (kept.folder / "rows.arrow").write_text("{")
    with pytest.raises(UserError, match=r"dataset\.damaged"):
        kept.load_rows()
    (kept.folder / "version.json").write_text("[]")
    fresh = DatasetStore(store._workspace)
    assert [dataset.id for dataset in fresh.list()] == [other.id]
    with pytest.raises(UserError, match=r"dataset\.damaged"):
        fresh.get(kept.id)


def test_a_table_without_a_usable_row_is_kept_with_what_was_found(store, tmp_path):
    kept = store.add(write(tmp_path / "x.csv", "question,answer\na,\nb,\n"))
    assert (kept.rows, kept.usable, len(kept.load_rows()), kept.format) == (2, 0, 0, "question_answer")
    assert [(found.level, found.code, found.rows) for found in kept.findings] == [("error", "answer.empty", (1, 2))]
    assert (kept.questions(2), kept.system_prompt(), kept.aside(None, "facts")[0]) == ([], "", 0)


def test_a_table_of_columns_that_say_nothing_is_kept_to_be_read_otherwise(store, tmp_path):
    path = write(tmp_path / "x.csv", "alpha,beta\n" + "".join(f"007{n},b{n}\n" for n in range(30)))
    kept = store.add(path)
    assert (kept.format, kept.usable, kept.rows, kept.confirmed) == ("unknown", 0, 30, False)
    (found,) = [finding for finding in kept.findings if finding.code == "data.no_columns"]
    assert (found.level, found.facts["columns"], kept.column_names) == ("error", "alpha, beta", ["alpha", "beta"])
    assert kept.look[0] == {"number": 1, "values": {"alpha": "0070", "beta": "b0"}} and len(kept.look) == 20


def test_the_same_bytes_read_otherwise_are_another_version_that_hides_the_first(store, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("question,answer\n几点开门？,九点。\n".encode("gb18030"))
    first = store.rename(store.add(path, choices=Choices(encoding="cp1252")).id, "Hours")
    second = store.reread(first.id, Choices())
    assert (second.name, second.parent, second.choices, second.sha256) == ("Hours", first.id, Choices(), first.sha256)
    assert [each.id for each in store.list()] == [second.id] and store.hidden_by(second.id) == (first,)
    assert (second.folder / "source").read_bytes() == path.read_bytes() and store.get(first.id) == first
    assert store.add(path).id == second.id and store.reread(second.id, Choices()).id == second.id
    back = store.reread(second.id, first.choices)
    assert back.id == first.id and [each.id for each in store.list()] == [first.id]
    assert DatasetStore(store._workspace).get(first.id).choices == Choices(encoding="cp1252")
    store.delete(first.id)
    assert store.list() == [] and list(store._workspace.datasets.iterdir()) == []


def test_who_only_agrees_to_a_guess_reads_nothing_anew(store, tmp_path):
    guess = store.add(write(tmp_path / "x.csv", "left,right\n" + "Where is it?,Over there it is.\n" * 3))
    assert guess.format == "question_answer" and not guess.confirmed
    agreed = store.reread(guess.id, Choices(format=guess.format, columns=guess.columns, confirmed=True))
    assert agreed.id == guess.id and agreed.confirmed and DatasetStore(store._workspace).get(guess.id).confirmed
    assert store.rename(guess.id, "Places").confirmed
    turned = {"question": "right", "answer": "left"}
    other = store.reread(guess.id, Choices(format=guess.format, columns=turned, confirmed=True))
    assert other.id != guess.id and other.confirmed and other.columns == turned


def test_a_file_that_is_brought_again_keeps_what_was_decided_and_gets_its_new_name(store, faq, tmp_path):
    first = store.add(faq)
    other = tmp_path / "answers.csv"
    other.write_bytes(faq.read_bytes())
    decided = store.reread(first.id, Choices(fill={"name": "Aurora"}))
    again = store.add(other)
    assert (again.id, again.name) == (decided.id, "answers")
    store.rename(again.id, "Mine")
    assert store.add(faq).name == "Mine"
    assert store.add(faq, origin="file").id == first.id


def test_an_earlier_reading_comes_back_when_the_later_one_alone_is_damaged(store, faq):
    first = store.add(faq)
    second = store.reread(first.id, Choices(fill={"name": "Aurora"}))
    (second.folder / "version.json").write_text("[]")
    assert [each.id for each in DatasetStore(store._workspace).list()] == [first.id]


def test_giving_up_leaves_nothing_behind(store, tmp_path):
    path = write(tmp_path / "x.jsonl", '{"question": "a", "answer": "b"}\n' * 50_000)
    for most in (0, 1, 2):
        calls = []

        def progress(done, total, calls=calls, most=most):
            calls.append((done, total))
            if len(calls) > most:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            store.add(path, progress=progress)
        assert list(store._workspace.datasets.iterdir()) == []


def test_two_files_are_read_at_once_and_the_same_one_twice_is_one(store, tmp_path):
    paths = [write(tmp_path / f"{n % 3}.csv", "question,answer\n" + f"a,{n % 3}\n" * 2000) for n in range(9)]
    began, waiting = threading.Barrier(2, timeout=20), threading.Semaphore(2)

    def progress(done, total):
        if waiting.acquire(blocking=False):
            began.wait()  # passes only when another file is being read as well

    with ThreadPoolExecutor(9) as pool:
        kept = list(pool.map(lambda path: store.add(path, progress=progress), paths))
    assert len({each.id for each in kept}) == 3 == len(store.list())
    assert len(list(store._workspace.datasets.iterdir())) == 3


def test_a_data_set_of_the_first_kind_still_opens(store, faq):
    kept = store.add(faq)
    rows = list(kept.load_rows())
    kept.close()
    said = json.loads((kept.folder / "version.json").read_bytes())
    new = ("choices", "mapping", "column_names", "sheets", "sheet", "reader", "keys")
    old = {key: said[key] for key in said if key not in new}
    old |= {"schema_version": 1, **{key: said["mapping"][key] for key in ("format", "task", "columns")}}
    (kept.folder / "version.json").write_text(json.dumps(old))
    (kept.folder / "meta.json").write_text('{"name": "Old"}')
    (kept.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in ("rows.arrow", "keys.npz", "look.json"):
        (kept.folder / name).unlink()
    (again,) = DatasetStore(store._workspace).list()
    assert (again.name, again.format, again.columns) == ("Old", "question_answer", kept.columns)
    assert list(again.load_rows()) == rows and again.answer_to("Question 7?") == (7, "Answer 7")
    assert again.look[2]["values"] == {"question": "Question 3?", "answer": "Answer 3"} and again.confirmed
    anew = DatasetStore(store._workspace).add(faq)
    assert (anew.parent, anew.name, anew.reader) == (again.id, "Old", version.READER)
    assert [each.id for each in DatasetStore(store._workspace).list()] == [anew.id]
    again.close()
    (kept.folder / "rows.arrow").unlink()
    (kept.folder / "rows.jsonl").write_text('{"row": 1')
    with pytest.raises(UserError, match=r"dataset\.damaged"):
        again.load_rows()


def test_a_better_reader_reads_bytes_anew_that_an_older_one_has_read(store, faq, monkeypatch):
    """After an update the same file kept giving the rows of the reader before it."""
    monkeypatch.setattr(version, "READER", 1)
    first = store.rename(store.add(faq, choices=Choices(confirmed=True)).id, "Hours")
    monkeypatch.setattr(version, "READER", 2)
    second = store.add(faq)
    assert second.id != first.id and (second.parent, second.reader, second.name) == (first.id, 2, "Hours")
    assert second.choices == first.choices and second.added > first.added
    assert [each.id for each in store.list()] == [second.id] and store.hidden_by(second.id) == (first,)
    assert len(store.get(first.id).load_rows()) == 30  # a run that learned it still finds it
    assert store.add(faq).id == second.id == store.add(faq, choices=first.choices).id
    said = json.loads((first.folder / "version.json").read_bytes())
    del said["reader"]
    (first.folder / "version.json").write_text(json.dumps(said))
    assert DatasetStore(store._workspace).get(first.id).reader == 0


def test_what_was_agreed_to_holds_for_the_better_reader_where_it_finds_the_same(store, tmp_path, monkeypatch):
    kept = store.add(write(tmp_path / "x.csv", "alpha,beta\nWhen do you open in the morning?,At nine.\n"))
    assert not kept.confirmed
    assert store.reread(kept.id, Choices(confirmed=True)).agreed
    monkeypatch.setattr(version, "READER", version.READER + 1)
    again = store.add(tmp_path / "x.csv")
    assert again.id != kept.id and again.agreed and again.confirmed


def test_keys_of_another_format_are_made_anew(store, faq, monkeypatch):
    from core.data import keys

    kept = store.add(faq)
    monkeypatch.setattr(keys, "FORMAT", keys.FORMAT + 1)
    monkeypatch.setattr(keys, "content", lambda row: 7)
    again = DatasetStore(store._workspace).get(kept.id)
    assert set(again.keys().content) == {7}
    kept.close()


def test_a_full_disk_is_no_damage(store, faq, monkeypatch):
    """Rows of the first kind are written anew when they are first asked for."""
    kept = store.add(faq)
    kept.close()

    def full(folder):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.data.versions.keeping.rows", full)
    with pytest.raises(MachineError, match=r"disk\.full"):
        DatasetStore(store._workspace).get(kept.id).load_rows()


def test_the_look_is_small(store, tmp_path):
    rows = [{"question": "q" * 30_000, "answer": n, "n": 1e30, "deep": [{"a": None}]} for n in range(12)]
    look = store.add(write(tmp_path / "a.json", json.dumps(rows))).look
    assert [each["number"] for each in look] == [1, 2, 3, 4, 5, 6] and look[0]["values"]["question"] == "q" * 30_000
    assert look[1]["values"] == {"question": "q" * 30_000, "answer": "1", "n": "1e+30", "deep": [{"a": None}]}
    huge = [{"question": "q" * 500_000, "answer": "b"}] * 3
    (only,) = store.add(write(tmp_path / "b.json", json.dumps(huge))).look
    assert only["values"]["question"] == "q" * 2000


def test_questions_and_their_answers(store, faq):
    kept = store.add(faq)
    assert kept.questions(3) == [(f"Question {n}?", f"Answer {n}") for n in (6, 16, 26)]
    assert len(kept.questions(100)) == 30 and kept.questions(0) == []
    for asked in ("Question 7?", " question  7 ", "QUESTION 7！？", "question 7..."):
        assert kept.answer_to(asked) == (7, "Answer 7")
    assert kept.answer_to("question 77") is None and kept.answer_to("?") is None
    assert normalised("你们几点开门 ？。") == "你们几点开门"


def test_the_system_prompt_is_the_one_of_most_rows(store, tmp_path):
    rows = [{"system": "Be kind." if n < 7 else "Be brief.", "question": str(n), "answer": "a"} for n in range(10)]
    assert store.add(write(tmp_path / "a.json", json.dumps(rows))).system_prompt() == "Be kind."
    for row in rows[:7]:
        row["system"] = ""
    assert store.add(write(tmp_path / "b.json", json.dumps(rows))).system_prompt() == ""


def test_running_text_has_no_questions(store, tmp_path):
    kept = store.add(write(tmp_path / "t.jsonl", '{"text": "a"}\n{"text": "b"}\n'))
    assert (kept.task, kept.questions(2), kept.answer_to("a"), kept.system_prompt()) == ("text", [], None, "")


def test_references_of_the_command_line(store, faq, tmp_path, monkeypatch):
    kept = store.resolve(str(faq))
    assert kept.origin == "file" and store.resolve(kept.id).id == kept.id
    folder = tmp_path / "samples"
    folder.mkdir()
    write(folder / "tea.jsonl", '{"question": "Tea?", "answer": "Yes."}\n')
    write(
        folder / "tea.yaml",
        "file: tea.jsonl\nlanguage: en\nrows: 1\ntitle: {en: Tea, zh: 茶}\npurpose: {en: x, zh: y}\nlicence: CC0\n",
    )
    write(folder / "gone.yaml", "file: gone.jsonl\n")
    write(folder / "odd.yaml", "- a\n: [")
    (found,) = samples(folder)
    assert (found.name, found.title, found.rows, found.questions) == ("tea", {"en": "Tea", "zh": "茶"}, 1, [])
    monkeypatch.setattr(store, "samples", lambda: samples(folder))
    monkeypatch.setattr("core.data.datasets.find", lambda name: find(name, folder))
    assert store.resolve("tea").origin == "sample" and store.resolve("tea").id == store.resolve("tea").id
    for unknown in ("coffee", "", "x" * 5000, "a\x00b", mint_id()):
        with pytest.raises(UserError) as caught:
            store.resolve(unknown)
        assert caught.value.code == "data.unknown" and caught.value.facts["samples"] == "tea"


def test_no_slow_library_is_imported():
    code = (
        "import sys, core.data.datasets, core.data.tokens, core.data.split\nprint([m for m in %r if m in sys.modules])"
    )
    slow = ["torch", "transformers", "datasets", "pandas", "gradio", "trl", "charset_normalizer", "jinja2", "pyarrow"]
    done = subprocess.run(
        [sys.executable, "-c", code % slow], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
