"""Charts for a page: one line against the epoch, drawn for a light and for a dark page."""

from autodiff import say
from nets.pages.fonts import new_figure, written
from nets.pages.page import Markup, address, element, picture

INK = {
    "light": ("#1a1f29", "#0060a0", "#b03f00", "#d5dae2"),
    "dark": ("#e9edf4", "#74c0f4", "#f59a63", "#2c3441"),
}


def chart(x: list[int], y: list[float], what: str, colour: int, told: str) -> Markup:
    """Return the line as a figure; `told` says in words where it leads."""
    light, dark = (_plot(x, y, what, theme, colour) for theme in ("light", "dark"))
    source = Markup(
        f'<source media="(prefers-color-scheme: dark)" srcset="{address(dark, "svg+xml")}">'
    )
    shown = picture(light, "svg+xml", say("plot.alt", what=what, n=len(x), told=told))
    return element("figure", element("picture", source, shown))


def _plot(x: list[int], y: list[float], what: str, theme: str, colour: int) -> bytes:
    """Return one line against the epoch as SVG without a background."""
    ink, rule = INK[theme][0], INK[theme][3]
    figure = new_figure(5.4, 3.3)
    axes = figure.add_subplot()
    axes.plot(x, y, "o-", color=INK[theme][colour], ms=4 if len(x) < 60 else 0, lw=2)
    axes.set_title(what, color=ink, loc="left", fontsize=11)
    axes.set_xlabel(say("plot.epoch"), color=ink)
    axes.tick_params(colors=ink)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(color=rule, lw=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(ink)
    return written(figure, format="svg", transparent=True, metadata={"Date": None})
