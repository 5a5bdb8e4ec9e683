"""A customer's conversations, for erasure and for knowing that there is somebody."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from tillit_web.desk.handing import subject_in
from tillit_web.desk.models import Conversation


def conversations_about(subjects: Collection[bytes]) -> QuerySet[Conversation]:
    """Conversations under an e-mail or a phone number of theirs, whoever typed it."""
    wanted = frozenset(subjects)
    numbers = Conversation.objects.exclude(phone="").exclude(email="").values_list("pk", "phone")
    by_number = [pk for pk, phone in numbers if subject_in("", phone) in wanted]
    return Conversation.objects.filter(Q(subject__in=list(wanted)) | Q(pk__in=by_number))
