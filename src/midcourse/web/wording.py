"""Numbers and verdicts in words, in the reader's language: what a value says, why it is hidden, why a verdict stands.

Decides digits (no more than the interval supports) and nothing else; no number is computed here.
"""

from __future__ import annotations

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from midcourse.indicators import Form, Indicator, IndicatorValue
from midcourse.signals import IndicatorVerdict
from midcourse.vocabulary import Direction, Level, Verdict

NBSP = "\u00a0"
_FAR = 365  # days; a date further off would promise more than a pace can tell
_WHOLE = 1e-6  # what summing shares of a visit leaves of a whole number


def verdict_word(verdict: Verdict) -> str:
    """Return the verdict's word."""
    return {
        Verdict.IMPROVING: _("improving"),
        Verdict.NO_CHANGE: _("no change"),
        Verdict.WORSENING: _("worsening"),
        Verdict.TOO_FEW: _("too few to tell"),
        Verdict.NOT_DUE: _("not due yet"),
    }[verdict]


def small_number(n: int) -> str:
    """Write a small whole number as a word, as a person would at the start of a sentence; larger ones in digits."""
    words = (
        pgettext("number of indicators", "none"),
        pgettext("number of indicators", "one"),
        pgettext("number of indicators", "two"),
        pgettext("number of indicators", "three"),
        pgettext("number of indicators", "four"),
        pgettext("number of indicators", "five"),
        pgettext("number of indicators", "six"),
        pgettext("number of indicators", "seven"),
        pgettext("number of indicators", "eight"),
        pgettext("number of indicators", "nine"),
        pgettext("number of indicators", "ten"),
        pgettext("number of indicators", "eleven"),
        pgettext("number of indicators", "twelve"),
    )
    return words[n] if n < len(words) else number_format(n)


