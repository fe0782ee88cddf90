"""Strangers' pictures: fetched with care, made anew in a process that may crash, kept as long as their posts may be shown."""
