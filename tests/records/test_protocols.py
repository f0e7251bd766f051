"""Protocols: versions freeze, and the same code keeps the same meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from midcourse.records.actions.protocols import (
    Choice,
    change_draft,
    create_protocol,
    draft_version,
    freeze_version,
    link_look_for,
    publish_version,
    retire_protocol,
)
from midcourse.records.actions.refusals import Refused
from midcourse.records.models import AuditEntry, LookFor, ProtocolVersion
from midcourse.vocabulary import Scale
from tests.district.cast import LOOK_FORS, Cast

pytestmark = pytest.mark.django_db


def draft(cast: Cast, *look_fors: object, number: str = "2") -> ProtocolVersion:
    return draft_version(
        protocol=cast.north.version.protocol,
        number=number,
        look_fors=look_fors or LOOK_FORS,
        reason="A third question was wanted.",
        by=cast.north.users["curriculum_director"],
    )


def test_a_published_version_is_not_changed_again(cast: Cast) -> None:
    version = draft(cast)
    change_draft(version=version, look_fors=LOOK_FORS[:2], by=cast.north.users["curriculum_director"])
    assert version.look_fors.count() == 2
    publish_version(version=version, by=cast.north.users["curriculum_director"])
    with pytest.raises(Refused, match="no longer be changed") as refused:
        change_draft(version=version, look_fors=LOOK_FORS, by=cast.north.users["curriculum_director"])
    assert "new version" in refused.value.remedy
    assert version.look_fors.count() == 2


def test_publishing_twice_is_publishing_once(cast: Cast) -> None:
    first = cast.north.version.published_at
    assert publish_version(version=cast.north.version, by=None).published_at == first


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"text": {"en": "Pupils explain."}}, "wording"),
        ({"scale": Scale.YES_NO}, "scale"),
        ({"present_from": 2.0}, "scale"),
        ({"choices": (Choice(1.0, {"en": "no"}), Choice(2.0, {"en": "yes"}))}, "choices"),
    ],
)
def test_a_code_keeps_its_wording_and_scale(cast: Cast, change: dict, what: str) -> None:
    with pytest.raises(Refused, match=what) as refused:
        draft(cast, replace(LOOK_FORS[0], **change))
    assert "new code" in refused.value.remedy
    assert not ProtocolVersion.objects.filter(number="2").exists()
    assert draft(cast, replace(LOOK_FORS[0], code="reasoning_b", **change)).look_fors.count() == 1


def test_another_language_domain_or_order_is_no_other_meaning(cast: Cast) -> None:
    french = replace(LOOK_FORS[0], text={**LOOK_FORS[0].text, "fr": "Les élèves expliquent."}, domain="Voice")
    assert draft(cast, LOOK_FORS[1], french).look_fors.count() == 2


def test_versions_need_a_reason_a_number_and_look_fors_of_their_own(cast: Cast) -> None:
    protocol = cast.north.version.protocol
    with pytest.raises(Refused, match="reason"):
        draft_version(protocol=protocol, number="2", look_fors=LOOK_FORS, by=None)
    with pytest.raises(Refused, match="exists"):
        draft(cast, number="1")
    with pytest.raises(Refused, match="used twice"):
        draft(cast, LOOK_FORS[0], LOOK_FORS[0])
    empty = draft_version(protocol=protocol, number="3", look_fors=(), reason="x", by=None)
    with pytest.raises(Refused, match="no look-for"):
        publish_version(version=empty, by=None)
    with pytest.raises(Refused, match="form id"):
        create_protocol(district=cast.north.district, form_id="talk-and-task", title={"en": "x"}, by=None)


def test_freezing_needs_publishing_and_happens_once(cast: Cast) -> None:
    with pytest.raises(Refused, match="not published"):
        freeze_version(version=draft(cast), by=None)
    for _ in range(2):
        freeze_version(version=ProtocolVersion.objects.get(pk=cast.north.version.pk), by=None)


def test_a_missing_link_to_the_catalogue_may_be_added_and_not_changed(cast: Cast) -> None:
    look_for = LookFor.objects.get(version=cast.north.version, code="goal_posted")
    linked = link_look_for(look_for=look_for, role="vision", by=cast.north.users["curriculum_director"])
    assert linked.role == "vision"
    with pytest.raises(Refused, match="no longer be changed"):
        link_look_for(look_for=look_for, role="other", by=None)
    look_for.refresh_from_db()
    assert look_for.role == "vision"


def test_a_retired_protocol_keeps_its_versions(cast: Cast) -> None:
    protocol = retire_protocol(protocol=cast.north.version.protocol, on=cast.today, by=None)
    assert protocol.retired_on == cast.today and protocol.versions.count() == 1


@pytest.mark.parametrize("who", ["principal", "coach", "teacher", "data_manager"])
def test_nobody_else_manages_protocols(cast: Cast, who: str) -> None:
    user, version = cast.north.users[who], cast.north.version
    before = AuditEntry.objects.count()
    for attempt in (
        lambda: create_protocol(district=cast.north.district, form_id="x", title={"en": "x"}, by=user),
        lambda: draft_version(protocol=version.protocol, number="9", look_fors=LOOK_FORS, reason="x", by=user),
        lambda: change_draft(version=version, look_fors=LOOK_FORS, by=user),
        lambda: publish_version(version=version, by=user),
        lambda: link_look_for(look_for=version.look_fors.first(), role="x", by=user),
        lambda: retire_protocol(protocol=version.protocol, on=cast.today, by=user),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert AuditEntry.objects.count() == before
