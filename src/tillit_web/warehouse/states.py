"""Changing an import's state, so that two who try at once cannot both succeed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from tillit.errors import StoreError
from tillit_web.warehouse.models import Import


class WrongState(StoreError):
    """The import is not where this step begins; somebody else was faster, or the page is old."""


def move(row: Import, to: Import.State, **values: Any) -> None:
    """Give an import its next state, and these values with it.

    Raises:
        WrongState: `Import.TRANSITIONS` has no such step from where it is now.
    """
    before = [state for state, following in Import.TRANSITIONS.items() if to in following]
    moved = Import.objects.filter(id=row.id, state__in=before).update(state=to, **values)
    row.refresh_from_db()
    if not moved:
        raise WrongState(
            gettext("%(file)s is now “%(state)s”; nothing was changed.")
            % {"file": row.file_name, "state": row.get_state_display()}
        )
