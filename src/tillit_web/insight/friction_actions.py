"""What the team says about friction: where journeys may end, what it promises, and when it is open."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from tillit.friction.promise_rules import PromiseRule
from tillit.journeys.opening import OpeningHours
from tillit_web.insight import friction_queries as queries
from tillit_web.insight.models import NaturalEnd, ServiceHours, ServicePromise
from tillit_web.people.models import User


def declare_natural_end(activity: str, *, by: User) -> None:
    """Say that journeys end here for a good reason. Saying it twice changes nothing."""
    NaturalEnd.objects.get_or_create(activity=activity, defaults={"declared_at": timezone.now(), "declared_by": by})


def take_back_natural_end(activity: str) -> None:
    """Compare the step again."""
    NaturalEnd.objects.filter(activity=activity).delete()


@transaction.atomic
def add_promise(rule: PromiseRule) -> None:
    """Promise it from now on; the same promise again changes nothing."""
    _own_rules()
    if rule not in queries.promises().rules:
        _keep(rule)


@transaction.atomic
def remove_promise(rule: PromiseRule) -> None:
    """Promise it no more; it can be put back."""
    _own_rules()
    for row in ServicePromise.objects.filter(removed_at=None):
        if queries.rule_of(row) == rule:
            row.removed_at = timezone.now()
            row.save()


@transaction.atomic
def put_back_promise(row_id: int) -> None:
    """Undo a removal."""
    ServicePromise.objects.filter(id=row_id).update(removed_at=None)


@transaction.atomic
def set_hours(hours: OpeningHours) -> None:
    """Be open then."""
    _own_rules()
    ServiceHours.objects.filter(id=1).update(week=hours.text(), holidays=hours.holidays)


def _own_rules() -> None:
    """From the first change on the company has its own rules; they begin as a copy of the defaults."""
    if ServiceHours.objects.exists():
        return
    defaults = queries.promises()
    ServiceHours.objects.create(id=1, week=defaults.hours.text(), holidays=defaults.hours.holidays)
    for rule in defaults.rules:
        _keep(rule)


def _keep(rule: PromiseRule) -> None:
    ServicePromise.objects.create(
        ask=rule.ask, answers=list(rule.answers), within_hours=rule.within_hours, clock=rule.clock.value
    )
