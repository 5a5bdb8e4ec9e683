"""Jobs of readiness. Each may be killed anywhere and run again."""

from __future__ import annotations

from django_tasks import task

from tillit_web.readiness import actions


@task()
def judge() -> None:
    """Judge every want within every horizon again, if a day has passed."""
    actions.judge_all()


@task()
def judge_now() -> None:
    """Judge them all on the current build, because somebody asked."""
    actions.judge_all(at_once=True)
