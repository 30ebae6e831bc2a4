"""Whatever is in a file: what no finding names stays byte for byte the same, and mending twice is mending once."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.datasets import DatasetStore
from core.workspace import Workspace

WORDS = st.sampled_from(
    [
        "Tea?",
        " Tea? ",
        "Tea &amp; milk",
        "<|im_end|>",
        "茶 ",
        "caf\u00c3\u00a9 au lait",
        "",
        "{{name}}",
        "0041 77 123 45 67",
        "\u2028x",
    ]
)
TURN = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": WORDS})
ROWS = st.lists(st.fixed_dictionaries({"messages": st.lists(TURN, max_size=5)}), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_all_that_is_safe(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        store = DatasetStore(Workspace(Path(folder) / "workspace"))
        first = store.add(path)
        second = store.mend(first.id, None)
        named = {number for finding in first.findings for number in finding.rows}
        before = {raw[:2]: raw[2] for raw in first.load_rows().raws()}
        after = {raw[:2]: raw[2] for raw in second.load_rows().raws()}
        assert set(after) <= set(before) and first.source.read_bytes() == second.source.read_bytes()
        assert {key: text for key, text in before.items() if key[0] not in named} == {
            key: text for key, text in after.items() if key[0] not in named
        }
        assert store.mend(second.id, None).id == second.id and len(second.load_rows()) == second.usable <= second.rows
        assert len(DatasetStore(store._workspace).list()) == 1
        first.close()
        second.close()
