"""How numbers, verdicts and dates are written on pages: no more digits than the interval supports."""

from django import template

register = template.Library()
