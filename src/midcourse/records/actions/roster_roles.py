"""Which of our roles a source's role word and a job title stand for. Source: standards 7.1.

An export's "administrator" is the superintendent and the kitchen manager alike: without a title we know, a post waits
as pending until a person confirms it. A title never gives more than the place allows (no principal of a district).
"""

from __future__ import annotations

import re

from midcourse.records.models import DISTRICT_ROLES
from midcourse.vocabulary import Role

_NOT_THE_OFFICE = re.compile(
    r"\b(secretary|clerk|receptionist|(?:administrative|executive|office) assistant|assistant to|aide to|"
    r"kitchen|food|cafeteria|custod|transport|bus|facilit(?:y|ies)|maintenance|payroll|athletic)",
    re.IGNORECASE,
)
"""Titles that name an office without holding it, or an office that is not about teaching."""

TITLE_RULES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        (Role.ASSISTANT_SUPERINTENDENT, r"\b(assistant|associate|deputy|asst\.?)\s+superintendent"),
        (Role.SUPERINTENDENT, r"\bsuperintendent\b|\bsuperintendente\b"),
        (Role.PRINCIPAL, r"\bprincipal\b|\bhead of school\b|\bdirectora?\s+escolar\b"),
        (Role.DATA_MANAGER, r"\b(data|assessment|student information)\b.*\b(manager|director|coordinator|administrator)"
                            r"|\bdirector of (data|assessment|research)"),
        (Role.COACH, r"\b(instructional|literacy|reading|math(ematics)?|numeracy|science|learning|academic|curriculum|"
                     r"teacher|data|stem|technology|district|school)\s+coach|^coach$"
                     r"|\binstructional (coordinator|facilitator)"),
        (Role.CURRICULUM_DIRECTOR, r"\b(curriculum|instruction|teaching and learning|academics|academic officer)\b"),
    )
)  # fmt: skip
"""First match wins. "Varsity coach" is nobody's instructional coach, so the word alone is not enough."""

_PLAIN_ROLES = {
    "teacher": Role.TEACHER,
    "principal": Role.PRINCIPAL,
    "siteAdministrator": Role.PRINCIPAL,
    "aide": Role.SUPPORT_STAFF,
    "counselor": Role.SUPPORT_STAFF,
    "proctor": Role.SUPPORT_STAFF,
}
_ADMINISTRATORS = {"administrator", "districtAdministrator"}
NO_POST = frozenset({"student", "parent", "guardian", "relative", "systemAdministrator"})
"""Words that give nothing: families and pupils have no post, and a system's operator is not a leader by that alone."""


def read_title(title: str) -> Role | None:
    """Return the role that a job title stands for, or None.

    >>> read_title("Assistant Superintendent for Teaching"), read_title("Secretary to the Principal")
    (<Role.ASSISTANT_SUPERINTENDENT: 'assistant_superintendent'>, None)
    """
    if not title or _NOT_THE_OFFICE.search(title):
        return None
    return next((role for role, pattern in TITLE_RULES if pattern.search(title)), None)


def fits(role: Role, *, at_school: bool) -> bool:
    """Return whether a role can be held there: district offices at the district, principals at a school."""
    if role in DISTRICT_ROLES:
        return not at_school
    return at_school or role is not Role.PRINCIPAL


def map_role(word: str, title: str, *, at_school: bool) -> Role | None:
    """Return our role for a source's role word and title at a place; None when it gives no post at all.

    >>> map_role("administrator", "", at_school=True), map_role("administrator", "Principal", at_school=True)
    (<Role.PENDING: 'pending'>, <Role.PRINCIPAL: 'principal'>)
    >>> map_role("teacher", "Literacy Coach", at_school=True), map_role("systemAdministrator", "", at_school=False)
    (<Role.COACH: 'coach'>, None)
    """
    if word in NO_POST:
        return None
    by_title = read_title(title)
    if word in _ADMINISTRATORS:
        role = by_title or Role.PENDING
    elif word.startswith("ext:"):
        role = Role.COACH if "coach" in word.lower() else (by_title if by_title is Role.COACH else Role.PENDING)
    else:
        role = _PLAIN_ROLES.get(word, Role.PENDING)
        if by_title is Role.COACH and role in (Role.TEACHER, Role.SUPPORT_STAFF):
            role = Role.COACH
    return role if fits(role, at_school=at_school) else Role.PENDING
