"""Measure `read_oneroster` on an invented district of 50,000 students: seconds and peak memory.

Goal (standards section 11): under 60 seconds and 500 MB. Run: ``.venv/bin/python benchmarks/roster_check.py``;
``--faulty`` gives every enrollment a date in the wrong form and 1 in 100 a class that is not there.
The package is written by this process and read by a fresh one, so that only the reader's memory is counted.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from midcourse.exchange import read_oneroster

SEED = 20260901
STUDENTS, TEACHERS, CLASSES, ENROLLMENTS, SCHOOLS, COURSES = 50_000, 3_500, 20_000, 400_000, 60, 800
HEADERS = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs": "name,type,identifier,parentSourcedId",
    "courses": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "users": "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,"
    "phone,agentSourcedIds,grades,password",
    "classes": "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,"
    "subjectCodes,periods",
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
}


class District:
    """The invented district; the same seed gives the same bytes."""

    def __init__(self, folder: Path, *, is_faulty: bool) -> None:
        self.folder, self.is_faulty, self.chance = folder, is_faulty, random.Random(SEED)
        self.schools, self.courses = self.make_ids(SCHOOLS), self.make_ids(COURSES)
        self.people, self.classes = self.make_ids(TEACHERS + STUDENTS), self.make_ids(CLASSES)
        self.homes = {section: self.chance.choice(self.schools) for section in self.classes}

    def make_ids(self, number: int) -> list[str]:
        return [str(uuid.UUID(int=self.chance.getrandbits(128), version=4)) for _ in range(number)]

    def write(self) -> None:
        year = [["y", "2025-2026", "schoolYear", "2025-08-15", "2026-06-10", "", "2026"]]
        self.write_file("academicSessions", year)
        schools = [[school, f"School {school[:4]}", "school", school[:6], "d"] for school in self.schools]
        self.write_file("orgs", [["d", "Large District", "district", "1", ""], *schools])
        self.write_file("courses", ([c, "y", f"Course {c[:4]}", "", "05", "d", "Math", "02"] for c in self.courses))
        self.write_file("users", (self.tell_user(n, person) for n, person in enumerate(self.people)))
        self.write_file("classes", (self.tell_class(n, section) for n, section in enumerate(self.classes)))
        self.write_file("enrollments", (self.tell_enrollment(n) for n in range(ENROLLMENTS)))
        manifest = [["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", "1.1"]]
        with (self.folder / "manifest.csv").open("w", newline="") as text:
            csv.writer(text).writerows([*manifest, *([f"file.{name}", "bulk"] for name in HEADERS)])

    def write_file(self, name: str, rows: Iterable[list[str]]) -> None:
        with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(["sourcedId", "status", "dateLastModified", *HEADERS[name].split(",")])
            writer.writerows([row[0], "", "", *row[1:]] for row in rows)

    def tell_user(self, n: int, person: str) -> list[str]:
        role, grade = ("teacher", "") if n < TEACHERS else ("student", "05")
        names = [f"user{n}", "", f"Given{n % 997}", f"Family{n % 4999}", "", str(900_000 + n), f"user{n}@example.org"]
        return [person, "true", self.chance.choice(self.schools), role, *names, "", "", "", grade, ""]

    def tell_class(self, n: int, section: str) -> list[str]:
        course = self.chance.choice(self.courses)
        return [
            section,
            f"Class {n}",
            "05",
            course,
            str(n),
            "scheduled",
            "",
            self.homes[section],
            "y",
            "Math",
            "02",
            "1",
        ]

    def tell_enrollment(self, n: int) -> list[str]:
        section = self.classes[n] if n < CLASSES else self.chance.choice(self.classes)
        person = self.chance.randrange(TEACHERS) if n < CLASSES else self.chance.randrange(TEACHERS, len(self.people))
        role, primary = ("teacher", "true") if n < CLASSES else ("student", "")
        shown = "ghost" if self.is_faulty and n % 100 == 0 else section
        begins = "8/15/2025" if self.is_faulty else "2025-08-15"
        tie = [shown, self.homes[section], self.people[person], role, primary, begins, "2026-06-10"]
        return [str(uuid.UUID(int=n + 1)), *tie]


def measure(folder: Path) -> None:
    """Read the package and print what it took; runs in its own process."""
    begun = time.perf_counter()
    reading = read_oneroster(folder)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
    print(f"{size:.0f} MB, {sum(reading.rows.values()):,} rows, {len(reading.findings):,} findings")
    print(f"{seconds:.1f} s (goal 60), peak {peak:.0f} MB (goal 500)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faulty", action="store_true")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        measure(arguments.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        District(Path(folder), is_faulty=arguments.faulty).write()
        subprocess.run([sys.executable, __file__, "--read", folder], check=True)


if __name__ == "__main__":
    main()
