"""Every page of the site with who may open it. One table: an address that is not here does not exist.

Tests walk it: each route for each role and for objects of another school and district (docs/access.md shows it).
"""

from __future__ import annotations

from midcourse.records.access import Act
from midcourse.web.pages import (
    accounts,
    adoptions,
    districts,
    files,
    indicators,
    intervisitations,
    networks,
    people,
    planning,
    protocols,
    rosters,
    schools,
    visit_imports,
    visits,
)
from midcourse.web.permissions import Route, Scope

_FORM = ("GET", "POST")
_POST = ("POST",)
_D = "districts/<slug:district>/"

ROUTES: tuple[Route, ...] = (
    # accounts
    Route("sign-in", "sign-in/", accounts.sign_in, Scope.PUBLIC, methods=_FORM),
    Route("language", "language/", accounts.language, Scope.PUBLIC, methods=_POST),
    Route("sign-out", "sign-out/", accounts.sign_out, Scope.SIGNED_IN, methods=_POST),
    Route("home", "", accounts.home, Scope.SIGNED_IN),
    Route("me", "me/", accounts.me, Scope.SIGNED_IN),
    Route("read-feedback", "me/feedback/", accounts.read_feedback, Scope.SIGNED_IN, methods=_POST),
    Route("password", "me/password/", accounts.password, Scope.SIGNED_IN, methods=_FORM),
    Route("record-here", "visits/record/", visits.record_here, Scope.SIGNED_IN),
    # figures
    Route("network", "network/", networks.network, Scope.NETWORK, Act.SEE_NETWORK_FIGURES),
    Route("district", _D, districts.improving, Scope.DISTRICT, Act.SEE_DISTRICT_FIGURES),
    Route(
        "indicator",
        _D + "indicators/<str:indicator>/",
        indicators.indicator,
        Scope.DISTRICT,
        Act.SEE_DISTRICT_FIGURES,
    ),
    Route(
        "facts", _D + "indicators/<str:indicator>/facts/", indicators.facts, Scope.DISTRICT, Act.SEE_DISTRICT_FIGURES
    ),
    Route("school", "schools/<uuid:school>/", schools.school, Scope.SCHOOL, Act.SEE_SCHOOL_FIGURES),
    Route(
        "school-facts",
        "schools/<uuid:school>/indicators/<str:indicator>/facts/",
        indicators.school_facts,
        Scope.SCHOOL,
        Act.SEE_SCHOOL_FIGURES,
    ),
    # indicators agreed on
    Route("adoptions", _D + "indicators/", adoptions.adoptions, Scope.DISTRICT, Act.ADOPT_INDICATORS),
    Route(
        "adopt",
        _D + "indicators/<str:indicator>/adopt/",
        adoptions.adoption,
        Scope.DISTRICT,
        Act.ADOPT_INDICATORS,
        methods=_FORM,
    ),
    # decisions
    Route(
        "decide", _D + "indicators/<str:indicator>/decide/", districts.decide, Scope.DISTRICT, Act.DECIDE, methods=_FORM
    ),
    Route(
        "decide-at-school",
        "schools/<uuid:school>/indicators/<str:indicator>/decide/",
        districts.decide_at_school,
        Scope.SCHOOL,
        Act.DECIDE,
        methods=_FORM,
    ),
    Route("check", _D + "decisions/<uuid:decision>/", districts.check, Scope.DISTRICT, Act.DECIDE, methods=_FORM),
    # visits
    Route("visits", _D + "visits/", visits.visits, Scope.SOMEWHERE, Act.SEE_VISITS),
    Route("record-visit", _D + "visits/record/", visits.record, Scope.SOMEWHERE, Act.RECORD_VISIT, methods=_FORM),
    Route("plan-visits", _D + "visits/plan/", planning.plan, Scope.SOMEWHERE, Act.PLAN_VISITS, methods=_FORM),
    Route("coverage", _D + "visits/coverage/", visits.coverage, Scope.SOMEWHERE, Act.PLAN_VISITS),
    Route("visit", "visits/<uuid:own_visit>/", visits.visit, Scope.SOMEWHERE, Act.SEE_VISITS),
    Route("sheet", "visits/<uuid:visit>/sheet/", visits.sheet, Scope.SCHOOL, Act.RECORD_VISIT, methods=_FORM),
    Route(
        "import-visits",
        _D + "visits/import/",
        visit_imports.upload,
        Scope.DISTRICT,
        Act.IMPORT_FILES,
        methods=_FORM,
    ),
    Route(
        "map-visits",
        _D + "visits/import/columns/",
        visit_imports.columns,
        Scope.DISTRICT,
        Act.IMPORT_FILES,
        methods=_FORM,
    ),
    Route(
        "check-visits",
        _D + "visits/import/check/",
        visit_imports.check,
        Scope.DISTRICT,
        Act.IMPORT_FILES,
        methods=_FORM,
    ),
    Route(
        "record-intervisitation",
        _D + "intervisitations/record/",
        intervisitations.record,
        Scope.SOMEWHERE,
        Act.RECORD_INTERVISITATION,
        methods=_FORM,
    ),
    # rosters and files
    Route("rosters", _D + "rosters/", rosters.rosters, Scope.DISTRICT, Act.SEE_ROSTER, methods=_FORM),
    Route("roster-run", _D + "rosters/<uuid:run>/", rosters.run, Scope.DISTRICT, Act.MANAGE_ROSTER, methods=_FORM),
    Route("files", _D + "files/", files.files, Scope.DISTRICT, Act.IMPORT_FILES, methods=_FORM),
    Route("file", _D + "files/<uuid:file>/", files.file, Scope.DISTRICT, Act.IMPORT_FILES, methods=_FORM),
    # protocols
    Route("protocols", _D + "protocols/", protocols.protocols, Scope.DISTRICT, Act.MANAGE_PROTOCOLS, methods=_FORM),
    Route(
        "protocol",
        _D + "protocols/<uuid:version>/",
        protocols.protocol,
        Scope.DISTRICT,
        Act.MANAGE_PROTOCOLS,
        methods=_FORM,
    ),
    Route(
        "protocol-form",
        _D + "protocols/<uuid:version>/xlsform/",
        protocols.spreadsheet,
        Scope.DISTRICT,
        Act.MANAGE_PROTOCOLS,
    ),
    # people
    Route("people", _D + "people/", people.people, Scope.DISTRICT, Act.MANAGE_PEOPLE),
    Route("add-person", _D + "people/add/", people.add_person, Scope.DISTRICT, Act.MANAGE_PEOPLE, methods=_FORM),
    Route("post", _D + "posts/<uuid:post>/", people.post, Scope.DISTRICT, Act.MANAGE_PEOPLE, methods=_FORM),
)
