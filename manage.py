#!/usr/bin/env python3
"""Django's own commands for people who develop the site; everything else is a `midcourse` verb."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midcourse.settings")
    execute_from_command_line(sys.argv)
