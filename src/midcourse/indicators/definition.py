"""What an indicator is: a reviewed declaration of whom it counts, how, how often, and on what evidence.

Decides the words a definition may use. Reading the files is `indicators.loading`; turning a formula into a query is
`indicators.compilation`. A definition holds data only: no code and no SQL, so a district may read and change it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from midcourse.vocabulary import Direction, Level, Period


class Kind(StrEnum):
    """Where an indicator stands between doing and results (indicators.md, column ll)."""

    ACTIVITY = "L1"
    PRACTICE = "L2"
    EARLY_RESULT = "L3"
    RESULT = "LAG"


class Form(StrEnum):
    """The shapes a formula can take; each compiles to one query."""

    SHARE = "share"  # rows that hit / rows that could have hit
    COVERAGE = "coverage"  # members of a roster met by an event / members of the roster
    PAIRS = "pairs"  # ordered pairs of schools joined by an event / possible pairs
    MEDIAN = "median"  # median of a column
    AGREEMENT = "agreement"  # chance-corrected agreement on marks given twice
    REACH = "reach"  # schools at or above the target of another indicator / all schools
    SPREAD = "spread"  # standard deviation of another indicator between schools
    PUBLISHED = "published"  # a share published by the state, cell by cell


class Metric(StrEnum):
    """What a value is counted in."""

    SHARE = "share"
    DAYS = "median_days"
    STANDARD_DEVIATION = "sd"
    AGREEMENT = "agreement"


class RollUp(StrEnum):
    """How a unit's value comes from the units below it."""

    POOLED = "pooled"  # sums of numerators over sums of denominators: every event weighs the same
    MEAN_OF_RATES = "mean_of_rates"  # mean of the units' shares: every school (network: district) weighs the same


class Test(StrEnum):
    """What a condition may ask of one column. Nothing else can be asked."""

    EQUALS = "equals"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    KNOWN = "known"  # true: the column holds a value; false: it is empty


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in English and Spanish."""

    en: str
    es: str

    def in_language(self, language: str) -> str:
        """Return the Spanish words for ``es`` and its variants, the English ones otherwise."""
        return self.es if language.lower().startswith("es") else self.en


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on one column; several stand for *all of them*."""

    column: str
    test: Test
    value: str | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Who could have been met.

    Parameters
    ----------
    table, member : str
        Fact table with ``begins_on`` and ``ends_on``, and its column that names a member by key.
    active : str
        ``in_period``: a member on any day of the period counts; ``in_last_week``: a member in the period's last school
        week that has begun counts (the roster *as of* that week).
    within_school : bool
        True when the event must happen in the member's own school (a classroom); False when it counts in every school
        of the member (a teacher).
    """

    table: str
    member: str
    active: str
    within_school: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """How the value comes from facts.

    Parameters
    ----------
    form : Form
        Which of the known shapes.
    source : tuple of str
        Fact tables read; empty for an indicator derived from another.
    rows, hits : tuple of Condition
        Which rows count at all, and which of them count as seen.
    visit_weighs_one : bool
        A visit with several sheets or look-fors weighs as much as any other: each row weighs 1 / its visit's rows.
    member : str
        Coverage: column of `source` that names the member met.
    roster : Roster or None
        Coverage: who could have been met.
    since : str
        Coverage: ``period`` or ``school_year``: from when an event counts.
    value : str
        Median and published: the column (or its stem) that holds the value.
    of : str
        Reach and spread: the indicator they are derived from.
    """

    form: Form
    source: tuple[str, ...] = ()
    rows: tuple[Condition, ...] = ()
    hits: tuple[Condition, ...] = ()
    visit_weighs_one: bool = False
    member: str = ""
    roster: Roster | None = None
    since: str = "period"
    value: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Minimums:
    """The least that must stand behind a value; below it the value is "too few".

    Parameters
    ----------
    n : int
        Least number of what the indicator counts.
    of : str
        What that is: visits, classrooms, teachers, schools, events, pupils.
    rooms, observers : int
        Least number of distinct classrooms and observers; 0 where they do not matter.
    """

    n: int
    of: str
    rooms: int = 0
    observers: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why anyone should believe that this indicator leads anywhere: shown on its page as a card.

    `grade`: A causal, B predicts change, C cross-sectional or method, D the article or expert judgement only.
    """

    grade: str
    study: str
    size: Words
    caveat: Words
    licence: str


@dataclass(frozen=True, slots=True)
class AgreedTarget:
    """The success criterion that one district agreed on for one indicator, instead of the catalogue's default."""

    district_id: str
    indicator_id: str
    target: float


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of the catalogue.

    Parameters
    ----------
    id, version : str, int
        Catalogue id and definition version; a changed formula is a new version.
    name, question, meaning : Words
        Its name, the question it answers, and how to read it.
    dimension : str
        Lesson letter: T N M X A C O I U R.
    kind : Kind
        Activity, practice, early result or result.
    levels : tuple of Level
        Whom it describes. There is no teacher level.
    direction, period, metric, roll_up
        Which way is better; the shortest span computed (longer ones follow); its unit; how units add up.
    formula, minimums, evidence
        How it is computed, when it is shown, why it is believed.
    lag_years : tuple of float
        Expected lag until results move, low and high, in school years.
    counter_measure : str
        Id of the indicator to show beside it, so that it is not gamed.
    never_alone : bool
        True when it may only be shown together with its counter-measure or a caution (R1).
    target : float or None
        Default success criterion in the metric's unit; a district sets its own.
    owner, reviewed_on
        Who answers for the definition, and when it was last read through.
    """

    id: str
    version: int
    name: Words
    question: Words
    meaning: Words
    dimension: str
    kind: Kind
    levels: tuple[Level, ...]
    direction: Direction
    period: Period
    metric: Metric
    roll_up: RollUp
    formula: Formula
    minimums: Minimums
    evidence: Evidence
    lag_years: tuple[float, float]
    counter_measure: str
    never_alone: bool
    target: float | None
    owner: str
    reviewed_on: date

    @property
    def periods(self) -> tuple[Period, ...]:
        """Return the spans it is computed for: its own and every longer one."""
        return tuple(Period)[list(Period).index(self.period) :]

    @property
    def definition_hash(self) -> str:
        """Return the SHA-256 of everything that can change a value; wording and evidence cannot."""
        parts = {
            "id": self.id,
            "version": self.version,
            "levels": self.levels,
            "period": self.period,
            "metric": self.metric,
            "roll_up": self.roll_up,
            "formula": asdict(self.formula),
            "minimums": asdict(self.minimums),
            "target": self.target,
        }
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
