"""The audit chain: one line of entries, and every tampering is found."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, transaction

from midcourse.records.actions.audit import append_entry, first_broken_entry
from midcourse.records.models import AuditEntry
from tests.district.cast import Cast

N = 6


@pytest.fixture
def chain(db: None) -> None:
    with transaction.atomic():
        for i in range(N):
            append_entry(
                act="receive",
                subject="received_file",
                object_id=uuid.uuid4(),
                district_id=None,
                details={"n": i},
                by=None,
            )


def test_an_untouched_chain_is_whole(chain: None) -> None:
    assert first_broken_entry() is None
    assert [e.number for e in AuditEntry.objects.all()] == list(range(1, N + 1))


@pytest.mark.parametrize(
    "change",
    [
        {"act": "other"},
        {"subject": "other"},
        {"by": uuid.uuid4()},
        {"district_id": uuid.uuid4()},
        {"object_id": uuid.uuid4()},
        {"details": {"n": 99}},
        {"at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"previous_sha256": "f" * 64},
        {"sha256": "f" * 64},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_changed_entry_is_found(chain: None, change: dict) -> None:
    AuditEntry.objects.filter(number=3).update(**change)
    assert first_broken_entry() == 3


def test_a_removed_entry_is_found(chain: None) -> None:
    AuditEntry.objects.filter(number=3).delete()
    assert first_broken_entry() == 3


def test_the_same_content_at_another_place_is_found(chain: None) -> None:
    """Swapping two entries with all their columns but the number breaks the chain."""
    third, fourth = AuditEntry.objects.get(number=3), AuditEntry.objects.get(number=4)
    AuditEntry.objects.filter(number__in=(3, 4)).delete()
    third.number, fourth.number = 4, 3
    third.save(force_insert=True)
    fourth.save(force_insert=True)
    assert first_broken_entry() == 3


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        append_entry(act="x", subject="x", object_id=uuid.uuid4(), district_id=None, by=None)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_entry() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append_entry(act="x", subject="x", object_id=uuid.uuid4(), district_id=None, by=None)
        raise ZeroDivisionError
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain() -> None:
    errors: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    append_entry(act="x", subject="x", object_id=uuid.uuid4(), district_id=None, by=None)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads share one connection to a database in memory; a file or PostgreSQL has one each")
    assert not errors
    assert AuditEntry.objects.count() == 20 and first_broken_entry() is None


def test_every_act_of_the_cast_is_in_one_chain(cast: Cast) -> None:
    assert AuditEntry.objects.count() > 60
    assert first_broken_entry() is None
    assert AuditEntry.objects.visible_to(cast.north.users["superintendent"]).exists()
    for name in ("principal", "coach", "teacher"):
        assert not AuditEntry.objects.visible_to(cast.north.users[name]).exists()
