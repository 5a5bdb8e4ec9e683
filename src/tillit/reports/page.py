"""The report as one page that stands on its own: no script, no request, its style allowed by hash alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import partial
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tillit.journeys.calendar import zone_named
from tillit.journeys.results import StageCount
from tillit.reports import credit_words, friction_words
from tillit.reports.report import Report
from tillit.reports.size import MEDIAN_FROM, NINE_OF_TEN_FROM
from tillit.reports.wording import (
    day,
    duration,
    median_wait,
    money_range,
    nine_of_ten_wait,
    number,
    number_range,
    share,
)
from tillit.vocabulary import Stage

SHOWN_FOLLOWS = 60


def render(report: Report) -> str:
    """The report as HTML. The same report always gives the same bytes: no clock, no file name, no pseudonym."""
    css = files("tillit.reports").joinpath("templates", "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("tillit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    zone = zone_named(report.timezone)
    environment.filters |= {
        "number": number,
        "duration": duration,
        "median_wait": median_wait,
        "nine_of_ten_wait": nine_of_ten_wait,
        "day": partial(day, zone=zone),
    }
    starts = {start.activity: start.journeys for start in report.overview.starts}
    ends = {end.activity: end.journeys for end in report.overview.ends}
    return environment.get_template(
        "report.html"
    ).render(
        report=report,
        median_from=MEDIAN_FROM,
        nine_of_ten_from=NINE_OF_TEN_FROM,
        css=Markup(css),  # noqa: S704 - our own file, and its hash is in the policy
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        share=share,
        number_range=number_range,
        money_range=money_range,
        friction_words=friction_words,
        credit_words=credit_words,
        zone=zone,
        starts=starts,
        ends=ends,
        follows=report.overview.follows[:SHOWN_FOLLOWS],
        stages=tuple(Stage),
        periods=_by_period(report.stages),
    )


def _by_period(counts: Iterable[StageCount]) -> list[tuple[int, list[StageCount]]]:
    """Each period with its stages, without those before and after in which nobody was in any stage."""
    periods = [(start, list(row)) for start, row in groupby(counts, key=lambda count: count.period_start)]
    return [(start, row) for start, row in periods if any(count.persons or count.events for count in row)]
