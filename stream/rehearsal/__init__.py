"""A rehearsal: the real parts play an event while planned troubles befall them, and a sheet says go or no-go."""
