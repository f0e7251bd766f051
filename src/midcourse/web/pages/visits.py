"""Visits: what was done and is planned (by week), recording one on a phone, and who visited which school.

Nobody but its observer sees what was marked in a visit; everyone else sees counts here and groups on the other pages.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from midcourse.records.access import Act, may, may_anywhere
from midcourse.records.actions.hosts import planned_rooms
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.sheets import InvalidSheetError, Sheet
from midcourse.records.actions.visits import NamesInNotes, add_sheet, record_visit
from midcourse.records.models import (
    District,
    LookFor,
    Post,
    ProtocolVersion,
    School,
    Section,
    User,
    Visit,
    VisitObserver,
    Walkthrough,
)
from midcourse.vocabulary import Role, VisitStatus
from midcourse.web.rendering import show, signed_in
from midcourse.web.sheets import answer_words, answers, questions, section_label

LEADERS = (
    Role.PRINCIPAL,
    Role.COACH,
    Role.CURRICULUM_DIRECTOR,
    Role.ASSISTANT_SUPERINTENDENT,
    Role.SUPERINTENDENT,
)


@dataclass(frozen=True)
class Week:
    """How many visits each school had in one week: counts that steer the work, not figures."""

    monday: dt.date
    counts: tuple[int, ...]
    by_two: int


@dataclass(frozen=True)
class Weeks:
    """The weeks of this school year with visits, newest first, by school."""

    schools: tuple[str, ...]
    rows: tuple[Week, ...]


def school_year(day: dt.date) -> int:
    """Return the year in which the school year of a day ends; it turns on 1 July, the fiscal year of most districts."""
    return day.year + (day.month >= 7)


def visits(request: HttpRequest, district: District) -> HttpResponse:
    """List what was done by week and school, one's own visits, and what is planned."""
    user, today = signed_in(request), timezone.localdate()
    mine = Visit.objects.visible_to(user).filter(district=district, observers__observer_id=user.educator_id)
    rows = Visit.objects.visible_to(user).filter(district=district, school_year=school_year(today))
    return show(
        request,
        "web/visits/visits.html",
        {
            "weeks": _weeks(rows.done()),
            "mine": mine.done().select_related("school")[:12] if user.educator_id else (),
            "planned": [(r.visit, section_label(r.section)) for r in planned_rooms(user)],
            "walkthroughs": _walkthroughs(rows, user, district, today),
            "may_record": may_anywhere(user, Act.RECORD_VISIT, district_id=district.pk),
            "may_plan": may_anywhere(user, Act.PLAN_VISITS, district_id=district.pk),
            "may_import": may(user, Act.IMPORT_FILES, district_id=district.pk),
        },
        district=district,
    )


def _weeks(rows: QuerySet[Visit]) -> Weeks:
    ids = rows.order_by().values_list("pk", flat=True)
    found = (
        Visit.objects.filter(pk__in=ids)
        .order_by()
        .annotate(sheets=Count("observers"))
        .values_list("visited_on", "school__name", "sheets")
    )
    total: Counter[tuple[dt.date, str]] = Counter()
    paired: Counter[dt.date] = Counter()
    for day, school, sheets in found:
        monday = day - dt.timedelta(days=day.weekday())
        total[monday, school] += 1
        paired[monday] += sheets > 1
    schools = tuple(sorted({school for _monday, school in total}))
    mondays = sorted({monday for monday, _school in total}, reverse=True)
    return Weeks(schools, tuple(Week(m, tuple(total[m, s] for s in schools), paired[m]) for m in mondays))


def _walkthroughs(
    rows: QuerySet[Visit], user: User, district: District, today: dt.date
) -> list[tuple[Walkthrough, int, int]]:
    """Count what counts for each walkthrough that runs: visits on its look-fors since it began, planned or not."""
    running = Walkthrough.objects.visible_to(user).filter(district=district, begins_on__lte=today, ends_on__gte=today)
    counted = []
    for walkthrough in running:
        within = rows.filter(visited_on__range=(walkthrough.begins_on, walkthrough.ends_on))
        mine = within.filter(version__protocol__versions=walkthrough.version_id).order_by()
        states = Counter(mine.values_list("status", flat=True))
        counted.append((walkthrough, states[VisitStatus.DONE], states[VisitStatus.PLANNED]))
    return counted


def record_here(request: HttpRequest) -> HttpResponse:
    """Lead a phone's short address to the form of the user's own district."""
    user = signed_in(request)
    district = District.objects.visible_to(user).filter(pk__in=[d for d, _s in user.standing.roles]).first()
    if district is None or not may_anywhere(user, Act.RECORD_VISIT, district_id=district.pk):
        raise Http404
    return redirect("record-visit", district=district.slug)


