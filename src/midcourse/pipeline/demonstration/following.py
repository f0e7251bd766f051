"""What happens after the first refresh: two districts decide on what they read, and visits are planned.

Decides nothing about what is said: a decision quotes the verdict that was published.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from midcourse.pipeline.demonstration.network import open_days, school_years
from midcourse.pipeline.publication import Published
from midcourse.records.actions.decisions import decide
from midcourse.records.actions.visits import plan_visits
from midcourse.records.models import District, Educator, Section, User, Visit, Walkthrough
from midcourse.vocabulary import Level, Verdict

_CHECKED_AFTER = dt.timedelta(weeks=8)
_TEXTS = {
    Verdict.IMPROVING: "Keep the weekly planning time in every school; ask every school what would help.",
    Verdict.WORSENING: "Fill the post ad interim, restart the shared walkthroughs, visit each school this month.",
    Verdict.TOO_FEW: "Plan six visits a week, every third one with an observer from another school.",
}
_PLANNED = 4


def decide_on_verdicts(published: Published, *, as_of: dt.date) -> int:
    """Let the assistant superintendents decide on T2 where something is to be decided; return how many did."""
    made = 0
    for verdict in published.verdicts(level=Level.DISTRICT, indicator_ids=["T2"]):
        district = District.objects.get(pk=verdict.district_id)
        by = User.objects.filter(username=f"asst.super@{district.slug}").select_related("educator").first()
        if verdict.verdict not in _TEXTS or by is None:
            continue
        decide(
            district=district,
            indicator_id=verdict.indicator_id,
            verdict=verdict.verdict,
            snapshot_id=published.snapshot_id,
            text=_TEXTS[verdict.verdict],
            owner=by.educator,
            decided_on=as_of,
            check_on=as_of + _CHECKED_AFTER,
            by=by,
        )
        made += 1
    return made


def plan_some_visits(*, as_of: dt.date) -> tuple[Visit, ...]:
    """Plan the next visits of the coach who has a sign-in; none in the summer, nor in a network of another day."""
    coach = Educator.objects.filter(user__username__startswith="coach@").select_related("district").first()
    walkthrough = Walkthrough.objects.filter(district=coach.district).first() if coach is not None else None
    if coach is None or walkthrough is None:
        return ()
    today = timezone.localdate()
    years = school_years(as_of)
    days = [
        day
        for week in range(6)
        for day in open_days(today + dt.timedelta(weeks=week) - dt.timedelta(days=today.weekday()), years)
        if day >= today and walkthrough.begins_on <= day <= walkthrough.ends_on
    ]
    post = coach.posts.exclude(school=None).first()
    sections = Section.objects.filter(school=post.school if post else None, active=True).order_by("title")[:_PLANNED]
    return tuple(
        plan_visits(walkthrough=walkthrough, section=section, visited_on=day, observer=coach, by=None)
        for section, day in zip(sections, days, strict=False)
    )
