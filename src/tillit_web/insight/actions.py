"""What the team writes: its own picture of its customers' way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from tillit.vocabulary import Stage
from tillit_web.insight.models import OwnStage, OwnWay
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
