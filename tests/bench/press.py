"""How long the window takes from the press on Save until the page shows it, in a large data set and in a small one.

    python tests/bench/press.py [--rows 100000] [--repeats 8]

A window in a process of its own and Chromium, as in the browser tests. In turns at a row of the large and one of the
small set: from the click on Save until the form is gone and the row stands there as saved. Wall time, in the page.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from playwright.sync_api import sync_playwright

from core.cli.test import find_chromium
from tests.browser.conftest import FLAGS, Visit, Window

SMALL = 60

PRESS = """async (said) => {
  const begun = performance.now();
  document.querySelector('#data-edit .lw-edit-save').click();
  const there = () => !document.querySelector('#data-edit form')
    && document.querySelector('#data-bubbles .lw-answer')?.innerText.includes(said);
  while (!there()) {
    if (performance.now() - begun > 30000) throw new Error('the page never showed the row as saved');
    await new Promise((later) => setTimeout(later, 2));
  }
  return performance.now() - begun;
}"""


def bring(window, folder, rows):
    path = folder / f"rows-{rows}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for n in range(1, rows + 1):
            talk = [f"What is thing {n}? Tell me in a few words.", f"Thing {n} stands in row {n}, and nothing else."]
            said = [{"role": role, "content": each} for role, each in zip(("user", "assistant"), talk, strict=True)]
            file.write(json.dumps({"messages": said}) + "\n")
    return window.datasets.add(path).id


def change(page, row):
    """ms from the press until the page shows the row as saved."""
    box = page.page.locator("#data-bubbles .lw-jump input")
    box.fill(str(row))
    box.press("Enter")
    page.page.locator(f'#data-bubbles [data-do=edit][data-id="{row}.0"]').click()
    page.page.locator("#data-edit form").wait_for()
    said = f"Changed at {time.time_ns()}"
    page.page.locator("#data-edit textarea").last.fill(said)
    time.sleep(0.7)  # what was typed is kept by now, and a tick is over
    return page.page.evaluate(PRESS, said)


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--repeats", type=int, default=8)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        window = Window(Path(name))
        window.script()
        sets = {rows: bring(window, Path(name), rows) for rows in (given.rows, SMALL)}
        window.start()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        took = {rows: [] for rows in sets}
        try:
            page = Visit(browser)
            for count in range(given.repeats):
                for rows, dataset in sets.items():
                    window.drafts.update(dataset=dataset)
                    page.open(window)
                    page.shows("#data-table", f"{rows:,}", timeout=60_000)
                    page.shows("#data-lengths-box", "up to", timeout=120_000)  # all is counted, nothing else goes on
                    time.sleep(1)
                    took[rows].append(change(page, rows * 9 // 10 - count % (SMALL // 2)))
        finally:
            window.stop()
    for rows, each in took.items():
        print(f"{rows:,} rows: {median(each):.0f} ms ({min(each):.0f} to {max(each):.0f}), n = {len(each)}")


if __name__ == "__main__":
    main()
