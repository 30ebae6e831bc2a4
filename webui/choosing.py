"""What data the draft works with, having it read in another way, and letting go of it (no Gradio here)."""

from typing import TYPE_CHECKING, Any

from webui import goals

if TYPE_CHECKING:
    from core.data.choices import Choices
    from core.data.datasets import Dataset
    from core.drafts import Draft
    from webui.context import Context


def choose_data(ctx: "Context", dataset: "Dataset", *, instead_of: "Dataset | None" = None) -> None:
    """Work with `dataset` from now on.

    instead_of: another reading of the same file, which is replaced only if it is still the chosen one
    """

    def decided(draft: "Draft") -> dict[str, Any]:
        if instead_of is not None and draft.dataset != instead_of.id:
            return {}
        changes = dict(draft.changes)
        if instead_of is None:
            for name in ("holdout", "eval_dataset"):  # they were chosen for the other rows
                changes.pop(name, None)
            if draft.dataset not in (None, dataset.id):  # and so was the goal
                draft = draft.model_copy(update={"recipe_chosen": False})
        chosen = {"dataset": dataset.id, "changes": changes, "recipe_chosen": draft.recipe_chosen}
        return {**chosen, **goals.for_data(draft, dataset)}

    ctx.drafts.change(decided)


def use_version(ctx: "Context", dataset_id: str) -> "Dataset":
    """Work with this very version; of the one in use now another version keeps what was decided for it.

    Raises UserError `dataset.unknown` or `dataset.damaged`.
    """
    version, chosen = ctx.datasets.use(dataset_id), ctx.drafts.load().dataset
    of_it = next((each for each in ctx.datasets.versions(version.id) if each.id == chosen), None)
    choose_data(ctx, version, instead_of=of_it)
    return version


def delete_version(ctx: "Context", dataset: "Dataset") -> None:
    """Delete one version; where it was in use the newest of the others is. Raises UserError `dataset.only_version`."""
    left = [each for each in ctx.datasets.versions(dataset.id) if each.id != dataset.id]
    if left and ctx.drafts.load().dataset == dataset.id:
        use_version(ctx, left[-1].id)  # first: what is chosen is read by every open page
    ctx.datasets.delete_version(dataset.id)
    _forget(ctx, {dataset.id})


def delete(ctx: "Context", dataset: "Dataset") -> None:
    """Delete a data set with all its versions, and choose none of them any more. Raises UserError."""
    gone = {each.id for each in ctx.datasets.versions(dataset.id)}
    _forget(ctx, gone)  # first: what is chosen is read by every open page
    ctx.datasets.delete(dataset.id)


def _forget(ctx: "Context", gone: set[str]) -> None:
    """None of these is chosen or measured any more."""

    def without(draft: "Draft") -> dict[str, Any]:
        changes = {name: kept for name, kept in draft.changes.items() if name != "eval_dataset" or kept not in gone}
        return {"dataset": None if draft.dataset in gone else draft.dataset, "changes": changes}

    ctx.drafts.change(without)
    for each in gone:
        ctx.measuring.forget(each)


def read_so(ctx: "Context", dataset: "Dataset", choices: "Choices") -> None:
    """Read the source of `dataset` with `choices`, in the background; the outcome takes its place."""

    def done(found: "Dataset") -> None:
        ctx.wishes.forget(dataset)
        choose_data(ctx, found, instead_of=dataset)

    ctx.intake.reread(ctx.datasets, dataset, choices, done)


def read_as_wished(ctx: "Context", dataset: "Dataset") -> None:
    """Read it as its menus say; whoever asks for that has looked at them."""
    read_so(ctx, dataset, ctx.wishes.of(dataset).model_copy(update={"confirmed": True}))


def as_it_was(ctx: "Context", dataset: "Dataset") -> None:
    """Give up what is wished for; without such, go back to the reading before this one, in the background.

    It is there already, and is brought in once more, so that it is listed in place of this one.
    """
    if ctx.wishes.changed(dataset):
        ctx.wishes.forget(dataset)
    elif dataset.parent and dataset.fixes:  # what was done to it is done in the version before it too
        use_version(ctx, dataset.parent)
    elif dataset.parent:
        read_so(ctx, dataset, ctx.datasets.get(dataset.parent).choices)
        ctx.intake.wait()
