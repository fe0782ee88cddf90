"""Who speaks for the brand and its staff: by stable id, from the configuration and from nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from stream.config import AccountsConfig
from stream.mention import Role

Roles = Mapping[str, Role]
"""Author id to role; who is missing is public."""


def roles_of(accounts: AccountsConfig) -> dict[str, Role]:
    """The role of every configured account; one that is in both lists speaks for the brand."""
    roles: dict[str, Role] = dict.fromkeys(accounts.staff, "staff")
    roles.update(dict.fromkeys(accounts.brand, "brand"))
    return roles
