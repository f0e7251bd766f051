"""Keeps each unit's verdict from week to week: when a change is called, given up, or followed by another.

Decides nothing about evidence itself; it takes log odds and answers with a verdict and its probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit


@dataclass(frozen=True, slots=True)
class Said:
    """One week of one unit: direction of the latest change called (+1, 0, -1), probabilities, signed evidence."""

    direction: int
    p_improving: float
    p_worsening: float
    evidence: float


@dataclass(slots=True)
class CalledChange:
    """A change that was called: its direction, the week it was called, where it probably began and ended."""

    direction: int
    week: int
    first_onset: int
    last_onset: int
    confidence: float


@dataclass(slots=True)
class Watch:
    """One unit under watch. `calls` grows; the last one decides the verdict."""

    up_odds: float
    down_odds: float
    keep_odds: float
    calls: list[CalledChange] = field(default_factory=list)

    @property
    def restart(self) -> int | None:
        """Last onset absorbed by the changes called so far; None before the first."""
        return self.calls[-1].last_onset if self.calls else None

    def weigh(
        self, week: int, first: tuple[float, float], later: tuple[float, float] | None, onset: tuple[int, int]
    ) -> Said:
        """Take one week's log odds (up, down) since the baseline and since the last call, and say the verdict.

        `onset` is where a change called this week probably began, and the last onset tried so far.
        """
        up, down = first if later is None else later
        direction = 1 if up >= self.up_odds and up >= down else -1 if down >= self.down_odds else 0
        if direction and not self._continues(direction):
            self.calls.append(CalledChange(direction, week, *onset, float(expit(max(up, down)))))
        elif direction:
            # The same direction again (a long rise): follow it, so that what comes later is measured from here.
            self.calls[-1].last_onset = onset[1]
        return self._say(first, later)

    def _continues(self, direction: int) -> bool:
        return bool(self.calls) and self.calls[-1].direction == direction

    def _say(self, first: tuple[float, float], later: tuple[float, float] | None) -> Said:
        p_up, p_down = (float(expit(x)) for x in first)
        if not self.calls:
            return Said(0, p_up, p_down, signed_evidence(*first))
        last = self.calls[-1]
        if len(self.calls) == 1:
            given_up = (first[0] if last.direction > 0 else first[1]) < self.keep_odds
            before = (p_up, p_down)
        else:
            given_up = False
            before = (last.confidence, 0.0) if last.direction > 0 else (0.0, last.confidence)
        new_up, new_down = (0.0, 0.0) if later is None else (float(expit(x)) for x in later)
        rest = max(0.0, 1.0 - new_up - new_down)
        evidence = signed_evidence(*first)
        if len(self.calls) > 1:
            evidence = last.direction * abs(signed_evidence(*first))
            evidence = max(evidence, 21.0) if last.direction > 0 else min(evidence, -21.0)
        if later is not None:
            opposite = later[1] if last.direction > 0 else later[0]
            if opposite > 0:
                evidence = -last.direction * (21.0 + opposite)
        return Said(0 if given_up else last.direction, new_up + rest * before[0], new_down + rest * before[1], evidence)


def signed_evidence(up: float, down: float) -> float:
    """Log odds of the likelier direction, lifted so that 0 means "nothing speaks for a change", with its sign."""
    size = max(up, down) + 21.0
    return float(np.sign(up - down) * max(size, 0.0))
