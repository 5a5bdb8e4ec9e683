"""What a person needs to get in for the first time."""

from __future__ import annotations

from django.urls import reverse

from tillit.vocabulary import Role
from tillit_web.people import actions, queries
from tillit_web.people.models import OneTimeLink


def first_owner_path() -> str | None:
    """Path of a fresh one-time link that makes the owner's account; None once there is an owner."""
    if queries.has_owner():
        return None
    return reverse("people:welcome", args=[actions.make_link(OneTimeLink.Kind.FIRST_OWNER, Role.OWNER)])
