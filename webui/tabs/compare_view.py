"""Compare, as text and markup: columns, proof, what the data says, how an answer ended (no Gradio here)."""

from core.chat.requests import Side
from webui import run_list
from webui.asking import SideState, Talk
from webui.context import Context
from webui.markup import Html, el
from webui.parts import Bar
from webui.snapshot import Snapshot
from webui.text import Text

CHIPS = 3
"""Questions offered at a time."""


def run_of(snap: Snapshot) -> run_list.RunRow | None:
    """The run that is compared: the one chosen, when it has learned something or is learning, else the newest such."""
    return run_list.chosen(run_list.comparable(snap.runs), snap.draft.run)


def bar(ctx: Context, snap: Snapshot, text: Text) -> Bar:
    """Ask, or stop answering; without a run the way to one, and quietly the base model."""
    if ctx.asking.busy:
        return Bar(text("compare.stop"), "stop_answering", question=True)
    if run_of(snap):
        return Bar(text("compare.ask"), "ask", question=True)
    room = "data" if snap.dataset is None else "training" if snap.model_here else "model"
    alone = (text("compare.ask_base"), "ask") if snap.model_here else ("", "")
    return Bar(text("compare.need_run"), f"go:{room}", *alone, question=snap.model_here)


def column(talk: Talk, side: Side, text: Text) -> Html:
    """One column's turns, or what to do while there is none. All of it is text: an answer could hold a form, or an
    image whose address tells who is reading."""
    state: SideState = getattr(talk, side)
    if not state.turns:
        key = f"compare.{'left' if side == 'base' else 'right'}_{'start' if talk.run else 'empty'}"
        return el("div", el("p", text(key), cls="lw-note"), cls="talk empty")
    hidden = side == "base" and talk.proof == "failed"
    turns = [_turn(side, number, *turn, hidden, text) for number, turn in enumerate(state.turns)]
    return el("ol", turns, cls="talk", role="log", aria_busy="true" if talk.busy else "false")


def _turn(side: Side, number: int, role: str, content: str, hidden: bool, text: Text) -> Html:
    if role == "user":
        who = el("span", text("compare.you"), cls="spoken")
        return el("li", who, el("p", content, cls="said"), cls="turn user")
    if hidden:
        return el("li", el("p", text("compare.hidden"), cls="said lw-note"), cls="turn assistant")
    who = el("span", text("compare.before" if side == "base" else "compare.after"), cls="spoken")
    name = f"compare-{side}-{number}"
    said = el("p", content or el("span", "…", cls="writing", aria_label=text("compare.thinking")), id=name, cls="said")
    copy = el(
        "button", text("share.copy"), type="button", data_copy=f"#{name}", data_copied=text("share.copied"), cls="copy"
    )
    return el("li", who, said, copy if content else None, cls="turn assistant")


def ending(side: SideState, text: Text) -> Html | str:
    """How fast an answer came and why it ended."""
    facts = []
    if side.tokens_per_s:
        facts.append(text("compare.speed", n=f"{side.tokens_per_s:.0f}"))
    if side.reason:
        facts.append(text(f"compare.end.{side.reason}", n=side.tokens))
    return el("p", " · ".join(facts), cls=f"ending {side.reason}") if facts else ""


def proof(talk: Talk, text: Text) -> Html | str:
    """Whether the left side is the untouched model: checked, not yet, or not."""
    if talk.run is None:
        return el("p", text("compare.nothing"), cls="lw-note")
    if talk.proof == "checked":
        return el("p", text("compare.proof"), title=text("compare.proof_help"), cls="proof checked")
    if talk.proof == "failed":
        return el("p", text("compare.proof_no"), cls="proof failed", role="alert")
    return el("p", text("compare.proof_open"), cls="proof open")


def line(talk: Talk, status: str, text: Text, *, run_name: str = "") -> Html | str:
    """What stands between question and answer: a wait, an error, or that both answers are the same.

    run_name: of the run that is waited for, where there is one
    """
    if talk.error is not None:
        return el("p", text.error(talk.error), cls="line failed", role="alert")
    if talk.busy and talk.wait:
        return el("p", _waiting(talk, run_name, text), cls="line wait", role="status")
    if same(talk):
        key = "compare.same" if talk.expected is not None else "compare.same_unknown"
        if status in ("running", "stopping"):
            key = "compare.same_early"
        return el("p", text(key), cls="line", role="status")
    return ""


def _waiting(talk: Talk, run_name: str, text: Text) -> str:
    key = f"compare.wait.{talk.wait}"
    holder = str(talk.wait_facts.get("holder") or "")
    nameless = {"training": not run_name, "device": not holder}
    if key not in text or nameless.get(talk.wait):
        return text("compare.wait.waiting")
    return text(key, name=run_name, holder=holder)


def same(talk: Talk) -> bool:
    """Whether both sides have ended with the same words."""
    if talk.busy or not talk.run or not talk.base.turns or not talk.tuned.turns:
        return False
    both = (talk.base.turns[-1], talk.tuned.turns[-1])
    return both[0] == both[1] and both[0][0] == "assistant" and bool(both[0][1].strip())


def expected(talk: Talk, text: Text) -> Html | str:
    """What the data answers to this question, and in which row."""
    if talk.expected is None:
        return ""
    row, answer = talk.expected
    said = [
        el("b", text("compare.expected")),
        " ",
        answer,
        " ",
        el("span", text("compare.expected_row", row=row), cls="row"),
    ]
    return el("p", said, cls="expected")


def chips(questions: list[str], text: Text, more: bool) -> Html | str:
    """Questions of the data, to press instead of typing."""
    if not questions:
        return ""
    buttons = [
        el("button", said, type="button", cls="lw-button chip", data_do="ask", data_id=said) for said in questions
    ]
    if more:
        buttons.append(el("button", text("compare.another"), type="button", cls="lw-link chip more", data_do="more"))
    return el("div", el("span", text("compare.try"), cls="tag"), buttons, cls="chips")


def heading(key: str, name: str, text: Text) -> Html:
    """ "Before (Starter)": the side, and which model speaks."""
    return el("h2", text(key), el("span", f" · {name}") if name else None, cls="lw-title")
