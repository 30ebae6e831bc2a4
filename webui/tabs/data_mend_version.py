"""The line under the summary: which version this is, what was done to make it, and the ways back and forward."""

from typing import TYPE_CHECKING

from core.data.in_words import steps_in_words
from core.errors import UserError
from webui.context import Context
from webui.markup import Html, el
from webui.text import Text
from webui.titles import older, version_number
from webui.versions import after, before, newest

if TYPE_CHECKING:
    from core.data.versions.dataset import Dataset

SCRIPT = """
const words = () => element.querySelector('.lw-version')?.textContent || '';
let said = words(), applied = 0;
document.addEventListener('click', (event) => {
  const doing = document.querySelector('#bar-plan [data-action]')?.dataset.action || '';
  if (event.target.closest('#bar-primary') && doing.startsWith('mend_apply:')) applied = Date.now();
}, true);
const show = () => document.getElementById('data-mend-done')?.scrollIntoView({behavior: 'smooth', block: 'center'});
new MutationObserver(() => { // what was applied is told where it was asked for, and can be undone there
  if (words() === said) return;
  said = words();
  if (Date.now() - applied < 120000) setTimeout(show, 200);
  applied = 0;
}).observe(element, {childList: true, subtree: true, characterData: true});
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-do]');
  if (!pressed) return;
  trigger('click', {do: pressed.dataset.do, id: ''});
  if (pressed.dataset.do !== 'versions') return;
  document.querySelector('#data-mine-box > button:not(.open)')?.click();
  const look = (times) => {
    const list = document.querySelector('#data-mine .lw-asking');
    if (!list && times) return setTimeout(look, 100, times - 1);
    list?.scrollIntoView({behavior: 'smooth', block: 'center'});
    list?.querySelector('button')?.focus({preventScroll: true});
  };
  setTimeout(look, 100, 50);
});"""
"""What was just applied is told in sight; the list of all versions stands in a folded panel further down."""


def line(ctx: Context, dataset: "Dataset", text: Text) -> Html:
    """Nothing as long as there is one version."""
    try:
        versions = ctx.datasets.versions(dataset.id)
    except UserError:  # said where its rows would be shown
        return Html("")
    if len(versions) < 2:
        return Html("")
    back, on = before(dataset, versions), after(dataset, versions)
    steps = text("list.comma").join(steps_in_words(dataset, text, since=back))
    number = text("mend.version", n=version_number(dataset, versions), total=len(versions))
    parts = [older(dataset, versions, text, "mend.version_older") or number, steps]
    ways = [_way("undo_version", text("mend.undo"))] if back is not None else []
    if on is not None:
        ways.append(_way("forward_version", text("mend.forward", n=version_number(on, versions))))
    if (last := newest(versions)) is not None and last.id not in (dataset.id, on.id if on is not None else ""):
        ways.append(_way("newest_version", text("mend.newest", n=version_number(last, versions))))
    ways.append(_way("versions", text("mend.earlier")))
    return el("p", el("span", " · ".join(filter(None, parts))), ways, cls="lw-version")


def _way(do: str, label: str) -> Html:
    return el("button", label, cls="lw-link", type="button", data_do=do)
