"""The numbers by which a change is called: one configuration for every district, each with its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What is assumed about visits, observers and changes, and when a verdict is given.

    "SD" is the standard deviation of lasting practice among the teachers of a district, estimated from its own
    baseline; everything else is a ratio to it. The ratios are of the size found by A. Ho and T. Kane (2013), *The
    Reliability of Classroom Observations by School Personnel* (MET Project) and H. Hill, C. Charalambous and M. Kraft
    (2012), *Educational Researcher* 41:56-64: a third of a sheet's variance is the teacher, somewhat more the lesson.

    Parameters
    ----------
    lesson, own, severity : float
        Variance, in SD squared, of one lesson, of what one observer makes of one lesson beyond severity and look-for
        noise, and of severity among observers (shares .37, .21 and .05 of a sheet's variance, against .33).
    newcomer_sd : float
        SD of the mean severity of observers who start together: a new group may be lenient as a group.
    drift_sds, drift_weights : tuple of float
        SD by which one observer's severity may drift within a school year, and how likely each is beforehand; which one
        holds in a district is learned there.
    season_sd, season_curve_sd : float
        SD of the rise of scores from the first to the last week of every year, and of its curvature.
    survey_slope, survey_noise, survey_mood, respondent_sd : float
        Survey points by which a school's mean answer moves when practice moves by 1 SD; noise of a school's mean beyond
        sampling; noise all schools share in a wave; SD among respondents.
    grid_weeks : int
        Spacing of the onsets tried, school weeks.
    hazard : float
        Prior chance per school week that some change begins in a district: one in five school years.
    sizes, ramp_weeks : tuple
        Sizes of change tried, SD, and over how many school weeks they unfold.
    up_odds, down_odds : float
        Natural log of the posterior odds at which a school's change is called. A false "improving" costs more than a
        false "worsening", so it needs more. Set so that about one false call falls in `false_call_years` unit-years
        in the worst of the contexts measured (docs/detection-benchmark.md).
    district_up_odds, district_down_odds : float
        The same for "some school of the district has changed".
    keep_odds : float
        Log odds below which a change once called is given up again.
    wander_sd : float
        SD by which a school's level may wander in a school year without anybody calling it a change.
    called_sd : float
        Prior SD of a change at an onset the evidence points to.
    smallest_change : float
        Change worth acting on, SD: a unit in which a change of this size that has lasted a school year could not be
        called yet has "too few to tell".
    false_call_years : float
        For the words "about one false call in N years".
    """

    lesson: float = 1.12
    own: float = 0.64
    severity: float = 0.15
    newcomer_sd: float = 0.45
    drift_sds: tuple[float, ...] = (0.08, 0.16, 0.32)
    drift_weights: tuple[float, ...] = (0.3, 0.45, 0.25)
    season_sd: float = 0.3
    season_curve_sd: float = 0.1
    survey_slope: float = 0.25
    survey_noise: float = 0.15
    survey_mood: float = 0.07
    respondent_sd: float = 0.8
    grid_weeks: int = 4
    hazard: float = 1 / 180
    sizes: tuple[float, ...] = (0.3, 0.6)
    ramp_weeks: tuple[int, ...] = (4, 36)
    up_odds: float = 1.2
    down_odds: float = 0.7
    district_up_odds: float = 1.2
    district_down_odds: float = 0.7
    keep_odds: float = -0.5
    wander_sd: float = 0.15
    called_sd: float = 0.5
    smallest_change: float = 0.7
    false_call_years: float = 5.0

    @property
    def words(self) -> str:
        """How often this rule errs, in words for a page."""
        return f"about one false call in {self.false_call_years:g} years"


DEFAULT_RULE = Rule()
