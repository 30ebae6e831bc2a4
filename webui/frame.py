"""Header, status line, plan line and tab names as HTML, from a snapshot (no Gradio here)."""

from core import recipes
from core.engine import EngineStatus
from core.errors import UserError, from_plain
from webui import views
from webui.intake import LIMIT, Reading
from webui.markup import Html, el
from webui.parts import Bar
from webui.snapshot import Snapshot
from webui.text import LANGUAGES, Text
from webui.titles import dataset_title, model_title, older

WORDS = 20
"""Words explained behind the question mark, `words.1` to `words.20`."""

UNDONE = ("mend.done", "mend.done_one", "mend.accepted", "mend.kept", "mend.kept_one")
"""Sentences about a new version of the data, which one press takes back."""

BUSY = {
    "reading": ("data.reading", "status.reading", "status.reading_left"),
    "mending": ("data.mending", "status.mending", "status.mending_left"),
    "keeping": ("data.keeping", "status.keeping", "status.keeping_left"),
    "starting": ("data.keeping", "status.starting", "status.starting_left"),
    "mixing": ("data.mixing", "status.mixing", "status.mixing_left"),
}
"""What is done with data -> what the bar says of it, and the status line, without and with the time that is left."""


def header(snap: Snapshot, text: Text) -> Html:
    """Name, device, language switch, help."""
    room = snap.page.room or snap.draft.room
    switch = [
        el(
            "a",
            name,
            href=f"/{language}?room={room}",
            lang=language,
            cls="lw-lang",
            aria_current="page" if language == text.language else None,
        )
        for language, name in (("zh", LANGUAGES["zh"]), ("en", "EN"))
    ]
    words = el("button", "?", cls="lw-help", popovertarget="lw-words", aria_label=text("help.open"))
    return el(
        "header",
        el("span", el("span", cls="lw-mark", aria_hidden="true"), "LoRA Workbench", cls="lw-brand"),
        el("span", device(snap.engine, text), cls="lw-device"),
        el("nav", switch, words, cls="lw-switch"),
        cls="lw-header",
    )


def device(engine: EngineStatus, text: Text) -> str:
    """What the work runs on and how much memory is free, "" while nobody has looked."""
    if not engine.device:
        return ""
    if not engine.total_gb:
        return engine.device
    return text(
        "header.device", device=device_name(engine, text), free=_round(engine.free_gb), total=f"{engine.total_gb:.0f}"
    )


def _round(free_gb: float) -> str:
    """Free memory without digits that change every second."""
    return f"{free_gb:.0f}" if free_gb >= 10 else f"{round(free_gb * 5) / 5:.1f}"


def device_name(engine: EngineStatus, text: Text) -> str:
    return text("header.cpu") if engine.device_kind == "cpu" else engine.device


def help_and_lost(text: Text) -> Html:
    """The words behind "?", and the banner that the page itself shows when the program does not answer."""
    words = [(el("dt", text(f"words.{n}")), el("dd", text(f"words.{n}.means"))) for n in range(1, WORDS + 1)]
    close = el("button", text("help.close"), popovertarget="lw-words", popovertargetaction="hide", cls="lw-button")
    large = text("data.upload_large", limit=text.size(LIMIT))
    return el(
        "div",
        el(
            "section",
            el("h2", text("help.title")),
            el("dl", words),
            close,
            id="lw-words",
            popover="auto",
            cls="lw-words",
        ),
        el("p", text("status.lost"), id="lw-lost", role="alert", hidden=True),
        el("p", large, id="lw-too-large", role="alert", hidden=True, data_limit=LIMIT),
    )


# -- the status line


def status(snap: Snapshot, text: Text) -> Html:
    """One sentence: what is wrong, else what goes on, else that all is ready. An error stays as long as its cause."""
    error = trouble(snap)
    if error is not None:
        return line("error", text.error(error), _ways_on(snap, error, text))
    if snap.page.note is not None:
        key, facts = snap.page.note
        undo = el("button", text("mend.undo"), cls="lw-link", type="button", data_do="undo_version", data_once=True)
        return line("good", text(key, **facts), undo if key in UNDONE else None)
    level, sentence = _doing(snap, text)
    away = snap.training and (snap.page.room or snap.draft.room) != "training"
    show = el("button", text("status.show"), cls="lw-link", data_do="go:training") if away else None
    return line(level, sentence, show)


def _ways_on(snap: Snapshot, error: UserError, text: Text) -> Html | None:
    """What can be done about a file that was refused, from whatever tab."""
    if snap.refused is None or error is not snap.refused.error:
        return None
    ways = [("repair_reading", "data.mend")] if snap.refused.mendable else []
    ways.append(("dismiss_reading", "status.dismiss"))
    buttons = [el("button", text(key), cls="lw-link", type="button", data_do=action) for action, key in ways]
    return el("span", buttons, cls="lw-ways")


def trouble(snap: Snapshot) -> UserError | None:
    """What stands in the way, the newest cause first: this page's last action, a setting, the model, the download."""
    if snap.page.trouble is not None:
        return snap.page.trouble
    if snap.refused is not None:
        return snap.refused.error
    if snap.spec_errors:
        return next(iter(snap.spec_errors.values()))
    if snap.model_error is not None:
        return snap.model_error
    if (
        snap.fetch.state == "failed"
        and snap.fetch.error
        and snap.model is not None
        and snap.fetch.hub == snap.model.hub
    ):
        return from_plain(snap.fetch.error)
    if snap.size is not None and snap.size.fresh and snap.size.error is not None:
        return snap.size.error
    if snap.dataset is not None and not snap.dataset.usable and (snap.page.room or snap.draft.room) == "data":
        return None  # that nothing can be planned is no news where the rows themselves are told about
    return snap.estimate_error


