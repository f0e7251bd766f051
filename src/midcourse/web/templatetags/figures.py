"""How numbers, verdicts and dates are written on pages: words first, and no more digits than the interval supports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from midcourse.indicators import Indicator, IndicatorValue, Words
from midcourse.vocabulary import Verdict
from midcourse.web import wording

register = template.Library()

SHAPES: Mapping[Verdict, str] = {
    Verdict.IMPROVING: "▲",
    Verdict.NO_CHANGE: "■",
    Verdict.WORSENING: "▼",
    Verdict.TOO_FEW: "○",
    Verdict.NOT_DUE: "◷",
}


@register.simple_tag
def verdict_mark(verdict: Verdict) -> SafeString:
    """Write a verdict: shape and word; its colour comes from the class."""
    return format_html(
        '<span class="verdict {}"><span class="shape" aria-hidden="true">{}</span> {}</span>',
        verdict.name.lower().replace("_", "-"),
        SHAPES[verdict],
        wording.verdict_word(verdict),
    )


@register.simple_tag
def value_words(value: IndicatorValue, indicator: Indicator) -> str:
    """Write a value with its interval and what it rests on, or why it is not shown."""
    return wording.value_sentence(value, indicator)


@register.filter
def in_language(texts: Mapping[str, str] | Words | None) -> str:
    """Pick the reader's language from a text that carries its languages; any language rather than none."""
    if not texts:
        return ""
    language = (get_language() or "en")[:2]
    if isinstance(texts, Words):
        return texts.in_language(language)
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


@register.filter
def foreign_language(texts: Mapping[str, str] | None) -> str:
    """Return the language of a stored text when it is not the reader's, for its `lang` attribute; else nothing."""
    language = (get_language() or "en")[:2]
    if not texts or texts.get(language):
        return ""
    return "en" if texts.get("en") else next(iter(texts))


@register.filter
def week(day: date | None) -> str:
    """Write the week in which a day lies: the finest a page shows of a visit (privacy 2.3)."""
    if day is None:
        return ""
    return _("week of %(day)s") % {"day": long_day(day - timedelta(days=day.weekday()))}


@register.filter
def long_day(day: date | None) -> str:
    """Write a date in the reader's language."""
    return date_format(day, "DATE_FORMAT") if day else ""


@register.filter
def word(code: Any) -> str:
    """Translate one of the fixed words of the vocabulary (a role, a subject, a status)."""
    return wording.vocabulary_word(code)


@register.filter
def drawing(svg: str) -> SafeString:
    """Let a figure drawn by `reports.figures` through; that room escapes every word it is given."""
    return mark_safe(svg)  # noqa: S308


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Look a key up in a mapping."""
    return mapping.get(key)
