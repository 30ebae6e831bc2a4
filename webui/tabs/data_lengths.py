"""How long the rows are in tokens: a histogram with the maximum length, what it costs, a better one."""

from collections.abc import Sequence
from functools import lru_cache

from core.data.tokens.measure import Cut
from webui.markup import Html, el
from webui.measuring import Measurement
from webui.tabs.data_rows import Findings
from webui.text import Text

BINS = 24
REASONS = {"whole": "data.suggest.whole", "most": "data.suggest.most", "context": "data.suggest.context"}
WIDTH, HEIGHT = 960, 160
"""The drawing's own units; it is stretched to the page's width, so nothing but bars and a line stands in it."""


@lru_cache(maxsize=8)  # asked once a second
def label(measurement: Measurement | None, max_length: int, text: Text) -> str:
    """The heading while the box is closed: says the one thing that matters."""
    if measurement is None or not len(measurement.measured.lengths):
        return text("data.lengths")
    cut = measurement.measured.cut(max_length)
    over = len(cut.rows) + len(cut.lost)
    longest, limit = f"{measurement.measured.longest:,}", f"{max_length:,}"
    if over:
        return text("data.lengths_cut" if over > 1 else "data.lengths_cut_one", n=f"{over:,}", limit=limit)
    return text("data.lengths_whole", longest=longest, limit=limit)


@lru_cache(maxsize=8)
def lengths(
    measurement: Measurement, max_length: int, chosen: int | None, findings: Findings, model: str, text: Text
) -> Html:
    """The whole box. `max_length` is the one in force, `chosen` what the person has set, None for automatic."""
    measured = measurement.measured
    if not len(measured.lengths):
        return el("p", text("data.lengths_none", model=model), cls="lw-note")
    cut = measured.cut(max_length)
    return el(
        "div",
        _histogram(measured.histogram(BINS), max_length, text),
        _facts(measurement, cut, max_length, text),
        _ways(cut, findings, text),
        _suggestion(measurement, max_length, chosen, model, text),
        cls="lw-lengths",
    )


def _histogram(bins: Sequence[tuple[int, int, int]], max_length: int, text: Text) -> Html:
    """Bars of how many rows have how many tokens; those behind the maximum length are hatched."""
    low, high = bins[0][0], bins[-1][1]
    most = max(count for _, _, count in bins)
    each = WIDTH / len(bins)
    bars = []
    for place, (begin, end, count) in enumerate(bins):
        if not count:
            continue
        height = max(3.0, (HEIGHT - 8) * count / most)
        said = text("data.lengths_bar", a=f"{begin:,}", b=f"{end - 1:,}", n=f"{count:,}")
        over = begin >= max_length
        bars.append(
            el(
                "rect",
                el("title", said),
                x=f"{place * each + 1:.1f}",
                y=f"{HEIGHT - height:.1f}",
                width=f"{max(1.0, each - 2):.1f}",
                height=f"{height:.1f}",
                cls="lw-bar-over" if over else "lw-bar",
            )
        )
    share = max(0.0, (max_length - low) / max(1, high - low))  # all rows may be longer
    line = at = None
    if share <= 1:
        x = f"{share * WIDTH:.1f}"
        line = el("line", x1=x, x2=x, y1="0", y2=str(HEIGHT), cls="lw-limit")
        side = "right" if share > 0.5 else "left"
        place = 100 - 100 * share if share > 0.5 else 100 * share
        at = el(
            "span", text("data.lengths_limit", n=f"{max_length:,}"), cls="lw-limit-name", style=f"{side}:{place:.1f}%"
        )
    drawn = el(
        "svg",
        _hatching(),
        bars,
        line,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=_words(bins, text),
    )
    beyond = None if share <= 1 else el("span", text("data.lengths_beyond", n=f"{max_length:,}"), cls="lw-limit-far")
    axis = el(
        "p", el("span", f"{low:,}"), el("span", text("data.lengths_axis")), el("span", f"{high - 1:,}"), cls="lw-axis"
    )
    top = el("p", el("span", text("data.lengths_most", n=f"{most:,}")), beyond, cls="lw-axis")
    return el("figure", top, el("div", drawn, at, cls="lw-drawn"), axis, cls="lw-histogram")


