"""A small invented OneRoster package to change and write: one district, two schools, twelve teachers and their classes.

Rows are plain dictionaries in the standard's own column names, so that a test reads like the file it is about.
"""

from __future__ import annotations

import csv
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

YEAR = ("2025-08-15", "2026-06-10")
COLUMNS = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs": "name,type,identifier,parentSourcedId",
    "courses": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "users": "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,"
    "phone,agentSourcedIds,grades,password,metadata.positionTitle",
    "classes": "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,"
    "subjectCodes,periods",
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "demographics": "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
}
GIVEN = ("Ada", "Bruno", "Celia", "Dario", "Elin", "Fadi", "Greta", "Hugo", "Inés", "Jonah", "Kira", "Liam")
FAMILY = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper", "Kapok", "Linden")

TypeRow = dict[str, str]


@dataclass
class Package:
    """Files by name; `modes` says bulk or delta per file, and a file without a mode is absent."""

    files: dict[str, list[TypeRow]]
    modes: dict[str, str]
    system: str = "invented-sis"
    extra: dict[str, list[str]] = field(default_factory=dict)

    def copy(self) -> Package:
        return deepcopy(self)

    def row(self, file: str, source_id: str) -> TypeRow:
        return next(row for row in self.files[file] if row["sourcedId"] == source_id)

    def without(self, file: str, *source_ids: str) -> Package:
        made = self.copy()
        made.files[file] = [row for row in made.files[file] if row["sourcedId"] not in source_ids]
        return made

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.files.items():
            columns = ["sourcedId", "status", "dateLastModified", *COLUMNS[name].split(",")]
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as text:
                writer = csv.DictWriter(text, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as text:
            writer2 = csv.writer(text)
            writer2.writerow(["propertyName", "value"])
            writer2.writerows([["manifest.version", "1.0"], ["oneroster.version", "1.1"]])
            writer2.writerows([f"file.{name}", self.modes.get(name, "absent")] for name in COLUMNS)
            writer2.writerow(["source.systemCode", self.system])
        return folder


def teacher(number: int, **changes: str) -> TypeRow:
    school = "s1" if number < 6 else "s2"
    return {
        "sourcedId": f"t{number}",
        "enabledUser": "true",
        "orgSourcedIds": school,
        "role": "teacher",
        "username": f"teacher{number}",
        "givenName": GIVEN[number % 12],
        "familyName": FAMILY[number % 12],
        "identifier": f"90{number:02d}",
        "email": f"teacher{number}@example.org",
        **changes,
    }


def administrator(source_id: str, org: str, title: str, **changes: str) -> TypeRow:
    return {
        "sourcedId": source_id,
        "enabledUser": "true",
        "orgSourcedIds": org,
        "role": "administrator",
        "username": source_id,
        "givenName": "Ximena",
        "familyName": f"Yew-{source_id}",
        "identifier": f"80{source_id}",
        "metadata.positionTitle": title,
        **changes,
    }


def student(number: int, school: str, grade: str) -> TypeRow:
    return {
        "sourcedId": f"p{number}",
        "enabledUser": "true",
        "orgSourcedIds": school,
        "role": "student",
        "username": f"pupil{number}",
        "givenName": f"Pupil{number}",
        "familyName": "Zinnia",
        "grades": grade,
    }


def section(number: int, **changes: str) -> TypeRow:
    return {
        "sourcedId": f"c{number}",
        "title": f"Class {number}",
        "grades": "04" if number < 6 else "07",
        "courseSourcedId": "math" if number % 2 else "ela",
        "classCode": f"C-{number}",
        "classType": "scheduled",
        "schoolSourcedId": "s1" if number < 6 else "s2",
        "termSourcedIds": "y26",
        **changes,
    }


def teaching(number: int, **changes: str) -> TypeRow:
    return {
        "sourcedId": f"e{number}",
        "classSourcedId": f"c{number}",
        "schoolSourcedId": "s1" if number < 6 else "s2",
        "userSourcedId": f"t{number}",
        "role": "teacher",
        "primary": "true",
        "beginDate": YEAR[0],
        "endDate": YEAR[1],
        **changes,
    }


def make_package() -> Package:
    """Return the base package: everything bulk, no finding but the title's column being none of the standard's."""
    pupils = [student(n, "s1" if n < 12 else "s2", "04" if n < 12 else "07") for n in range(24)]
    return Package(
        {
            "academicSessions": [
                {
                    "sourcedId": "y26",
                    "title": "2025-26",
                    "type": "schoolYear",
                    "startDate": YEAR[0],
                    "endDate": YEAR[1],
                    "schoolYear": "2026",
                }
            ],
            "orgs": [
                {"sourcedId": "d", "name": "Alder Falls", "type": "district", "identifier": "1"},
                {
                    "sourcedId": "s1",
                    "name": "Brook School",
                    "type": "school",
                    "identifier": "11",
                    "parentSourcedId": "d",
                },
                {
                    "sourcedId": "s2",
                    "name": "Cliff School",
                    "type": "school",
                    "identifier": "12",
                    "parentSourcedId": "d",
                },
            ],
            "courses": [
                {"sourcedId": "math", "title": "Mathematics", "orgSourcedId": "d", "subjectCodes": "02001"},
                {"sourcedId": "ela", "title": "Language Arts", "orgSourcedId": "d"},
            ],
            "users": [
                *(teacher(n) for n in range(12)),
                administrator("a1", "s1", "Principal"),
                administrator("a2", "d", "Deputy Superintendent of Schools"),
                administrator("a3", "s2", ""),
                *pupils,
            ],
            "classes": [section(n) for n in range(12)],
            "enrollments": [
                *(teaching(n) for n in range(12)),
                *(
                    {
                        "sourcedId": f"m{n}",
                        "classSourcedId": f"c{n // 2}",
                        "schoolSourcedId": "s1" if n < 12 else "s2",
                        "userSourcedId": f"p{n}",
                        "role": "student",
                    }
                    for n in range(24)
                ),
            ],
        },
        dict.fromkeys(("academicSessions", "orgs", "courses", "users", "classes", "enrollments"), "bulk"),
    )


def make_delta(moment: str, **files: list[TypeRow]) -> Package:
    """Return changes only; each row's status is active unless it says otherwise."""
    rows = {
        name: [{"status": "active", "dateLastModified": moment, **row} for row in content]
        for name, content in files.items()
    }
    return Package(rows, dict.fromkeys(files, "delta"))
