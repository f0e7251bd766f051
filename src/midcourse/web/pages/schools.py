"""One school: the same rows as the district's page, for those who may see that school."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from midcourse.records.access import Act, may
from midcourse.records.models import School
from midcourse.web.improvement import rows_for, sort_rows
from midcourse.web.readings import read_published
from midcourse.web.rendering import show, signed_in


def school(request: HttpRequest, school: School) -> HttpResponse:
    """Show where one school stands on each adopted indicator that describes schools."""
    user, district = signed_in(request), school.district
    found = read_published()
    readings = found[1] if found else None
    rows = rows_for(
        district, user, readings, today=timezone.localdate(), language=get_language() or "en", school=school
    )
    return show(
        request,
        "web/schools/school.html",
        {
            "school": school,
            "lists": sort_rows(rows),
            "rows": rows,
            "readings": readings,
            "may_decide": may(user, Act.DECIDE, district_id=district.pk, school_id=school.pk),
        },
        district=district,
    )