def _hatching() -> Html:
    """For bars behind the limit: a pattern, so that colour alone does not carry it."""
    stripe = el("path", d="M0 8L8 0", stroke="currentColor", stroke_width="2")
    return el("defs", el("pattern", stripe, id="lw-hatch", width=8, height=8, patternUnits="userSpaceOnUse"))


def _words(bins: Sequence[tuple[int, int, int]], text: Text) -> str:
    """The drawing for someone who cannot see it."""
    total = sum(count for _, _, count in bins)
    fullest = max(bins, key=lambda one: one[2])
    return text(
        "data.lengths_words",
        low=f"{bins[0][0]:,}",
        high=f"{bins[-1][1] - 1:,}",
        n=f"{total:,}",
        a=f"{fullest[0]:,}",
        b=f"{fullest[1] - 1:,}",
        most=f"{fullest[2]:,}",
    )


def _facts(measurement: Measurement, cut: Cut, max_length: int, text: Text) -> Html:
    """Four figures: the longest row, rows cut, rows without an answer left, trained tokens."""
    measured = measurement.measured
    rows = max(1, measured.count)
    over = len(cut.rows) + len(cut.lost)
    figures = [
        ("data.lengths_longest", f"{measured.longest:,}", ""),
        ("data.lengths_over", f"{over:,}", _percent(over / rows) if over else ""),
        ("data.lengths_gone", f"{len(cut.lost):,}", ""),
        ("data.lengths_trained", f"{measured.total_trained(max_length):,}", ""),
    ]
    return el(
        "dl",
        [
            el("div", el("dt", text(key)), el("dd", value, el("small", more) if more else None))
            for key, value, more in figures
        ],
        cls="figures lw-figures",
    )


def _percent(share: float) -> str:
    """0.4 % must not read as 0 %."""
    return f" ({100 * share:.1f} %)" if share < 0.1 else f" ({100 * share:.0f} %)"


def _ways(cut: Cut, findings: Findings, text: Text) -> Html | None:
    """To the rows that are cut, and to those that lose their answer."""
    links = []
    for code, rows, key, one in (
        ("tokens.cut", cut.rows, "data.lengths_show_cut", "data.lengths_show_cut_one"),
        ("tokens.answer_lost", cut.lost, "data.lengths_show_lost", "data.lengths_show_lost_one"),
    ):
        found = next((one for one in findings.all if one.finding.code == code), None)
        if rows and found is not None:
            links.append(
                el(
                    "button",
                    text(key if len(rows) > 1 else one, n=f"{len(rows):,}"),
                    cls="lw-link",
                    type="button",
                    data_do="only",
                    data_id=found.id,
                    data_to="#data-table-panel",
                )  # fmt: skip
            )
    return el("p", links, cls="lw-token-ways") if links else None


def _suggestion(measurement: Measurement, max_length: int, chosen: int | None, model: str, text: Text) -> Html:
    """A maximum length with its reason, and a button where it differs from the one in force."""
    length, why, facts = measurement.suggested
    said = {name: f"{value:,}" if isinstance(value, int) else value for name, value in facts.items()}
    reason = text(REASONS[why], length=f"{length:,}", model=model, **said)
    if length == max_length:
        key = "data.suggest_automatic" if chosen is None else "data.suggest_same"
        return el("p", text(key, length=f"{length:,}"), " ", reason, cls="lw-suggest")
    use = el(
        "button", text("data.suggest_use", length=f"{length:,}"), cls="lw-button", type="button",
        data_do="length", data_id=str(length),
    )  # fmt: skip
    now = text("data.suggest_now", n=f"{max_length:,}", length=f"{length:,}")
    return el("div", el("p", now, " ", reason), use, cls="lw-suggest")
