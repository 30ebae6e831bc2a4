"""How a file is read, and reading it in another way: the menus, their live example, and what findings offer."""

from typing import TYPE_CHECKING

from webui.actions import choose_data
from webui.context import Context
from webui.snapshot import Page

if TYPE_CHECKING:
    from core.data.choices import Choices
    from core.data.datasets import Dataset
    from core.findings import Finding

OFFERS = {
    "row.structured": ("structured", "data.offer.structured"),
    "row.broken_json": ("repair", "data.offer.repair"),
    "text.placeholder": ("fill", "data.offer.fill"),
    "row.unknown_role": ("speaker", "data.offer.speaker"),
    "data.no_columns": ("columns", "data.offer.columns"),
    "answer.always_same": ("columns", "data.offer.columns"),
}
"""Code of a finding -> what one press does about it, and the key of the words on the button."""


def offer_of(finding: "Finding") -> tuple[str, str] | None:
    """(action for `accept_offer`, key of the button's words) for a finding that reading in another way would mend."""
    if finding.level == "info":  # it is mended already
        return None
    return OFFERS.get(finding.code)


def accept_offer(ctx: Context, page: Page, action: str) -> None:
    """Press of a finding's button: read anew at once, or open the menus where the person has to say something."""
    draft = ctx.drafts.load()
    if not draft.dataset:
        return
    dataset = ctx.datasets.get(draft.dataset)
    if action in ("structured", "repair"):
        read_so(ctx, dataset, ctx.wishes.update(dataset, **{action: True}))
    elif action in ("fill", "speaker", "columns"):
        page.memo["data.columns"] = action


def read_so(ctx: Context, dataset: "Dataset", choices: "Choices") -> None:
    """Read the source of `dataset` with `choices`, in the background; the outcome takes its place."""

    def done(found: "Dataset") -> None:
        ctx.wishes.forget(dataset)
        choose_data(ctx, found, same_file=True)

    ctx.intake.reread(ctx.datasets, dataset, choices, done)
