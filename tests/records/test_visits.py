"""A visit is stored exactly once, stamped, checked, and never of one's own class."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from midcourse.records.actions.audit import first_broken_entry
from midcourse.records.actions.refusals import Refused
from midcourse.records.actions.secrets import destroy_year_secret, room_stamp, year_secret
from midcourse.records.actions.visits import (
    Answer,
    InvalidSheetError,
    NamesInNotes,
    Recorded,
    Sheet,
    VisitConflict,
    VisitDraft,
    add_sheet,
    cancel_visit,
    create_walkthrough,
    plan_visits,
    record_visit,
    record_visits,
)
from midcourse.records.models import (
    AuditEntry,
    Educator,
    ProtocolVersion,
    TeachingAssignment,
    Visit,
    VisitHost,
    VisitItem,
    VisitNote,
    VisitObserver,
    Walkthrough,
)
from midcourse.vocabulary import GradeBand, Missing, Subject, VisitStatus
from tests.district.cast import Cast

pytestmark = pytest.mark.django_db

Record = Callable[..., Recorded]


def sheet(cast: Cast, who: str = "coach", rating: float = 3, note: str = "") -> Sheet:
    return Sheet(cast.north.people[who], (Answer("reasoning", rating), Answer("goal_posted", 1)), note)


@pytest.fixture
def record(cast: Cast) -> Record:
    def send(**changes: object) -> Recorded:
        given = {
            "visit_id": uuid.UUID(int=1),
            "version": cast.north.version,
            "visited_on": cast.today,
            "sheets": [sheet(cast)],
            "section": cast.north.sections[0],
            "by": cast.north.users["coach"],
        } | changes
        return record_visit(**given)

    return send


@pytest.fixture
def walkthrough(cast: Cast) -> Walkthrough:
    return create_walkthrough(
        district=cast.north.district,
        title="Autumn",
        version=cast.north.version,
        begins_on=cast.today - dt.timedelta(days=7),
        ends_on=cast.today + dt.timedelta(days=21),
        by=cast.north.users["principal"],
    )


def test_a_visit_is_stored_once_however_often_it_is_sent(record: Record) -> None:
    assert record().created
    for _ in range(4):
        assert not record().created
    assert Visit.objects.count() == 1
    assert VisitItem.objects.count() == 4
    assert AuditEntry.objects.filter(act="record", subject="visit").count() == 1


def test_the_same_answers_in_another_order_are_a_repeat(cast: Cast, record: Record) -> None:
    record()
    turned = Sheet(cast.north.people["coach"], (Answer("goal_posted", 1.0), Answer("reasoning", 3.0)), "  ")
    assert not record(sheets=[turned]).created


@pytest.mark.parametrize("what", ["rating", "note", "class", "day", "minutes", "observer"])
def test_another_content_under_the_same_id_is_kept_for_a_person(cast: Cast, record: Record, what: str) -> None:
    record()
    changes = {
        "rating": {"sheets": [sheet(cast, rating=4)]},
        "note": {"sheets": [sheet(cast, note="Two groups explained.")]},
        "class": {"section": cast.north.sections[1]},
        "day": {"visited_on": cast.today - dt.timedelta(days=1)},
        "minutes": {"minutes": 12},
        "observer": {"sheets": [sheet(cast, "principal")]},
    }[what]
    with pytest.raises(VisitConflict):
        record(**changes)
    assert Visit.objects.count() == 1
    assert VisitItem.objects.get(look_for__code="reasoning").value == 3
    entry = AuditEntry.objects.get(act="refuse_conflict")
    assert (entry.object_id, entry.details) == (uuid.UUID(int=1), {})


def test_a_visit_id_of_another_district_is_a_conflict_and_tells_nothing(cast: Cast, record: Record) -> None:
    record()
    south = cast.south
    with pytest.raises(VisitConflict):
        record_visit(
            visit_id=uuid.UUID(int=1),
            version=south.version,
            visited_on=cast.today,
            sheets=[Sheet(south.people["coach"], (Answer("reasoning", 3),))],
            section=south.sections[0],
            by=south.users["coach"],
        )
    assert Visit.objects.get().district == cast.north.district


def test_arrival_stamps_what_analysis_may_use_and_nothing_finer(cast: Cast, record: Record) -> None:
    visit = record().visit
    visit.refresh_from_db()
    year = cast.today.year + 1 if cast.today.month >= 7 else cast.today.year
    teacher = cast.north.people["teacher"]
    assert (visit.grade_band, visit.subject) == (GradeBand.ELEMENTARY, Subject.MATHEMATICS)
    assert (visit.school, visit.school_year) == (cast.north.schools[0], year)
    assert (visit.had_pd, visit.new_arrival) == (None, None), "so few teachers would be told apart by it"
    assert visit.room_key == room_stamp(year_secret(cast.north.district, year), str(teacher.id))
    assert VisitHost.objects.get(visit=visit).educator == teacher


def test_what_five_teachers_share_is_stamped_on_the_visit(cast: Cast, record: Record) -> None:
    teacher = cast.north.people["teacher_2"]
    for number in range(4):
        more = Educator.objects.create(
            district=cast.north.district, given_name="Ode", family_name=f"Quarl {number}", arrived_on=cast.today
        )
        TeachingAssignment.objects.create(
            district=cast.north.district, section=cast.north.sections[1], educator=more, primary=False
        )
    teacher.arrived_on = cast.today
    teacher.save()
    visit = record(section=cast.north.sections[1]).visit
    assert (visit.had_pd, visit.new_arrival) == (False, True)


def test_the_teacher_of_record_is_the_one_of_that_day(cast: Cast, record: Record) -> None:
    section, change = cast.north.sections[0], cast.today - dt.timedelta(days=10)
    TeachingAssignment.objects.filter(section=section).update(ends_on=change)
    TeachingAssignment.objects.create(
        district=cast.north.district,
        section=section,
        educator=cast.north.people["teacher_2"],
        primary=True,
        begins_on=change + dt.timedelta(days=1),
    )
    record(visit_id=uuid.UUID(int=1))
    record(visit_id=uuid.UUID(int=2), visited_on=change)
    hosts = {h.visit_id.int: h.educator for h in VisitHost.objects.all()}
    assert hosts == {1: cast.north.people["teacher_2"], 2: cast.north.people["teacher"]}


def test_a_place_without_a_class_is_one_room_and_has_no_host(cast: Cast, record: Record) -> None:
    place = {"section": None, "school": cast.north.schools[0], "grade_band": GradeBand.MIDDLE}
    one = record(visit_id=uuid.UUID(int=1), room="21", **place).visit
    two = record(visit_id=uuid.UUID(int=2), room="21", **place).visit
    three = record(visit_id=uuid.UUID(int=3), room="22", **place).visit
    assert one.room_key == two.room_key != three.room_key
    assert (one.grade_band, one.had_pd, one.new_arrival) == (GradeBand.MIDDLE, None, None)
    assert not VisitHost.objects.exists()
    with pytest.raises(Refused, match="class or a school"):
        record(visit_id=uuid.UUID(int=4), section=None)


def test_not_applicable_and_not_looked_for_are_kept_apart(cast: Cast, record: Record) -> None:
    answers = (Answer("reasoning", missing=Missing.NOT_APPLICABLE), Answer("on_learning", 18, scanned=22))
    record(sheets=[Sheet(cast.north.people["coach"], answers)])
    stored = {i.look_for.code: (i.value, i.scanned, i.missing) for i in VisitItem.objects.select_related("look_for")}
    assert stored == {
        "reasoning": (None, None, "not_applicable"),
        "goal_posted": (None, None, "not_looked_for"),
        "open_questions": (None, None, "not_looked_for"),
        "on_learning": (18, 22, ""),
    }


def test_answers_that_do_not_fit_are_all_named_and_nothing_is_stored(cast: Cast, record: Record) -> None:
    answers = (Answer("reasoning", 7), Answer("open_questions", 2.5), Answer("goal_posted", 1))
    with pytest.raises(InvalidSheetError) as refused:
        record(sheets=[Sheet(cast.north.people["coach"], answers)])
    problems = {p.look_for: p for p in refused.value.problems}
    assert set(problems) == {"reasoning", "open_questions"}
    assert problems["reasoning"].value == "7" and "1, 2, 3, 4" in problems["reasoning"].remedy
    assert not Visit.objects.exists() and not VisitObserver.objects.exists()
    cast.north.version.refresh_from_db()
    assert cast.north.version.frozen_at is None


def test_several_observers_hand_in_sheets_of_their_own(cast: Cast, record: Record) -> None:
    record(sheets=[sheet(cast), sheet(cast, "principal", rating=2)])
    by_observer = {
        o.observer: (o.lead, o.items.get(look_for__code="reasoning").value) for o in VisitObserver.objects.all()
    }
    assert by_observer == {cast.north.people["coach"]: (True, 3), cast.north.people["principal"]: (False, 2)}
    with pytest.raises(Refused, match="one sheet"):
        record(visit_id=uuid.UUID(int=2), sheets=[sheet(cast), sheet(cast)])
    with pytest.raises(Refused, match="at least one observer"):
        record(visit_id=uuid.UUID(int=2), sheets=[], by=None)


def test_a_second_observer_adds_a_sheet_once(cast: Cast, record: Record) -> None:
    visit = record().visit
    principal = cast.north.users["principal"]
    own = sheet(cast, "principal", rating=2, note="Few pupils spoke.")
    assert add_sheet(visit=visit, sheet=own, by=principal).created
    assert not add_sheet(visit=visit, sheet=own, by=principal).created
    with pytest.raises(VisitConflict):
        add_sheet(visit=visit, sheet=sheet(cast, "principal", rating=4), by=principal)
    with pytest.raises(PermissionDenied):
        add_sheet(visit=visit, sheet=sheet(cast, "principal"), by=cast.north.users["coach"])
    assert visit.observers.count() == 2
    assert not record().created, "the first sheet is still a repeat"


def test_nobody_observes_their_own_class(cast: Cast, record: Record) -> None:
    with pytest.raises(Refused, match="own class"):
        record(sheets=[sheet(cast, "teacher")], by=cast.north.users["teacher"])
    visit = record().visit
    with pytest.raises(Refused, match="own class"):
        add_sheet(visit=visit, sheet=sheet(cast, "teacher"), by=cast.north.users["teacher"])
    assert add_sheet(visit=visit, sheet=sheet(cast, "teacher_2"), by=cast.north.users["teacher_2"]).created


def test_a_note_that_names_staff_is_stopped_before_anything_is_saved(cast: Cast, record: Record) -> None:
    named = [sheet(cast, note="Ms. Nunez asked for reasons; Harrowgate listened.")]
    with pytest.raises(NamesInNotes) as stopped:
        record(sheets=named)
    assert stopped.value.names == ("Nunez", "Harrowgate")
    assert not Visit.objects.exists()
    kept = record(sheets=named, accept_names=True)
    assert kept.warnings == ("Nunez", "Harrowgate") and VisitNote.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("north/coach", True),
        ("north/teacher_2", True),
        ("north/principal", True),
        ("north/superintendent", True),
        ("north/teacher_3", False),
        ("north/principal_2", False),
        ("north/support_staff", False),
        ("north/pending", False),
        ("north/data_manager", False),
        ("south/coach", False),
        ("outside/partner", False),
    ],
)
def test_only_observers_of_the_school_record_there(cast: Cast, record: Record, who: str, allowed: bool) -> None:
    town, name = who.split("/")
    user = cast.outside[name] if town == "outside" else getattr(cast, town).users[name]
    person = user.educator or cast.north.people["coach"]
    own = [Sheet(person, (Answer("reasoning", 3),))]
    if allowed:
        assert record(sheets=own, by=user).created
    else:
        with pytest.raises((PermissionDenied, Refused)):
            record(sheets=own, by=user)
        assert not Visit.objects.exists()


def test_who_plans_visits_may_hand_in_for_others_and_teachers_may_not(cast: Cast, record: Record) -> None:
    with pytest.raises(PermissionDenied):
        record(by=cast.north.users["teacher_2"])
    assert record(by=cast.north.users["principal"]).created


def test_visits_of_the_future_of_drafts_and_of_other_districts_are_refused(cast: Cast, record: Record) -> None:
    with pytest.raises(Refused, match="future"):
        record(visited_on=cast.today + dt.timedelta(days=1))
    with pytest.raises(Refused, match="one district"):
        record(version=cast.south.version)
    ProtocolVersion.objects.filter(pk=cast.north.version.pk).update(published_at=None)
    cast.north.version.refresh_from_db()
    with pytest.raises(Refused, match="not published"):
        record()


def test_the_first_visit_freezes_the_protocol_once(cast: Cast, record: Record) -> None:
    record(visit_id=uuid.UUID(int=1))
    record(visit_id=uuid.UUID(int=2))
    cast.north.version.refresh_from_db()
    assert cast.north.version.frozen_at is not None
    assert AuditEntry.objects.filter(act="freeze").count() == 1


def test_a_planned_visit_is_completed_under_its_own_id(cast: Cast, record: Record, walkthrough: Walkthrough) -> None:
    plan = plan_visits(
        walkthrough=walkthrough,
        section=cast.north.sections[0],
        visited_on=cast.today,
        observer=cast.north.people["coach"],
        by=cast.north.users["principal"],
    )
    assert (plan.status, plan.room_key, plan.content_sha256) == (VisitStatus.PLANNED, "", "")
    assert VisitHost.objects.get(visit=plan).section == cast.north.sections[0]
    done = record(visit_id=plan.id, walkthrough=walkthrough, section=cast.north.sections[1])
    assert done.created and Visit.objects.get().status == VisitStatus.DONE
    assert VisitHost.objects.get().educator == cast.north.people["teacher_2"], "where the observer really went"
    assert VisitObserver.objects.count() == 1
    assert not record(visit_id=plan.id, walkthrough=walkthrough, section=cast.north.sections[1]).created


def test_a_plan_lets_an_observer_from_elsewhere_record(cast: Cast, record: Record, walkthrough: Walkthrough) -> None:
    guest = {"sheets": [sheet(cast, "principal_2")], "by": cast.north.users["principal_2"], "walkthrough": walkthrough}
    with pytest.raises(PermissionDenied):
        record(**guest)
    plan = plan_visits(
        walkthrough=walkthrough,
        section=cast.north.sections[0],
        visited_on=cast.today,
        observer=cast.north.people["principal_2"],
        by=cast.north.users["principal"],
    )
    assert record(visit_id=plan.id, **guest).created


def test_a_cancelled_plan_forgets_whom_it_concerned(cast: Cast, record: Record, walkthrough: Walkthrough) -> None:
    planned = {
        "walkthrough": walkthrough,
        "section": cast.north.sections[0],
        "visited_on": cast.today,
        "observer": cast.north.people["coach"],
        "by": cast.north.users["principal"],
    }
    plan = plan_visits(**planned)
    with pytest.raises(PermissionDenied):
        cancel_visit(visit=plan, by=cast.north.users["teacher_2"])
    assert cancel_visit(visit=plan, by=cast.north.users["coach"]).status == VisitStatus.CANCELLED
    assert not VisitHost.objects.exists()
    with pytest.raises(Refused, match="took place"):
        cancel_visit(visit=record().visit, by=cast.north.users["coach"])


def test_plans_keep_to_the_walkthrough_the_roster_and_eight_weeks(cast: Cast, walkthrough: Walkthrough) -> None:
    def plan(**changes: object) -> Visit:
        given = {
            "walkthrough": walkthrough,
            "section": cast.north.sections[0],
            "visited_on": cast.today,
            "observer": cast.north.people["coach"],
            "by": cast.north.users["principal"],
        } | changes
        return plan_visits(**given)

    for days in (-1, 57):
        with pytest.raises(Refused, match="next 8 weeks"):
            plan(visited_on=cast.today + dt.timedelta(days=days))
    with pytest.raises(Refused, match="outside the walkthrough"):
        plan(visited_on=cast.today + dt.timedelta(days=22))
    with pytest.raises(Refused, match="own class"):
        plan(observer=cast.north.people["teacher"])
    with pytest.raises(Refused, match="one district"):
        plan(observer=cast.south.people["coach"])
    with pytest.raises(PermissionDenied):
        plan(by=cast.north.users["teacher_2"])
    TeachingAssignment.objects.all().delete()
    with pytest.raises(Refused, match="no teacher"):
        plan()


def test_a_walkthrough_is_begun_by_who_plans_visits(cast: Cast, walkthrough: Walkthrough) -> None:
    assert walkthrough.district == cast.north.district
    for who in ("teacher", "support_staff", "data_manager"):
        with pytest.raises(PermissionDenied):
            create_walkthrough(
                district=cast.north.district,
                title="x",
                version=cast.north.version,
                begins_on=cast.today,
                ends_on=cast.today,
                by=cast.north.users[who],
            )


@pytest.mark.parametrize(("title", "question"), [("Visits to Okonjo", ""), ("Talk", "Why does Ms. Lindqvist lecture?")])
def test_a_walkthrough_names_nobody(cast: Cast, title: str, question: str) -> None:
    with pytest.raises(Refused, match="name staff"):
        create_walkthrough(
            district=cast.north.district,
            title=title,
            question=question,
            version=cast.north.version,
            begins_on=cast.today,
            ends_on=cast.today,
            by=cast.north.users["principal"],
        )
    assert not Walkthrough.objects.exists()


def test_a_plan_is_completed_by_its_observer_or_who_plans(cast: Cast, record: Record, walkthrough: Walkthrough) -> None:
    planned = plan_visits(
        walkthrough=walkthrough,
        section=cast.north.sections[0],
        visited_on=cast.today,
        observer=cast.north.people["coach"],
        by=None,
    )
    with pytest.raises(Refused, match="another observer"):
        record(
            visit_id=planned.id,
            walkthrough=walkthrough,
            sheets=[sheet(cast, "teacher_2")],
            by=cast.north.users["teacher_2"],
        )
    assert Visit.objects.get(pk=planned.pk).status == "planned"
    assert planned.observers.get().observer == cast.north.people["coach"]
    by = cast.north.users["principal"]
    assert record(visit_id=planned.id, walkthrough=walkthrough, sheets=[sheet(cast, "teacher_2")], by=by).created


def drafts(cast: Cast, n: int) -> list[VisitDraft]:
    return [
        VisitDraft(
            visit_id=uuid.uuid5(uuid.NAMESPACE_OID, f"visit {i}"),
            version=cast.north.version,
            visited_on=cast.today - dt.timedelta(days=i % 40),
            recorded_on=cast.today,
            sheets=(sheet(cast, rating=1 + i % 4),),
            section=cast.north.sections[i % 3],
        )
        for i in range(n)
    ]


def test_many_visits_are_stored_once_in_few_queries(cast: Cast, django_assert_max_num_queries: Callable) -> None:
    rows = drafts(cast, 300)
    with django_assert_max_num_queries(60):
        done = record_visits(district=cast.north.district, drafts=rows, by=None)
    assert (done.stored, done.repeated, done.conflicts) == (300, 0, ())
    assert VisitItem.objects.count() == 1200
    again = record_visits(district=cast.north.district, drafts=rows, by=None)
    assert (again.stored, again.repeated) == (0, 300)
    changed = [*rows[:2], VisitDraft(**{**{f: getattr(rows[2], f) for f in VisitDraft.__slots__}, "minutes": 9})]
    assert record_visits(district=cast.north.district, drafts=changed, by=None).conflicts == (rows[2].visit_id,)
    assert AuditEntry.objects.filter(act="record_many").count() == 3


def test_one_and_many_store_the_same(cast: Cast, record: Record) -> None:
    one = drafts(cast, 1)[0]
    record_visits(district=cast.north.district, drafts=[one], by=None)
    repeat = record(visit_id=one.visit_id, sheets=list(one.sheets), visited_on=one.visited_on, section=one.section)
    assert not repeat.created


def test_many_visits_are_all_or_nothing(cast: Cast) -> None:
    bad = VisitDraft(
        visit_id=uuid.UUID(int=9),
        version=cast.north.version,
        visited_on=cast.today,
        sheets=(sheet(cast, rating=9),),
        section=cast.north.sections[0],
    )
    with pytest.raises(InvalidSheetError):
        record_visits(district=cast.north.district, drafts=[*drafts(cast, 3), bad], by=None)
    assert not Visit.objects.exists()
    with pytest.raises(PermissionDenied):
        record_visits(district=cast.north.district, drafts=drafts(cast, 3), by=cast.north.users["coach"])


def test_a_closed_year_takes_no_more_visits(cast: Cast, record: Record) -> None:
    visit = record().visit
    destroy_year_secret(district=cast.north.district, school_year=visit.school_year, by=None)
    with pytest.raises(Refused, match="closed"):
        record(visit_id=uuid.UUID(int=2))


def test_the_version_is_that_of_the_walkthrough_and_of_the_district(cast: Cast, walkthrough: Walkthrough) -> None:
    given = {"district": cast.north.district, "title": "x", "begins_on": cast.today, "ends_on": cast.today, "by": None}
    with pytest.raises(Refused, match="another district"):
        create_walkthrough(version=cast.south.version, **given)
    with pytest.raises(Refused, match="before it began"):
        create_walkthrough(version=cast.north.version, **(given | {"ends_on": cast.today - dt.timedelta(days=1)}))
    protocol = cast.north.version.protocol
    draft = ProtocolVersion.objects.create(district=cast.north.district, protocol=protocol, number="2")
    with pytest.raises(Refused, match="not published"):
        create_walkthrough(version=draft, **given)
    walkthrough.version = draft
    walkthrough.save()
    with pytest.raises(Refused, match="another version"):
        record_visit(
            visit_id=uuid.UUID(int=1),
            version=cast.north.version,
            visited_on=cast.today,
            sheets=[sheet(cast)],
            section=cast.north.sections[0],
            walkthrough=walkthrough,
            by=None,
        )


def test_a_sheet_is_added_to_a_visit_that_took_place_by_somebody_of_the_district(
    cast: Cast, record: Record, walkthrough: Walkthrough
) -> None:
    plan = plan_visits(
        walkthrough=walkthrough,
        section=cast.north.sections[0],
        visited_on=cast.today,
        observer=cast.north.people["coach"],
        by=None,
    )
    with pytest.raises(Refused, match="not been recorded"):
        add_sheet(visit=plan, sheet=sheet(cast), by=cast.north.users["coach"])
    stranger = Sheet(cast.south.people["coach"], (Answer("reasoning", 3),))
    with pytest.raises(Refused, match="another district"):
        add_sheet(visit=record().visit, sheet=stranger, by=None)


def test_a_teacher_may_be_named_where_the_class_is_unknown(cast: Cast, record: Record) -> None:
    by_class = record(visit_id=uuid.UUID(int=1)).visit
    by_name = record(
        visit_id=uuid.UUID(int=2),
        section=None,
        school=cast.north.schools[0],
        teacher=cast.north.people["teacher"],
        subject=Subject.MATHEMATICS,
    ).visit
    assert by_name.room_key == by_class.room_key and by_name.had_pd is None
    assert VisitHost.objects.get(visit=by_name).section is None


@pytest.mark.django_db(transaction=True)
def test_the_same_visit_from_many_connections_at_once_is_stored_once(cast: Cast, record: Record) -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads share one connection to a database in memory; a file or PostgreSQL has one each")
    created: list[bool] = []
    errors: list[Exception] = []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            start.wait()
            created.append(record().created)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(created) == [False, False, False, True]
    assert Visit.objects.count() == 1 and VisitHost.objects.count() == 1 and VisitItem.objects.count() == 4
    assert first_broken_entry() is None