def capital(text: str) -> str:
    """Return a sentence with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def _decimals(width: float, most: int) -> int:
    """Return how many decimals an interval of this width supports: one digit below its half width, never more."""
    places = 0
    while places < most and width / 2 < 0.5 * 10.0**-places:
        places += 1
    return places


def _rounded(value: float, places: int) -> str:
    """Write a number in the reader's language; Django's own formatting cuts digits off and does not round."""
    return number_format(round(value, places), places)


def figure(value: float, lower: float | None, upper: float | None, metric: str) -> str:
    """Write one number of a metric with the digits that its interval supports."""
    width = (upper - lower) if lower is not None and upper is not None else 0.0
    if metric == "share":
        places = _decimals(100 * width, 1) if width else 0
        return f"{_rounded(100 * value, places)}{NBSP}%"
    if metric in ("median_days", "days"):
        return _rounded(value, _decimals(width, 1) if width else 0)
    places = max(_decimals(width, 2), 1) if width else 2
    return _rounded(value, places)


def interval(value: IndicatorValue, metric: str) -> str:
    """Write the 90 % interval, or nothing when there is none."""
    if value.lower is None or value.upper is None:
        return ""
    low = figure(value.lower, value.lower, value.upper, metric)
    high = figure(value.upper, value.lower, value.upper, metric)
    if metric == "share":
        low = low.removesuffix(f"{NBSP}%")
    return _("90 %% interval %(low)s–%(high)s") % {"low": low, "high": high}


def counted(n: float, noun: str) -> str:
    """Write a number of what an indicator counts, e.g. *38 visits*."""
    whole = round(n)
    text = number_format(whole)
    nouns = {
        "visits": ngettext("%(n)s visit", "%(n)s visits", whole),
        "classrooms": ngettext("%(n)s classroom", "%(n)s classrooms", whole),
        "teachers": ngettext("%(n)s teacher", "%(n)s teachers", whole),
        "pairs": ngettext("%(n)s pair of schools", "%(n)s pairs of schools", whole),
        "schools": ngettext("%(n)s school", "%(n)s schools", whole),
        "events": ngettext("%(n)s event", "%(n)s events", whole),
        "pupils": ngettext("%(n)s student", "%(n)s students", whole),
        "rooms": ngettext("%(n)s classroom", "%(n)s classrooms", whole),
        "observers": ngettext("%(n)s observer", "%(n)s observers", whole),
    }
    return nouns.get(noun, "%(n)s") % {"n": text}


def value_sentence(value: IndicatorValue, indicator: Indicator) -> str:
    """Return *12 of 38 visits (32 %, 90 % interval 21–44 %)*, or why it is not shown and what would lift that."""
    if value.withheld is not None or value.estimate is None:
        return withheld_sentence(value, indicator)
    metric = indicator.metric.value
    estimate = figure(value.estimate, value.lower, value.upper, metric)
    spread = interval(value, metric)
    if metric == "share" and value.numerator is not None and value.denominator is not None:
        noun = "pairs" if indicator.formula.form is Form.PAIRS else indicator.minimums.of
        whole = counted(value.denominator, noun)
        if abs(value.numerator - round(value.numerator)) > _WHOLE:
            # several sheets or look-fors share one visit's weight: no whole number of visits gives this share
            share = _("%(estimate)s of %(whole)s") % {"estimate": estimate, "whole": whole}
            return f"{share} ({spread})" if spread else share
        part = number_format(round(value.numerator))
        inside = ", ".join(text for text in (estimate, spread) if text)
        return _("%(part)s of %(whole)s (%(inside)s)") % {"part": part, "whole": whole, "inside": inside}
    if metric == "median_days":
        estimate = ngettext("%(n)s day", "%(n)s days", round(value.estimate)) % {"n": estimate}
    behind = counted(value.n, indicator.minimums.of)
    inside = ", ".join(text for text in (spread, behind) if text)
    return f"{estimate} ({inside})"


def withheld_sentence(value: IndicatorValue, indicator: Indicator) -> str:
    """Say why a value is withheld and, where anything would, what lifts it."""
    if value.reason == "not_settled":
        return _("shown two weeks after the period, so that no single visit can be told from it")
    if value.withheld == "too_few":
        if value.reason == "min_eligible":
            return _("hidden: fewer than 5 teachers could have been visited, and more visits do not change that")
        if value.reason == "one_room":
            return _("hidden: too few classrooms stand behind it; visits spread over more of them would lift it")
        noun = {"min_rooms": "visits", "min_observers": "visits"}.get(value.reason, indicator.minimums.of)
        if value.short_by > 0:
            return _("too few: %(more)s more would be enough") % {"more": counted(value.short_by, noun)}
        return _("too few to show")
    if value.withheld == "suppressed":
        return _("hidden to protect people")
    if value.withheld == "no_facts":
        return _("nothing recorded in this period")
    return _("cannot be computed for this period")


def _rubric_steps(size: float) -> str:
    if size < 0.125:
        return _("slightly")
    if size < 0.375:
        return _("about a quarter of a step")
    if size < 0.625:
        return _("about half a step")
    if size < 0.875:
        return _("about three quarters of a step")
    return _("about %(n)s steps") % {"n": _rounded(size, 1)}


def change_words(change: float, lower: float | None, upper: float | None, metric: str) -> str:
    """Say how large a change is, in the words of its metric."""
    size = abs(change)
    width = (upper - lower) if lower is not None and upper is not None else 0.0
    if metric == "rubric_points":
        return _rubric_steps(size)
    if metric == "share":
        points = _rounded(100 * size, _decimals(100 * width, 1) if width else 0)
        return _("about %(n)s percentage points") % {"n": points}
    if metric in ("days", "median_days"):
        return _("about %(n)s days") % {"n": _rounded(size, _decimals(width, 1) if width else 0)}
    return _("about %(n)s") % {"n": _rounded(size, 2)}


def verdict_sentence(verdict: IndicatorVerdict | None, direction: Direction) -> str:
    """Return the one sentence under a verdict that says why, or what would settle it and by when."""
    if verdict is None:
        return _("Nothing has been recorded for it yet.")
    if verdict.verdict is Verdict.NOT_DUE:
        if verdict.due_on is None:
            return _("It is too early for a verdict by the lag that was declared.")
        return _("A verdict is due from %(day)s by the lag that was declared.") % {"day": _day(verdict.due_on)}
    if verdict.verdict is Verdict.TOO_FEW:
        return _too_few(verdict)
    if verdict.verdict is Verdict.NO_CHANGE:
        return " ".join(part for part in (_within_noise(verdict), _adjusted(verdict), _rests_on(verdict)) if part)
    return " ".join(part for part in (_moved(verdict, direction), _adjusted(verdict), _rests_on(verdict)) if part)


def _moved(verdict: IndicatorVerdict, direction: Direction) -> str:
    better = verdict.verdict is Verdict.IMPROVING
    rose = better is not (direction is Direction.DOWN)
    if verdict.change is not None:
        rose = verdict.change >= 0
        size = change_words(verdict.change, verdict.lower, verdict.upper, verdict.metric)
        said = (_("Rose %(size)s") if rose else _("Fell %(size)s")) % {"size": size}
    else:
        said = _("Rose") if rose else _("Fell")
    if verdict.method == "periods":
        said = _("%(said)s against the same part of the first school year on record") % {"said": said}
    elif verdict.since is not None:
        said = _("%(said)s since %(month)s") % {"said": said, "month": date_format(verdict.since, "YEAR_MONTH_FORMAT")}
    if verdict.units:
        said = _("%(said)s, in %(moving)s of %(units)s schools") % {
            "said": said,
            "moving": verdict.units_moving,
            "units": verdict.units,
        }
    if verdict.metric == "rubric_points":
        said = _("%(said)s (a step is one level of the rubric)") % {"said": said}
    return said + "."


def _rests_on(verdict: IndicatorVerdict) -> str:
    """Say what a verdict from the visits rests on; a school's leans on its sister schools too."""
    if verdict.method != "visits" or not verdict.n:
        return ""
    # Not in how many classrooms: their keys change with the school year, so one room would count twice.
    basis = _("It rests on %(visits)s by %(observers)s in the last school year") % {
        "visits": counted(verdict.n, "visits"),
        "observers": counted(verdict.observers_n, "observers"),
    }
    if verdict.level is Level.SCHOOL:
        return _("%(basis)s, and on what the other schools of the district show.") % {"basis": basis}
    return basis + "."


