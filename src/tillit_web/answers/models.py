"""The library: who answers, what they answered, how we compare, and what customers asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tillit_web.languages import LANGUAGES

LIMIT = 90  # of 100 answers the machine gives, how many should be right
REVIEW_DAYS = 180


class Expert(models.Model):
    """A colleague whose name stands on answers. Nobody is shown to the public before they have agreed."""

    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(_("Name"), max_length=120)
    title = models.CharField(
        _("What they do"), max_length=120, help_text=_("As customers would say it: sells roofs since 2009")
    )
    about = models.TextField(_("What they know"), blank=True, max_length=2000)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class LibraryAnswer(models.Model):
    """One answer. Customers see it while it is published and its expert has agreed to be named."""

    slug = models.SlugField(unique=True, max_length=120)
    language = models.CharField(_("Language"), max_length=2, choices=LANGUAGES)
    question = models.CharField(_("The question"), max_length=300)
    variants = models.TextField(
        _("Other ways customers ask it"),
        blank=True,
        max_length=4000,
        help_text=_("One a line, in their own words. The more there are, the surer the machine finds it."),
    )
    text = models.TextField(
        _("The answer"), max_length=12000, help_text=_("Markdown: **bold**, - lists, [links](https://…)")
    )
    evidence = models.TextField(
        _("How we know"),
        blank=True,
        max_length=2000,
        help_text=_("A test, a manual, a law, our own experience of how many cases"),
    )
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="answers", verbose_name=_("Who answers"))
    checked_on = models.DateField()
    review_days = models.PositiveIntegerField(
        _("Look at it again after, days"),
        default=REVIEW_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(1095)],
    )
    is_published = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["question", "pk"]

    def __str__(self) -> str:
        return self.question

    @property
    def questions(self) -> tuple[str, ...]:
        """The heading and the other ways to ask, without empty lines and repetitions."""
        lines = (self.question, *self.variants.splitlines())
        return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))

    @property
    def holds_until(self) -> date:
        """The last day on which the machine may give it."""
        return self.checked_on + timedelta(days=self.review_days)


class Comparison(models.Model):
    """How we compare with somebody else, where they are better too."""

    slug = models.SlugField(unique=True, max_length=120)
    language = models.CharField(_("Language"), max_length=2, choices=LANGUAGES)
    title = models.CharField(_("What is compared"), max_length=200)
    them = models.CharField(_("With whom"), max_length=120)
    expert = models.ForeignKey(
        Expert, on_delete=models.PROTECT, related_name="comparisons", verbose_name=_("Who answers for it")
    )
    holds_days = models.PositiveIntegerField(
        _("A point holds for, days"), default=REVIEW_DAYS, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    is_published = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["title", "pk"]

    def __str__(self) -> str:
        return self.title


class ComparisonPoint(models.Model):
    """One point, with a source that a reader can check."""

    class Better(models.TextChoices):
        US = "us", _("We are better")
        THEM = "them", _("They are better")
        EVEN = "even", _("No difference")

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="points")
    text = models.CharField(_("The point"), max_length=300)
    better = models.CharField(_("Who is better"), max_length=4, choices=Better.choices)
    source = models.CharField(_("Source"), max_length=300, blank=True)
    seen_on = models.DateField(_("Seen on"))

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text


class AskedQuestion(models.Model):
    """What a customer asked, without who it was: numbers and addresses of people are taken out before it is kept."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered by the machine")
        SHOWN = "shown", _("shown what may be near")
        NOTHING = "nothing", _("nothing found")

    language = models.CharField(max_length=2, choices=LANGUAGES)
    text = models.CharField(max_length=300)
    asked_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    best = models.ForeignKey(LibraryAnswer, null=True, on_delete=models.SET_NULL, related_name="+")
    chance = models.FloatField(null=True)
    helped = models.BooleanField(null=True)
    # What a colleague said: this answer is right for it, or (judged, no answer) none of the library is.
    judged_at = models.DateTimeField(null=True)
    right = models.ForeignKey(LibraryAnswer, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.text


class AnswerRules(models.Model):
    """What the company chose; a single row with id 1."""

    limit = models.PositiveSmallIntegerField(default=LIMIT, validators=[MinValueValidator(50), MaxValueValidator(99)])
    synonyms = models.TextField(blank=True, max_length=20000)
    reach = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_answer_rules")]

    def __str__(self) -> str:
        return f"{self.limit} of 100"
