"""What data the draft works with, and having it read in another way (no Gradio here)."""

from typing import TYPE_CHECKING

from webui import goals

if TYPE_CHECKING:
    from core.data.choices import Choices
    from core.data.datasets import Dataset
    from webui.context import Context


def choose_data(ctx: "Context", dataset: "Dataset", *, same_file: bool = False) -> None:
    """Work with `dataset` from now on; `same_file`: it is the chosen one, read in another way."""
    draft = ctx.drafts.load()
    changes = dict(draft.changes)
    if not same_file:
        for name in ("holdout", "eval_dataset"):  # they were chosen for the other rows
            changes.pop(name, None)
    ctx.drafts.update(dataset=dataset.id, changes=changes, **goals.for_data(draft, dataset))


def read_so(ctx: "Context", dataset: "Dataset", choices: "Choices") -> None:
    """Read the source of `dataset` with `choices`, in the background; the outcome takes its place."""

    def done(found: "Dataset") -> None:
        ctx.wishes.forget(dataset)
        if ctx.drafts.load().dataset == dataset.id:  # another one may have been chosen meanwhile
            choose_data(ctx, found, same_file=True)

    ctx.intake.reread(ctx.datasets, dataset, choices, done)


def read_as_wished(ctx: "Context", dataset: "Dataset") -> None:
    """Read it as its menus say; whoever asks for that has looked at them."""
    read_so(ctx, dataset, ctx.wishes.of(dataset).model_copy(update={"confirmed": True}))


def as_it_was(ctx: "Context", dataset: "Dataset") -> None:
    """Give up what is wished for; without such, go back to the reading before this one."""
    if ctx.wishes.changed(dataset):
        ctx.wishes.forget(dataset)
    elif dataset.parent:
        choose_data(ctx, ctx.datasets.get(dataset.parent), same_file=True)