def _doing(snap: Snapshot, text: Text) -> tuple[str, str]:
    engine = snap.engine
    if snap.reading is not None:
        return "busy", reading(snap.reading, text)
    if snap.training:
        done = views.progress(snap.events)
        if snap.run_status == "stopping":
            return "busy", text("status.stopping", name=snap.run_name)
        if not done.step:
            return "busy", text("status.preparing", name=snap.run_name)
        pct = views.percent(done.share)
        if done.left_s is None:
            return "busy", text("status.training_begun", name=snap.run_name, pct=pct)
        return "busy", text("status.training", name=snap.run_name, pct=pct, left=text.duration(done.left_s))
    if engine.state == "waiting":
        return "busy", text("status.waiting", holder=engine.holder)
    if engine.state == "waking":
        return "busy", text("status.waking")
    if engine.run is not None:  # taken up, but its run folder does not say so yet
        return "busy", text("status.preparing", name=snap.run_name)
    if engine.queue:
        return "busy", text("status.queued", n=len(engine.queue))
    if snap.fetch.state in ("sizing", "fetching"):
        return "busy", fetching(snap, text)
    if engine.state in ("loading", "answering"):
        return "busy", text(f"status.{engine.state}")
    if engine.problem:
        return "warn", text(f"notice.{engine.problem}")
    return "ready", text("status.ready")


def reading(now: Reading, text: Text) -> str:
    """How far a file is: share, bytes, time left; only what is known."""
    pct = f"{now.share:.0%}"
    if now.doing != "reading":
        left = now.left_s is not None
        return text(BUSY[now.doing][2 if left else 1], name=now.name, pct=pct, left=text.duration(now.left_s))
    if now.left_s is None or not now.total:
        return text("status.reading", name=now.name, pct=pct)
    facts = {"done": text.size(now.done), "total": text.size(now.total), "left": text.duration(now.left_s)}
    return text("status.reading_left", name=now.name, pct=pct, **facts)


def fetching(snap: Snapshot, text: Text) -> str:
    """How far a download is, with bytes, speed and time left."""
    fetch = snap.fetch
    if fetch.state == "sizing" or not fetch.total:
        return text("model.sizing", name=fetch.name)
    facts = {"done": text.size(fetch.done), "total": text.size(fetch.total), "speed": text.size(fetch.bytes_per_s)}
    pct = views.percent(fetch.done / fetch.total)
    return text("model.fetch_line", name=fetch.name, pct=pct, left=text.duration(fetch.left_s), **facts)


def line(level: str, sentence: str, button: Html | None = None) -> Html:
    dot = el("span", cls="lw-dot", aria_hidden="true")
    return el("div", dot, el("span", sentence, cls="lw-sentence"), button, role="status", cls=f"lw-status lw-{level}")


# -- tab names and the plan


def tab_label(room: str, snap: Snapshot, text: Text) -> str:
    """The tab's name with a tick where there is nothing left to choose, and the progress of a run."""
    name = text(f"tab.{room}")
    if room == "training" and snap.training:
        return f"{name} {views.percent(views.progress(snap.events).share)}"
    ready = {
        "data": snap.dataset is not None and snap.dataset.usable > 0,
        "model": snap.model_here,
        "training": snap.run_status == "finished" and not changed(snap),
    }
    return f"{name} ✓" if ready.get(room) else name


def changed(snap: Snapshot) -> bool:
    """Whether Start would start something else than the run looked at."""
    return snap.run is not None and snap.spec is not None and snap.run.spec != snap.spec


def plan(snap: Snapshot, bar: Bar, text: Text) -> Html:
    """The plan in one line, and for the page's script what the primary button would do and the page's title."""
    return el(
        "div",
        [el("span", part, cls=f"lw-part lw-part-{name}") for name, part in plan_parts(snap, text).items()],
        cls="lw-plan",
        data_action=bar.action,
        data_quiet=bar.quiet_action,
        data_title=_title(snap, text),
        data_room=snap.page.room,
        data_mend=next(iter(snap.spec_errors), None),
    )


def plan_parts(snap: Snapshot, text: Text) -> dict[str, str]:
    """Data, which version where a newer one is there, model, goal, time, fit; only what is known.

    Each with its name, by which a narrow page leaves out what stands in the tabs anyway.
    """
    if snap.dataset is None:
        return {"data": text("plan.nothing")}
    parts = {"data": text("plan.data", name=dataset_title(snap.dataset, text), rows=f"{snap.rows:,}")}
    if said := older(snap.dataset, snap.versions, text):
        parts["version"] = said
    if snap.model is not None:
        parts["model"] = model_title(snap.model, text)
    parts["goal"] = recipes.load(recipes.known(snap.draft.recipe, "goal")).title[text.language]
    if snap.plan is not None and snap.plan.get("time_s"):
        parts["time"] = text("plan.time", time=text.duration(snap.plan["time_s"]))
    if snap.plan is not None and snap.plan.get("fits") in ("yes", "tight", "no"):
        parts["fits"] = text(f"plan.fits.{snap.plan['fits']}")
    return parts


def _title(snap: Snapshot, text: Text) -> str:
    if snap.training:
        return f"{views.percent(views.progress(snap.events).share)} · {snap.run_name} · LoRA Workbench"
    return f"{text('tab.' + (snap.page.room or snap.draft.room))} · LoRA Workbench"
