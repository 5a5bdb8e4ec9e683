"""Tables of jobs: who works. The jobs themselves are django_tasks_db's rows."""

from __future__ import annotations

from django.db import models


class Worker(models.Model):
    """A process that does jobs, and when it last said that it lives."""

    name = models.CharField(max_length=64, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
