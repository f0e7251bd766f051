"""`python -m midcourse` is the `midcourse` command."""

from midcourse.cli import main

raise SystemExit(main())
