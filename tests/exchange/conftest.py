"""A small, right OneRoster package that a test bends to its purpose."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

COMMON = "sourcedId,status,dateLastModified,"
HEADERS_11 = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs": "name,type,identifier,parentSourcedId",
    "courses": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "users": "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,"
    "phone,agentSourcedIds,grades,password",
    "classes": "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,"
    "subjectCodes,periods",
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "demographics": "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
}
HEADERS_12 = {
    **HEADERS_11,
    "users": "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,"
    "grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
    "primaryOrgSourcedId,pronouns",
    "roles": "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
}
ROWS: dict[str, list[dict[str, str]]] = {
    "academicSessions": [
        {
            "sourcedId": "y",
            "title": "2025-26",
            "type": "schoolYear",
            "startDate": "2025-08-15",
            "endDate": "2026-06-10",
        },
        {"sourcedId": "t", "title": "Fall", "type": "term", "startDate": "2025-08-15", "endDate": "2026-01-17"},
    ],
    "orgs": [
        {"sourcedId": "d", "name": "Alder Falls", "type": "district"},
        {"sourcedId": "s", "name": "Birch School", "type": "school", "parentSourcedId": "d"},
    ],
    "courses": [{"sourcedId": "c", "schoolYearSourcedId": "y", "title": "Math 5", "orgSourcedId": "d", "grades": "05"}],
    "users": [
        {"sourcedId": "ann", "role": "teacher", "username": "ann", "givenName": "Ann", "familyName": "Reed"},
        {"sourcedId": "bo", "role": "teacher", "username": "bo", "givenName": "Bo", "familyName": "Lake"},
        {"sourcedId": "pip", "role": "student", "username": "pip", "givenName": "Pip", "familyName": "Moss"},
    ],
    "classes": [
        {"sourcedId": "k", "title": "Math", "courseSourcedId": "c", "classType": "scheduled", "termSourcedIds": "t"}
    ],
    "enrollments": [
        {"sourcedId": "e1", "userSourcedId": "ann", "role": "teacher", "primary": "true"},
        {"sourcedId": "e2", "userSourcedId": "pip", "role": "student"},
    ],
}
SHARED = {
    "academicSessions": {"schoolYear": "2026", "startDate": "2025-08-15"},
    "users": {"enabledUser": "true", "orgSourcedIds": "s"},
    "classes": {"schoolSourcedId": "s", "classType": "scheduled"},
    "enrollments": {"classSourcedId": "k", "schoolSourcedId": "s"},
    "roles": {"roleType": "primary", "orgSourcedId": "s"},
}


class Bundle:
    """Rows by file; change them, then `write` or `pack`."""

    def __init__(self, version: str = "1.1", mode: str = "bulk") -> None:
        self.version = version
        self.headers = {
            name: (COMMON + text).split(",") for name, text in (HEADERS_11 if version == "1.1" else HEADERS_12).items()
        }
        self.rows = {name: [{**SHARED.get(name, {}), **row} for row in rows] for name, rows in ROWS.items()}
        if version == "1.2":
            self.rows["roles"] = [
                {"sourcedId": f"r-{row['sourcedId']}", "userSourcedId": row["sourcedId"], "role": row["role"]}
                | SHARED["roles"]
                for row in ROWS["users"]
            ]
        self.modes = {name: mode if name in self.rows else "absent" for name in self.headers}
        self.raw: dict[str, bytes] = {}
        if mode == "delta":
            for rows in self.rows.values():
                for row in rows:
                    row |= {"status": "active", "dateLastModified": "2025-09-16T06:00:00.000Z"}

    def add(self, name: str, /, **cells: str) -> None:
        self.rows.setdefault(name, []).append({**SHARED.get(name, {}), **cells})
        if self.modes[name] == "absent":
            self.modes[name] = "bulk"

    def contents(self) -> dict[str, bytes]:
        files = {f"{name}.csv": self.print(name) for name, mode in self.modes.items() if mode != "absent"}
        manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version," + self.version + "\n"
        files["manifest.csv"] = (manifest + "".join(f"file.{n},{m}\n" for n, m in self.modes.items())).encode()
        return {name: content for name, content in {**files, **self.raw}.items() if content != b"-"}

    def print(self, name: str) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.headers[name])
        for row in self.rows.get(name, []):
            allowed = {header: row.get(header, "") for header in self.headers[name]}
            writer.writerow(allowed.values())
        return text.getvalue().encode()

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True, parents=True)
        for name, content in self.contents().items():
            (folder / name).write_bytes(content)
        return folder

    def pack(self, path: Path, prefix: str = "") -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.contents().items():
                archive.writestr(prefix + name, content)
        return path


@pytest.fixture
def make_bundle() -> Callable[..., Bundle]:
    return Bundle
