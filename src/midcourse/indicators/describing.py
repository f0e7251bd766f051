"""Writes `docs/indicators.md` from the catalogue, so that the document cannot say something else."""

from __future__ import annotations

from collections.abc import Mapping

from midcourse.indicators.definition import Condition, Form, Indicator, Test

_HEAD = """# The indicators that are computed

Generated from `src/midcourse/indicators/catalogue/*.toml`; a test fails when they differ. To write it again:

```
.venv/bin/python -c "import midcourse.indicators as m; print(m.catalogue_document(m.load_catalogue()), end='')" \\
  > docs/indicators.md
```

**How every value is made.** One query sums facts to cells of segment (cycle and term), school, classroom and observer;
cells are rolled up to schools, districts and the network for the indicator's own period and every longer one; a value
passes disclosure before anyone sees it. Only facts available on the `as_of` date are read. A day in a break belongs to
the school week before it.

**Intervals** are 90 %. A share's variance is clustered by classroom and by observer (Cameron, Gelbach & Miller 2011)
and put into Wilson's interval as an effective sample size (Korn & Graubard 1998; Franco et al. 2019): it stays in
0-100 % and is not nothing at either end. A rostered count (T1, I1, I2) is complete; its interval says how much it
would vary if the same routine ran again. T6's range is not a sampling interval: it counts schools surely, and
possibly, at the target. R1's interval treats the year's pupils as draws; it describes, no more.

**Withheld.** `too_few` with a reason and how many more would lift it; `suppressed`, always with the one word `hidden`;
`no_facts`; `not_defined` where nothing varies. Figures about classrooms need 5 eligible teachers, and no classroom may
supply more than half of the visits; when a single school of a district is hidden for that reason, the totals above it
lose their exact counts and are rounded. A school's share of marks, and what is derived from schools' shares, shows 14
days after its period ended (`not_settled` until then): the difference of two refreshes would be one teacher's marks.
Districts and the network count a new visit at once, but open only to counts of visits until then. Published
results need 20 pupils and 6 on each side of the cut.
"""


def catalogue_document(indicators: Mapping[str, Indicator]) -> str:
    """Return the text of `docs/indicators.md` for a catalogue."""
    return "\n".join([_HEAD, *(_section(indicator) for indicator in indicators.values())])


def _section(one: Indicator) -> str:
    least = one.minimums
    floors = [f"{least.n} {least.of}"]
    floors += [f"{n} {what}" for n, what in ((least.rooms, "classrooms"), (least.observers, "observers")) if n]
    low, high = one.lag_years
    lines = [
        f"## {one.id} {one.name.en}",
        "",
        f"*{one.question.en}* {one.meaning.en}",
        "",
        f"- **Counted as** {_formula(one)}",
        f"- **For** {', '.join(one.levels)}, per {', '.join(one.periods)}; {one.metric}, {one.direction}, "
        f"rolled up {one.roll_up.replace('_', ' ')}",
        f"- **Shown from** {', '.join(floors)}",
        f"- **Target** {'none by default' if one.target is None else f'{one.target:g}'}; **beside it** "
        f"{one.counter_measure}{', never alone' if one.never_alone else ''}; **expected lag** {low:g}-{high:g} years",
        f"- **Evidence {one.evidence.grade}** {one.evidence.study}. {one.evidence.size.en}. {one.evidence.caveat.en}",
        f"- **Definition** version {one.version}, {one.owner}, reviewed {one.reviewed_on.isoformat()}",
    ]
    return "\n".join([*lines, ""])


def _formula(one: Indicator) -> str:
    formula = one.formula
    source = " and ".join(f"`{table}`" for table in formula.source)
    rows = f" where {_conditions(formula.rows)}" if formula.rows else ""
    if formula.form is Form.SHARE:
        weight = ", each visit weighing one" if formula.visit_weighs_one else ""
        return f"rows of {source}{rows}{weight}: the share where {_conditions(formula.hits)}"
    if formula.form is Form.COVERAGE and formula.roster:
        since = "since the school year began" if formula.since == "school_year" else "in the period"
        when = "in its last school week" if formula.roster.active == "in_last_week" else "on any day of it"
        return (
            f"members (`{formula.roster.member}`) of `{formula.roster.table}` {when} who appear as "
            f"`{formula.member}` in {source} {since}"
        )
    return {
        Form.PAIRS: f"ordered pairs of schools in {source}{rows}, out of those possible",
        Form.MEDIAN: f"the median of `{formula.value}` in {source}{rows}",
        Form.AGREEMENT: f"kappa over rows of {source}{rows}, of visits with two or more observers",
        Form.REACH: f"schools at or above the target of {formula.of}",
        Form.SPREAD: f"the standard deviation of {formula.of} between schools",
        Form.PUBLISHED: f"`{formula.value}` of {source}{rows}, cell by cell as published",
    }[formula.form]


def _conditions(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(_condition(condition) for condition in conditions)


def _condition(condition: Condition) -> str:
    column, value = f"`{condition.column}`", condition.value
    if condition.test is Test.KNOWN:
        return f"{column} is {'known' if value else 'empty'}"
    words = ", ".join(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else value
    return f"{column} {condition.test.replace('_', ' ')} {words}"
