"""The hub's HTTP doors by subject: thin translations between requests and the hub. pydantic lives only here."""
