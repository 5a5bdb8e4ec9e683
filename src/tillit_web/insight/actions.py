"""What the team writes: its own picture of its customers' way, its goals, and how many people work where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tillit.credit.cells import Headcounts, write_headcounts
from tillit.vocabulary import Stage
from tillit_web.insight.models import OwnStage, OwnWay, TeamGoal
from tillit_web.people.models import User


@dataclass(frozen=True, slots=True)
class ExpectedStage:
    """What the team believes of one stage; `of_ten` None where it expects nothing."""

    stage: Stage
    name: str
    question: str
    of_ten: int | None


@transaction.atomic
def write_own_way(stages: Sequence[ExpectedStage], *, by: User, before_data: bool) -> OwnWay:
    """Keep a new picture; earlier ones stay as they were written."""
    way = OwnWay.objects.create(written_at=timezone.now(), written_by=by, before_data=before_data)
    OwnStage.objects.bulk_create(
        OwnStage(
            way=way, place=place, stage=stage.stage.value, name=stage.name, question=stage.question, of_ten=stage.of_ten
        )
        for place, stage in enumerate(stages)
    )
    return way


def write_team_goal(words: str, whose: str, *, from_on: date, to_on: date, by: User) -> TeamGoal:
    """Keep a new goal; earlier ones stay as they were written."""
    return TeamGoal.objects.create(
        words=words, whose=whose, from_on=from_on, to_on=to_on, written_at=timezone.now(), written_by=by
    )


def talked_about_goal(goal: TeamGoal, *, at: datetime) -> None:
    """Remember that the team has talked about it."""
    goal.talked_at = at
    goal.save(update_fields=["talked_at"])


def end_team_goal(goal: TeamGoal, *, at: datetime | None) -> None:
    """Take a goal down; None puts it back."""
    goal.ended_at = at
    goal.save(update_fields=["ended_at"])


def say_headcounts(headcounts: Headcounts) -> None:
    """Keep how many people work where. It lies in the data directory, so that commands keep the same rule."""
    write_headcounts(Path(settings.DATA_DIRECTORY), headcounts)
