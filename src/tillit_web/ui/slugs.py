"""Names for addresses, made of words."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Model
from django.utils.text import slugify

LONGEST = 70
_NORDIC = str.maketrans("åäöæøÅÄÖÆØ", "aaoaoAAOAO")


def free_slug(model: type[Model], words: str, *, reserved: Collection[str] = ()) -> str:
    """A name made of words that no row of a model has, nor any address beside them (`reserved`)."""
    stem = slugify(words.translate(_NORDIC))[:LONGEST].strip("-") or "x"
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True)) | set(reserved)
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)
