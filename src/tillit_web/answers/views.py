"""The team's pages: the library, who answers, what nobody answered, comparisons, and how sure the machine is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tillit.vocabulary import Role
from tillit_web.answers import actions, queries
from tillit_web.answers.forms import AnswerForm, ComparisonForm, ExpertForm, PointForms, RulesForm
from tillit_web.answers.models import AskedQuestion, Comparison, Expert, LibraryAnswer
from tillit_web.answers.pictures import coverage_picture
from tillit_web.answers.written import as_html
from tillit_web.languages import LANGUAGES
from tillit_web.people.access import TeamRequest, access
from tillit_web.people.queries import company
from tillit_web.ui.slugs import free_slug

MOST_PREFILLED = 8


@access(*Role)
@require_GET
def library(request: TeamRequest) -> HttpResponse:
    """Every answer, those to look at again first."""
    today = timezone.localdate()
    rows = queries.team_answers()
    shown = {
        "rows": [(row, today > row.holds_until) for row in rows],
        "experts": len({row.expert_id for row in rows}),
        "stale": queries.count_stale(today),
        "has_experts": Expert.objects.exists(),
    }
    return _page(request, "answers/library.html", shown)


@access(*Role)
@require_http_methods(["GET", "POST"])
def write(request: TeamRequest, answer: int | None = None) -> HttpResponse:
    """Write an answer, or change one. Whoever changes it says that it is right today."""
    if not Expert.objects.exists():
        messages.info(request, _("Say first who answers: customers see a name on every answer."))
        return redirect("answers:new_expert")
    row = get_object_or_404(LibraryAnswer, pk=answer) if answer else None
    asked = _asked(request)
    form = AnswerForm(request.POST or None, instance=row, initial=_prefilled(asked, request))
    if form.is_valid():
        made = form.save(commit=False)
        if "show" in request.POST:
            return _page(
                request, "answers/write.html", {"form": form, "row": row, "asked": asked, "preview": as_html(made.text)}
            )
        made.slug = made.slug or free_slug(LibraryAnswer, made.question)
        made.checked_on = timezone.localdate()
        made.save()
        actions.questions_became(made, asked, at=timezone.now())
        messages.success(request, _("The answer is kept. Customers see it when you show it to them."))
        return redirect("answers:library")
    return _page(request, "answers/write.html", {"form": form, "row": row, "asked": asked})


@access(*Role)
@require_POST
def still_right(request: TeamRequest, answer: int) -> HttpResponse:
    """The answer holds from today on."""
    row = get_object_or_404(LibraryAnswer, pk=answer)
    actions.still_right(row, on=timezone.localdate())
    messages.success(request, _("It holds until %(day)s.") % {"day": row.holds_until.isoformat()})
    return redirect("answers:library")


@access(*Role)
@require_POST
def publish(request: TeamRequest, answer: int) -> HttpResponse:
    """Show an answer to customers, or no longer."""
    actions.publish(get_object_or_404(LibraryAnswer, pk=answer), shown=request.POST.get("shown") == "yes")
    return redirect("answers:library")


@access(*Role)
@require_GET
def experts(request: TeamRequest) -> HttpResponse:
    """Who answers."""
    return _page(request, "answers/experts.html", {"experts": queries.experts()})


@access(*Role)
@require_http_methods(["GET", "POST"])
def expert(request: TeamRequest, expert: int | None = None) -> HttpResponse:
    """Name a colleague, or change what is said of them."""
    row = get_object_or_404(Expert, pk=expert) if expert else None
    form = ExpertForm(request.POST or None, instance=row)
    if form.is_valid():
        made = form.save(commit=False)
        made.slug = made.slug or free_slug(Expert, made.name)
        made.save()
        return redirect("answers:experts")
    return _page(request, "answers/expert.html", {"form": form, "row": row})


@access(*Role)
@require_POST
def agree(request: TeamRequest, expert: int) -> HttpResponse:
    """The colleague says yes to being named, or no longer."""
    row = get_object_or_404(Expert, pk=expert)
    actions.agree(row, at=timezone.now() if request.POST.get("agreed") == "yes" else None)
    return redirect("answers:experts")


@access(*Role)
@require_GET
def unanswered(request: TeamRequest) -> HttpResponse:
    """What customers asked and nobody has answered, the same together."""
    by_value = request.GET.get("by") == "value"
    groups = queries.unanswered(by_value=by_value)
    shown = {
        "groups": groups,
        "answers": queries.team_answers(),
        "by_value": by_value,
        "has_worth": any(group.worth for group in groups),
        "currency": company().currency,
    }
    return _page(request, "answers/unanswered.html", shown)


@access(*Role)
@require_POST
def judge(request: TeamRequest, question: int) -> HttpResponse:
    """Say which answer was right for a question, that none was, or take that back."""
    row = get_object_or_404(AskedQuestion, pk=question)
    said = request.POST.get("right", "")
    if said == "back":
        actions.judge(row, None, at=None)
    else:
        right = get_object_or_404(LibraryAnswer, pk=int(said)) if said.isdecimal() else None
        actions.judge(row, right, at=timezone.now())
    return redirect("answers:unanswered")


@access(*Role)
@require_http_methods(["GET", "POST"])
def sure(request: TeamRequest) -> HttpResponse:
    """How sure the machine is, how often it is right then, and from where on it may answer."""
    kept = queries.rules()
    form = RulesForm(request.POST or None, instance=kept)
    if form.is_valid():
        form.save()
        messages.success(request, _("Kept. It holds from now on."))
        return redirect("answers:sure")
    today = timezone.localdate()
    limit = queries.rules().limit
    per_language = [
        (name, found, coverage_picture(found))
        for code, name in LANGUAGES
        if (found := queries.sureness(code, today, limit)).examples
    ]
    return _page(request, "answers/sure.html", {"form": form, "limit": limit, "languages_said": per_language})


@access(*Role)
@require_GET
def comparisons(request: TeamRequest) -> HttpResponse:
    """How we compare, and what keeps a comparison from customers."""
    today = timezone.localdate()
    rows = Comparison.objects.select_related("expert").prefetch_related("points")
    return _page(request, "answers/comparisons.html", {"rows": [(row, actions.missing_in(row, today)) for row in rows]})


@access(*Role)
@require_http_methods(["GET", "POST"])
def compare(request: TeamRequest, comparison: int | None = None) -> HttpResponse:
    """Write a comparison with its points."""
    if not Expert.objects.exists():
        messages.info(request, _("Say first who answers: customers see a name on every answer."))
        return redirect("answers:new_expert")
    row = get_object_or_404(Comparison, pk=comparison) if comparison else None
    form = ComparisonForm(request.POST or None, instance=row, initial={"language": request.LANGUAGE_CODE})
    points = PointForms(request.POST or None, instance=row or Comparison())
    if request.method == "POST" and form.is_valid() and points.is_valid():
        made = form.save(commit=False)
        made.slug = made.slug or free_slug(Comparison, made.title)
        made.save()
        points.instance = made
        points.save()
        return redirect("answers:comparisons")
    return _page(request, "answers/compare.html", {"form": form, "points": points, "row": row})


@access(*Role)
@require_POST
def publish_comparison(request: TeamRequest, comparison: int) -> HttpResponse:
    """Show a comparison to customers while it is honest, or no longer."""
    row = get_object_or_404(Comparison, pk=comparison)
    row.is_published = request.POST.get("shown") == "yes"
    row.save(update_fields=["is_published", "changed_at"])
    return redirect("answers:comparisons")


def _asked(request: TeamRequest) -> list[AskedQuestion]:
    """The customers' questions that the answer is being written for."""
    ids = [int(one) for one in (request.POST or request.GET).getlist("for") if one.isdecimal()]
    return list(AskedQuestion.objects.filter(pk__in=ids[:100]))


def _prefilled(asked: list[AskedQuestion], request: TeamRequest) -> dict[str, object]:
    ids = Expert.objects.values_list("pk", flat=True)[:2]
    only = {"expert": ids[0]} if len(ids) == 1 else {}
    if not asked:
        return {"language": request.LANGUAGE_CODE or "en", **only}
    texts = list(dict.fromkeys(question.text for question in asked))
    return {"language": asked[0].language, "question": texts[0], "variants": "\n".join(texts[1:MOST_PREFILLED]), **only}


def _page(request: TeamRequest, template: str, shown: dict[str, object]) -> HttpResponse:
    return render(
        request, template, {"tab": request.resolver_match.url_name if request.resolver_match else "", **shown}
    )
