"""Judges a district that stands in a plain folder and writes the verdicts: the body of `midcourse detect`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from midcourse.exchange import DetectionFolder, VerdictRow, read_detection_folder, write_verdicts
from midcourse.signals.detection import Detection, detect_changes
from midcourse.signals.records import VisitRecords
from midcourse.signals.rules import DEFAULT_RULE, Rule
from midcourse.vocabulary import Verdict


def detect_folder(in_folder: Path | str, out_csv: Path | str, rule: Rule = DEFAULT_RULE) -> Detection:
    """Read a district's folder, judge it, and write one row for each unit and as-of date after the baseline.

    Parameters
    ----------
    in_folder : path
        As `exchange.read_detection_folder` reads it.
    out_csv : path
        File to write. "Too few to tell" is written as "no change": the contract has three verdicts.
    rule : Rule

    Returns
    -------
    Detection

    Raises
    ------
    exchange.DetectionFolderError
        When the folder cannot be read.
    """
    detection = detect_changes(as_records(read_detection_folder(in_folder)), rule)
    write_verdicts(out_csv, _rows(detection))
    return detection


def as_records(folder: DetectionFolder) -> VisitRecords:
    """Return the folder's scores and surveys as the records the detector takes."""
    return VisitRecords(
        schools=folder.schools,
        as_of=folder.as_of,
        school_year=folder.school_year,
        school_week=folder.school_week,
        baseline_until=folder.baseline_until,
        scale_min=folder.scale_min,
        scale_max=folder.scale_max,
        visit=folder.score_visit,
        school=folder.score_school,
        room=folder.score_room,
        observer=folder.score_observer,
        item=folder.score_item,
        score=folder.score_value,
        date=folder.score_date,
        available_on=folder.score_available_on,
        observer_known_on=folder.observer_known_on,
        teachers=folder.teachers,
        survey_school=folder.survey_school,
        survey_on=folder.survey_wave,
        survey_mean=folder.survey_mean,
        survey_n=folder.survey_n,
        survey_available_on=folder.survey_available_on,
    )


def _rows(detection: Detection) -> Iterator[VerdictRow]:
    for series in detection.units:
        for i, day in enumerate(detection.as_of.tolist()):
            verdict = series.verdict[i]
            yield VerdictRow(
                as_of=day,
                unit=series.unit,
                verdict=Verdict.NO_CHANGE if verdict is Verdict.TOO_FEW else verdict,
                p_improving=float(series.p_improving[i]),
                p_worsening=float(series.p_worsening[i]),
                estimate=float(series.estimate[i]),
                lower=float(series.lower[i]),
                upper=float(series.upper[i]),
                evidence=float(series.evidence[i]),
            )