def target_sentence(value: IndicatorValue | None, target: float | None, indicator: Indicator) -> str:
    """Say whether the latest value reaches the target, and how surely; nothing without a value or a target."""
    if value is None or target is None or value.withheld is not None or value.estimate is None:
        return ""
    down = indicator.direction is Direction.DOWN
    low = value.lower if value.lower is not None else value.estimate
    high = value.upper if value.upper is not None else value.estimate
    reached, missed = (high <= target, low > target) if down else (low >= target, high < target)
    words = {"target": figure(target, None, None, indicator.metric.value)}
    if reached:
        return _("Target %(target)s: reached.") % words
    if missed:
        return _("Target %(target)s: not reached.") % words
    return _("Target %(target)s: within the interval, so it cannot be said yet.") % words


def _within_noise(verdict: IndicatorVerdict) -> str:
    if verdict.lower is None or verdict.upper is None:
        return _("Any change is within the noise of the observations.")
    low, high = (change_limit(v, verdict.metric) for v in (verdict.lower, verdict.upper))
    if verdict.lower > 0 or verdict.upper < 0:
        return _(
            "Perhaps a change, between %(low)s and %(high)s: not sure enough to call while holding this page to about "
            "one false call in five years."
        ) % {"low": low, "high": high}
    return _("Any change is within the noise: between %(low)s and %(high)s.") % {"low": low, "high": high}


def change_limit(change: float, metric: str) -> str:
    """Write one end of a change's interval with its sign."""
    sign = "−" if change < 0 else "+"
    size = abs(change)
    if metric == "share":
        return _("%(n)s points") % {"n": _signed(sign, _rounded(100 * size, 0))}
    if metric == "rubric_points":
        return _("%(n)s of a step") % {"n": _signed(sign, _rounded(size, 1))}
    if metric in ("days", "median_days"):
        return _("%(n)s days") % {"n": _signed(sign, _rounded(size, 0))}
    return _signed(sign, _rounded(size, 2))


def _signed(sign: str, number: str) -> str:
    """Put a sign before a rounded number; nothing at all has none."""
    return f"{sign}{number}" if any(digit in number for digit in "123456789") else number


def _adjusted(verdict: IndicatorVerdict) -> str:
    parts = []
    if n := verdict.new_observers_n:
        parts.append(
            ngettext(
                "%(n)s new observer was adjusted for.",
                "%(n)s new observers were adjusted for.",
                n,
            )
            % {"n": n}
        )
    if verdict.rubric_revised:
        parts.append(_("The rubric was revised; look-fors that kept their wording link the two."))
    return " ".join(parts)


def _too_few(verdict: IndicatorVerdict) -> str:
    if not verdict.visits_needed:
        said = _("The interval is still too wide to tell; more time, or more schools, would narrow it.")
    else:
        said = ngettext(
            "About %(n)s more visit would settle it.", "About %(n)s more visits would settle it.", verdict.visits_needed
        ) % {"n": number_format(verdict.visits_needed)}
    parts = [said]
    if verdict.needs_second_observer:
        parts.append(_("Some of them must be made by two observers together."))
    if verdict.settle_on is not None and (verdict.settle_on - verdict.as_of).days > _FAR:
        parts.append(_("At the present pace that takes more than a year."))
    elif verdict.settle_on is not None:
        parts.append(_("At the present pace that is %(day)s.") % {"day": _day(verdict.settle_on)})
    return " ".join(parts)


def _day(day: object) -> str:
    return date_format(day, "DATE_FORMAT")  # type: ignore[arg-type]


def vocabulary_word(code: object) -> str:
    """Translate a fixed word of the vocabulary; a code without a translation is shown as it is."""
    return _VOCABULARY.get(str(code), lambda: str(code))()


