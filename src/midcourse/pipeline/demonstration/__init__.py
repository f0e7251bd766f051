"""The demonstration: an invented network with known truth, built through the same actions as a real one."""

from midcourse.pipeline.demonstration.building import Demonstration, build_network
from midcourse.pipeline.demonstration.network import PASSWORD, Story
from midcourse.pipeline.demonstration.sign_ins import SignIn
from midcourse.pipeline.demonstration.starting import DemonstrationReport, RealDataError, build_demonstration

__all__ = [
    "PASSWORD",
    "Demonstration",
    "DemonstrationReport",
    "RealDataError",
    "SignIn",
    "Story",
    "build_demonstration",
    "build_network",
]
