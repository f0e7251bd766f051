"""An invented district whose truth is known, small enough for tests: visits as `VisitRecords`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from midcourse.signals import VisitRecords

YEAR = 36
START = np.datetime64("2030-09-08")


@dataclass(frozen=True)
class Recipe:
    """What to invent. `events`: school -> [(week, SD of practice)]; points per SD are about 0.45."""

    seed: int = 0
    schools: int = 4
    weeks: int = 108
    baseline: int = 24
    visits: float = 5.0
    rooms: int = 24
    items: int = 8
    events: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    lenient_from: int | None = None  # week from which half of the observers are new, and lenient by 0.6 SD
    yes_no: bool = False
    new_keys_each_year: bool = False
    revised_from: int | None = None  # week from which half of the look-fors are reworded, and easier
    co_observed: float = 0.25


def invent(recipe: Recipe) -> VisitRecords:
    """Draw one district."""
    r = recipe
    rng = np.random.default_rng(r.seed)
    as_of = START + 7 * (np.arange(r.weeks) + 16 * (np.arange(r.weeks) // YEAR))
    level = np.zeros((r.schools, r.weeks)) + rng.normal(0, 0.3, (r.schools, 1))
    for school, events in r.events.items():
        for week, size in events:
            level[school, week:] += size
    room_effect = rng.normal(size=(r.schools, r.rooms))
    room_effect -= room_effect.mean(1, keepdims=True)
    posts = [s for s in range(r.schools) for _ in range(2)] + [-1] * 3
    severity = rng.normal(0, 0.35, 2 * len(posts))
    severity[len(posts) :] = -0.6 + rng.normal(0, 0.2, len(posts))
    replaced = np.arange(len(posts)) % 2 == 0
    hardness = rng.normal(0, 0.5, r.items)
    rows = []
    visit = 0
    for week in range(r.weeks):
        for school in range(r.schools):
            for _ in range(rng.poisson(r.visits)):
                room = int(rng.integers(r.rooms))
                lesson = level[school, week] + room_effect[school, room] + rng.normal(0, 1.05)
                own = [p for p, home in enumerate(posts) if home == school]
                away = [p for p, home in enumerate(posts) if home == -1]
                people = [int(rng.choice(own if rng.random() < 0.55 else away))]
                if rng.random() < r.co_observed:
                    people.append(int(rng.choice(away if people[0] in own else own)))
                day = as_of[week] - int(rng.integers(2, 7))
                late = int(rng.geometric(0.3)) - 1
                for post in people:
                    new = r.lenient_from is not None and week >= r.lenient_from and bool(replaced[post])
                    who = post + (len(posts) if new else 0)
                    seen = lesson - severity[who] + rng.normal(0, 0.8)
                    for item in range(r.items):
                        revised = r.revised_from is not None and week >= r.revised_from and item % 2 == 0
                        z = seen - hardness[item] + (0.7 if revised else 0.0) + rng.normal()
                        score = float(z > 0) if r.yes_no else float(1 + (z > -1.8) + (z > 0) + (z > 1.8))
                        key = school * 1000 + room + (100 * (week // YEAR) if r.new_keys_each_year else 0)
                        rows.append((visit, school, key, who, item + (100 if revised else 0), score, day, day + late))
                visit += 1
    columns = list(zip(*rows, strict=True))
    whole = [np.array(c, dtype=np.int64) for c in columns[:5]]
    weeks = np.arange(r.weeks)
    return VisitRecords(
        schools=tuple(f"S{s + 1}" for s in range(r.schools)),
        as_of=as_of.astype("datetime64[D]"),
        school_year=weeks // YEAR + 1,
        school_week=weeks % YEAR + 1,
        baseline_until=as_of[r.baseline - 1],
        scale_min=0.0 if r.yes_no else 1.0,
        scale_max=1.0 if r.yes_no else 4.0,
        visit=whole[0],
        school=whole[1],
        room=whole[2],
        observer=whole[3],
        item=whole[4],
        score=np.array(columns[5]),
        date=np.array(columns[6], dtype="datetime64[D]"),
        available_on=np.array(columns[7], dtype="datetime64[D]"),
    )


def take(records: VisitRecords, rows: np.ndarray) -> VisitRecords:
    """The records with only these scores, in this order."""
    names = ("visit", "school", "room", "observer", "item", "score", "date", "available_on")
    return replace(records, **{name: getattr(records, name)[rows] for name in names})


def until(records: VisitRecords, week: int) -> VisitRecords:
    """The records as they stood on the as-of date of this week."""
    cut = take(records, np.flatnonzero(records.available_on <= records.as_of[week]))
    calendar = {n: getattr(records, n)[: week + 1] for n in ("as_of", "school_year", "school_week")}
    return replace(cut, **calendar)
