"""Records: the district's store. Read from `records.models`, write through `records.actions`, ask `records.access`."""
