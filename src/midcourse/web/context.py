"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from midcourse.records.models import Network


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the network and whether its data are invented."""
    network = Network.objects.first()
    return {"network": network, "data_are_invented": bool(network and network.invented)}
