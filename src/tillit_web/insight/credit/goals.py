"""Team goals: one sentence for a quarter or longer, for the company, a function or a place; never for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tillit.credit.cells import TOGETHER, shown_names
from tillit.vocabulary import Function, Role
from tillit_web.insight import actions, queries
from tillit_web.insight.credit.frame import CreditAsked, asked, show, show_empty
from tillit_web.insight.credit.words import touch_label
from tillit_web.insight.models import TeamGoal
from tillit_web.people.access import TeamRequest, access
from tillit_web.ui.templatetags.tillit import local_day

QUARTER_MONTHS = 3
REMIND_AFTER_DAYS = 30  # never more often
WRITERS = (Role.OWNER, Role.ANALYST)
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class ShownGoal:
    """A goal as everybody sees it; `reminds` once a month at most, until somebody says that it was talked about."""

    goal: TeamGoal
    whose: str
    is_over: bool
    reminds: bool


def shown_goals(today: date) -> tuple[ShownGoal, ...]:
    """Goals that run or have just ended, the one that ends next first."""
    return tuple(
        ShownGoal(
            goal,
            whose_label(goal.whose),
            goal.to_on < today,
            goal.from_on <= today <= goal.to_on
            and (today - timezone.localdate(goal.talked_at or goal.written_at)).days >= REMIND_AFTER_DAYS,
        )
        for goal in queries.team_goals(today)
    )


def whose_label(whose: str) -> str:
    """Whom a goal is for, as people say it."""
    kind, _sep, name = whose.partition(":")
    return touch_label(kind, name) if name else _("The whole company")


def least_end(from_on: date) -> date:
    """The first day on which a goal that begins on `from_on` may end: a quarter later."""
    months = from_on.month - 1 + QUARTER_MONTHS
    first = date(from_on.year + months // 12, months % 12 + 1, 1)
    # From 30 November a quarter is over at the end of February, whatever its length.
    last_of_month = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(from_on.day, last_of_month.day)) - timedelta(days=1)


class GoalForm(forms.Form):
    """One sentence, whom it is for, and from when to when."""

    words = forms.CharField(
        label=gettext_lazy("The goal, in one sentence"),
        max_length=200,
        help_text=gettext_lazy(
            "What you do together if it goes well belongs in it: if nine of ten promises are kept this "
            "autumn, we close for a day and go to the sea."
        ),
    )
    whose = forms.ChoiceField(label=gettext_lazy("Whose goal"))
    from_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("At least a quarter later: a shorter goal becomes a race."),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)  # noqa: S101 - declared above
        whose.choices = choices

    def clean(self) -> dict[str, Any]:
        """The same, if the period is long enough."""
        sent: dict[str, Any] = super().clean() or {}
        from_on, to_on = sent.get("from_on"), sent.get("to_on")
        if from_on and to_on and to_on < least_end(from_on):
            self.add_error(
                "to_on",
                ValidationError(
                    _("A goal runs for at least a quarter. From %(from)s, choose %(to)s or later.")
                    % {"from": local_day(from_on), "to": local_day(least_end(from_on))}
                ),
            )
        return sent


@access(*WRITERS)
@require_http_methods(["GET", "POST"])
def write_goal(request: TeamRequest) -> HttpResponse:
    """The form of a new goal."""
    question = asked(request)
    if question is None:
        return show_empty(
            request,
            "insight:credit",
            _("Here your team will write its goal, in one sentence."),
            _("For a quarter or longer, for a team or for all."),
        )
    form = GoalForm(request.POST or None, choices=_whose_choices(question))
    if form.is_valid():
        sent = form.cleaned_data
        actions.write_team_goal(
            sent["words"], sent["whose"], from_on=sent["from_on"], to_on=sent["to_on"], by=request.user
        )
        messages.success(request, _("The goal stands on Who contributed, for everybody to see."))
        return redirect("insight:credit")
    return show(question, "insight/credit/goal.html", "insight:credit", {"form": form})


@access(*WRITERS)
@require_POST
def talked_about(request: TeamRequest, goal: int) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """The team has talked about it: no reminder for a month."""
    actions.talked_about_goal(get_object_or_404(TeamGoal, pk=goal), at=timezone.now())
    return redirect("insight:credit")


@access(*WRITERS)
@require_POST
def end_goal(request: TeamRequest, goal: int) -> HttpResponse:
    """Take a goal down, or put it back."""
    found = get_object_or_404(TeamGoal, pk=goal)
    back = "back" in request.POST
    actions.end_team_goal(found, at=None if back else timezone.now())
    if back:
        messages.success(request, _("The goal stands again."))
    else:
        messages.success(request, _("The goal is taken down. It is kept under “Earlier goals”."))
    return redirect("insight:credit")


def _whose_choices(question: CreditAsked) -> list[tuple[str, str]]:
    """The company, and functions and places that stand alone: nobody's goal is about fewer than five."""
    choices = [(COMPANY, _("The whole company"))]
    for kind, names in (("function", question.view.names.function), ("place", question.view.names.place)):
        shown = shown_names(kind, [name for name in names if name and name != Function.UNKNOWN], question.headcounts)
        choices += [
            (f"{kind}:{name}", touch_label(kind, name))
            for name, as_what in sorted(shown.items())
            if as_what != TOGETHER
        ]
    return choices