class VisitForm(forms.Form):
    """Where and when, and the note; the look-fors are read beside it."""

    visit_id = forms.UUIDField(widget=forms.HiddenInput)
    section = forms.ModelChoiceField(
        queryset=Section.objects.none(),
        label=gettext_lazy("Class or room"),
        empty_label=gettext_lazy("Choose a class"),
    )
    visited_on = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=gettext_lazy("What did you see and hear?"),
        help_text=gettext_lazy("Facts, no judgement and no names: “4 of 6 groups explained their method.”"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4000,
    )
    accept_names = forms.BooleanField(required=False, label=gettext_lazy("No name is meant: save the note as it is"))

    def __init__(self, *args: object, sections: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["section"].queryset = sections  # type: ignore[attr-defined]
        self.fields["section"].label_from_instance = section_label  # type: ignore[attr-defined]

    def clean_visited_on(self) -> dt.date:
        """Refuse a day that has not come, or that is too long ago to be remembered."""
        day: dt.date = self.cleaned_data["visited_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        if day < timezone.localdate() - dt.timedelta(days=60):
            raise forms.ValidationError(_("This is more than 60 days ago; bring older visits in as a file."))
        return day


def record(request: HttpRequest, district: District) -> HttpResponse:
    """Draw the form of a visit and store what comes back, once.

    The visit's id stands in the address: going back and pressing again sends the same id, and a visit that was stored
    is shown instead of its form. A planned visit is recorded under its own id.
    """
    user = signed_in(request)
    if user.educator is None:
        raise Http404
    visit_id = _id_in(request)
    if visit_id is None:
        query = request.GET.copy()
        query["visit"] = str(uuid.uuid4())
        return redirect(f"{request.path}?{query.urlencode()}")
    mine = Visit.objects.visible_to(user).filter(pk=visit_id, observers__observer_id=user.educator_id).first()
    if mine is not None and mine.status == VisitStatus.DONE and request.method != "POST":
        return redirect("visit", own_visit=mine.pk)
    planned = mine if mine is not None and mine.status == VisitStatus.PLANNED else None
    school = planned.school if planned else _chosen_school(request, user, district)
    version = planned.version if planned else _chosen_version(request, user, district)
    choices = {"schools": _schools(user, district), "versions": _versions(user, district)}
    if school is None or version is None:
        return show(
            request,
            "web/visits/choose.html",
            {**choices, "school": school, "version": version, "visit_id": visit_id},
            district=district,
        )
    look_fors = list(LookFor.objects.visible_to(user).filter(version=version))
    sent = request.POST if request.method == "POST" else None
    room = _planned_section(planned, user)
    form = VisitForm(
        sent,
        initial={
            "visit_id": visit_id,
            "visited_on": min(planned.visited_on, timezone.localdate()) if planned else timezone.localdate(),
            "section": room.pk if room else None,
        },
        sections=_sections(user, school, room),
    )
    errors: dict[str, str] = {}
    names: tuple[str, ...] = ()
    if sent is not None and form.is_valid():
        try:
            visit = _store(form, version, look_fors, planned, request)
        except InvalidSheetError as refused:
            errors = {p.look_for: f"{p.sentence} {p.remedy}" for p in refused.problems}
            form.add_error(None, _("Some answers do not fit. They are marked below."))
        except NamesInNotes as refused:
            names = refused.names
            form.add_error("note", str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        except PermissionDenied:
            raise Http404 from None
        else:
            return redirect("visit", own_visit=visit.pk)
    return show(
        request,
        "web/visits/record.html",
        {
            **choices,
            "form": form,
            "school": school,
            "version": version,
            "questions": questions(look_fors, sent, errors),
            "names": names,
        },
        district=district,
        status=422 if form.errors else 200,
    )


def _id_in(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("visit", ""))
    except ValueError:
        return None


def _planned_section(planned: Visit | None, user: User) -> Section | None:
    """Return the class to which a planned visit leads its observer."""
    if planned is None:
        return None
    return next((r.section for r in planned_rooms(user) if r.visit.pk == planned.pk), None)


def _sections(user: User, school: School, room: Section | None) -> QuerySet[Section]:
    rows = Section.objects.visible_to(user).filter(school=school, active=True)
    if room is not None:  # a plan may lead to a school whose classes are otherwise not one's own to see
        rows = Section.objects.filter(pk__in=[room.pk, *rows.order_by().values_list("pk", flat=True)])
    return rows.prefetch_related("assignments__educator").order_by("room", "title")


def _store(
    form: VisitForm, version: ProtocolVersion, look_fors: list[LookFor], planned: Visit | None, request: HttpRequest
) -> Visit:
    given, user = form.cleaned_data, signed_in(request)
    assert user.educator is not None
    own = Sheet(user.educator, answers(look_fors, request.POST), given["note"], (get_language() or "en")[:2])
    recorded = record_visit(
        visit_id=given["visit_id"],
        version=version,
        visited_on=given["visited_on"],
        sheets=[own],
        section=given["section"],
        walkthrough=planned.walkthrough if planned else None,
        accept_names=given["accept_names"],
        by=user,
    )
    again = _("Saved. It had already arrived; nothing is doubled.")
    messages.success(request, _("Saved.") if recorded.created else again)
    return recorded.visit


def _schools(user: User, district: District) -> list[School]:
    schools = School.objects.visible_to(user).filter(district=district, active=True)
    return [s for s in schools if may(user, Act.RECORD_VISIT, district_id=district.pk, school_id=s.pk)]


def _versions(user: User, district: District) -> list[ProtocolVersion]:
    rows = ProtocolVersion.objects.visible_to(user).filter(
        district=district, published_at__isnull=False, protocol__retired_on=None
    )
    newest = {row.protocol_id: row for row in rows.select_related("protocol").order_by("published_at")}
    return list(newest.values())


def _chosen_school(request: HttpRequest, user: User, district: District) -> School | None:
    schools = _schools(user, district)
    wanted = request.GET.get("school")
    if wanted:
        return next((s for s in schools if str(s.pk) == wanted), None)
    return schools[0] if len(schools) == 1 else None


def _chosen_version(request: HttpRequest, user: User, district: District) -> ProtocolVersion | None:
    versions = _versions(user, district)
    wanted = request.GET.get("protocol")
    if wanted:
        return next((v for v in versions if str(v.pk) == wanted), None)
    return versions[0] if len(versions) == 1 else None


def visit(request: HttpRequest, own_visit: Visit) -> HttpResponse:
    """Show one's own sheet of a visit, nobody else's; and the address at which a co-observer adds theirs."""
    user = signed_in(request)
    sheet = VisitObserver.objects.visible_to(user).filter(visit=own_visit, observer_id=user.educator_id).first()
    if sheet is None:
        raise Http404
    items = sheet.items.select_related("look_for").order_by("look_for__order")
    done = own_visit.status == VisitStatus.DONE
    return show(
        request,
        "web/visits/visit.html",
        {
            "visit": own_visit,
            "school": own_visit.school,
            "lines": [(i.look_for, answer_words(i.look_for, i.value, i.scanned, i.missing)) for i in items],
            "notes": sheet.notes.all(),
            "observers": own_visit.observers.count(),
            "done": done,
            "shared": request.build_absolute_uri(reverse("sheet", kwargs={"visit": own_visit.pk})) if done else "",
        },
        district=own_visit.district,
    )


def sheet(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Let a co-observer add their own sheet to a visit."""
    user = signed_in(request)
    look_fors = list(LookFor.objects.visible_to(user).filter(version=visit.version))
    sent = request.POST if request.method == "POST" else None
    errors: dict[str, str] = {}
    names: tuple[str, ...] = ()
    problem = ""
    if sent is not None and user.educator is not None:
        own = Sheet(user.educator, answers(look_fors, sent), sent.get("note", "")[:4000], (get_language() or "en")[:2])
        try:
            add_sheet(visit=visit, sheet=own, accept_names=bool(sent.get("accept_names")), by=user)
        except InvalidSheetError as refused:
            errors = {p.look_for: f"{p.sentence} {p.remedy}" for p in refused.problems}
            problem = _("Some answers do not fit. They are marked below.")
        except NamesInNotes as refused:
            names, problem = refused.names, str(refused)
        except Refused as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("visit", own_visit=visit.pk)
    return show(
        request,
        "web/visits/sheet.html",
        {
            "visit": visit,
            "questions": questions(look_fors, sent, errors),
            "note": sent.get("note", "") if sent else "",
            "names": names,
            "problem": problem,
        },
        district=visit.district,
        status=422 if problem else 200,
    )


def coverage(request: HttpRequest, district: District) -> HttpResponse:
    """Show which leader visited which school this school year: who is missing where, not who does more."""
    user, today = signed_in(request), timezone.localdate()
    schools = list(School.objects.visible_to(user).filter(district=district, active=True).order_by("name"))
    posts = Post.objects.visible_to(user).on(today).filter(district=district, role__in=LEADERS)
    leaders = {p.educator_id: p.educator for p in posts.select_related("educator")}
    made: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter(
        VisitObserver.objects.visible_to(user)
        .filter(
            district=district,
            observer_id__in=leaders,
            visit__status=VisitStatus.DONE,
            visit__school_year=school_year(today),
            visit__school__in=schools,
        )
        .values_list("observer_id", "visit__school_id")
    )
    ordered = sorted(leaders.values(), key=lambda e: (e.family_name, e.given_name))
    rows = [(leader, [made[leader.pk, s.pk] for s in schools]) for leader in ordered]
    empty = sum(not n for _leader, row in rows for n in row)
    return show(
        request,
        "web/visits/coverage.html",
        {
            "schools": schools,
            "rows": rows,
            "sentence": ngettext(
                "%(n)s pair of leader and school without a visit this school year.",
                "%(n)s pairs of leader and school without a visit this school year.",
                empty,
            )
            % {"n": empty},
        },
        district=district,
    )
