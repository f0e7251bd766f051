"""Starting the demonstration: build it once, refresh it, and reuse it afterwards.

Decides that it never touches a store with real data.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from midcourse.pipeline.demonstration.building import build_network
from midcourse.pipeline.demonstration.following import decide_on_verdicts, plan_some_visits
from midcourse.pipeline.demonstration.network import PASSWORD, Story
from midcourse.pipeline.demonstration.sign_ins import SignIn, list_sign_ins
from midcourse.pipeline.publication import published
from midcourse.pipeline.refreshing import refresh
from midcourse.records.models import Decision, Network, Visit

NOTE = "INVENTED.txt"
"""The file by which a data folder of the demonstration is known; only such a folder is ever cleared."""


class RealDataError(RuntimeError):
    """The store holds a network that is not invented."""


@dataclass(frozen=True, slots=True)
class DemonstrationReport:
    """What a start did.

    Parameters
    ----------
    built, refreshed : bool
        Whether the data and the snapshot are new; both False for a later start.
    visits : int
        Visits in the store.
    seconds : float
        Time for building and refreshing.
    snapshot_id : str
    sign_ins : tuple of SignIn
        One for every role; `password` opens all of them.
    """

    built: bool
    refreshed: bool
    visits: int
    seconds: float
    snapshot_id: str
    sign_ins: tuple[SignIn, ...]
    password: str = PASSWORD


def build_demonstration(
    *,
    as_of: dt.date,
    seed: int,
    stories: Sequence[Story] = tuple(Story),
    visits_times: float = 1.0,
) -> DemonstrationReport:
    """Build and refresh the invented network in the store of `MIDCOURSE_DATA_DIR`, unless it is there already.

    The store must be migrated. Building is one transaction and publishing one step, so a start that died half way is
    simply done again by the next one.

    Raises
    ------
    RealDataError
        When the store holds a network that is not invented.
    """
    began = time.perf_counter()
    network = Network.objects.first()
    if network is not None and not network.invented:
        raise RealDataError("this data folder holds a real network; choose another one for the demonstration")
    built = network is None
    if built:
        note = settings.DATA_DIR / NOTE
        note.write_text("Everything in this folder is invented: districts, people, visits, results.\n")
        build_network(as_of=as_of, seed=seed, stories=stories, visits_times=visits_times)
    found = None if built else published()
    refreshed = found is None
    if found is None:
        refresh(as_of=as_of)
        found = published()
        assert found is not None  # a refresh publishes or raises
        if not Decision.objects.exists():
            with transaction.atomic():
                decide_on_verdicts(found, as_of=as_of)
                plan_some_visits(as_of=as_of)
    return DemonstrationReport(
        built=built,
        refreshed=refreshed,
        visits=Visit.objects.done().count(),
        seconds=time.perf_counter() - began,
        snapshot_id=found.snapshot_id,
        sign_ins=list_sign_ins(),
    )