_VOCABULARY = {
    "teacher": lambda: _("teacher"),
    "coach": lambda: _("coach"),
    "principal": lambda: _("principal"),
    "curriculum_director": lambda: _("director of curriculum"),
    "assistant_superintendent": lambda: _("assistant superintendent"),
    "superintendent": lambda: _("superintendent"),
    "data_manager": lambda: _("data manager"),
    "support_staff": lambda: _("support staff"),
    "partner": lambda: _("partner staff"),
    "evaluator": lambda: _("evaluator"),
    "board": lambda: _("board member"),
    "pending": lambda: _("role to be confirmed"),
    "ela": lambda: _("English language arts"),
    "math": lambda: _("mathematics"),
    "science": lambda: _("science"),
    "social_studies": lambda: _("social studies"),
    "arts": lambda: _("arts"),
    "physical_education": lambda: _("physical education"),
    "world_language": lambda: _("world language"),
    "other": lambda: _("other"),
    "mixed": lambda: _("mixed grades"),
    "PK-2": lambda: _("grades PK–2"),
    "3-5": lambda: _("grades 3–5"),
    "6-8": lambda: _("grades 6–8"),
    "9-12": lambda: _("grades 9–12"),
    "done": lambda: _("done"),
    "cancelled": lambda: _("cancelled"),
    "not_applicable": lambda: _("not applicable"),
    "not_looked_for": lambda: _("not looked for"),
    "not_asked": lambda: _("not asked"),
    "planned": lambda: pgettext("state of a plan", "planned"),
    "applied": lambda: pgettext("state of a plan", "applied"),
    "undone": lambda: pgettext("state of a plan", "undone"),
    "dropped": lambda: pgettext("state of a plan", "dropped"),
    "oneroster": lambda: _("OneRoster files"),
    "staff_list": lambda: _("staff list"),
    "create": lambda: pgettext("what a plan does", "add"),
    "update": lambda: pgettext("what a plan does", "change"),
    "reactivate": lambda: pgettext("what a plan does", "bring back"),
    "deactivate": lambda: pgettext("what a plan does", "set inactive"),
    "school": lambda: _("school"),
    "term": lambda: _("term"),
    "educator": lambda: _("person"),
    "post": lambda: _("post"),
    "course": lambda: _("course"),
    "section": lambda: _("section"),
    "assignment": lambda: _("teaching assignment"),
    "team": lambda: _("team"),
    "results": lambda: _("results"),
    "visits": lambda: _("visits"),
    "leader": lambda: _("change of leader"),
    "rubric": lambda: _("rubric revised"),
    "scale": lambda: _("scale changed"),
    "pause": lambda: _("pause"),
    "cycle": lambda: _("cycle of six school weeks"),
    "year": lambda: _("school year"),
    "student_count": lambda: _("student count"),
    "rekey": lambda: _("new ids"),
    "kind": lambda: _("kind"),
    "title": lambda: _("title"),
    "begins_on": lambda: _("first day"),
    "ends_on": lambda: _("last day"),
    "school_year": lambda: _("school year"),
    "schoolYear": lambda: _("school year"),
    "semester": lambda: _("semester"),
    "gradingPeriod": lambda: _("grading period"),
    "parent_id": lambda: _("part of"),
    "parent": lambda: _("part of"),
    "name": lambda: _("name"),
    "state_id": lambda: _("state code"),
    "given_name": lambda: _("given name"),
    "family_name": lambda: _("family name"),
    "email": lambda: _("e-mail"),
    "identifier": lambda: _("staff number"),
    "username": lambda: _("user name"),
    "educator_id": lambda: _("person"),
    "school_id": lambda: _("school"),
    "section_id": lambda: _("class"),
    "course_id": lambda: _("course"),
    "role": lambda: _("role"),
    "code": lambda: _("code"),
    "subject": lambda: _("subject area"),
    "grades": lambda: _("grades"),
    "grade": lambda: _("grade"),
    "grade_band": lambda: _("grade band"),
    "terms": lambda: _("terms"),
    "primary": lambda: _("main teacher"),
    "students": lambda: _("students"),
    "subgroup_kind": lambda: _("kind of group"),
    "subgroup": lambda: _("group"),
    "True": lambda: _("yes"),
    "False": lambda: _("no"),
    "rating_1_4": lambda: _("rating 1–4"),
    "yes_no": lambda: _("yes or no"),
    "count": lambda: _("count"),
    "snapshot": lambda: _("snapshot scan"),
    "A": lambda: _("causal evidence"),
    "B": lambda: _("predicts change"),
    "C": lambda: _("goes with better practice; change not shown"),
    "D": lambda: _("expert judgement only"),
}
