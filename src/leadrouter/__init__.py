"""Routes inbound b2b leads by declarative rule packs, and says why.

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadrouter.adapters.files import load_organisation, load_pack, load_roster
    from leadrouter.errors import (
        CaseError,
        ConflictError,
        FactsError,
        Fault,
        LeadRouterError,
        LedgerError,
        NaiveTimeError,
        OrganisationError,
        PackError,
        RosterError,
        UnknownLeadError,
    )
    from leadrouter.lead import Contact, Lead
    from leadrouter.organisation import Organisation
    from leadrouter.roster.duty import Duty
    from leadrouter.roster.roster import DutyRoster
    from leadrouter.router import Router
    from leadrouter.routing.counterfactual import Counterfactual, counterfactual
    from leadrouter.routing.decision import Decision
    from leadrouter.routing.outcome import Outcome
    from leadrouter.routing.rule_pack import RulePack

_HOMES = {
    "leadrouter.adapters.files": ("load_organisation", "load_pack", "load_roster"),
    "leadrouter.errors": (
        "CaseError",
        "ConflictError",
        "FactsError",
        "Fault",
        "LeadRouterError",
        "LedgerError",
        "NaiveTimeError",
        "OrganisationError",
        "PackError",
        "RosterError",
        "UnknownLeadError",
    ),
    "leadrouter.lead": ("Contact", "Lead"),
    "leadrouter.organisation": ("Organisation",),
    "leadrouter.roster.duty": ("Duty",),
    "leadrouter.roster.roster": ("DutyRoster",),
    "leadrouter.router": ("Router",),
    "leadrouter.routing.counterfactual": ("Counterfactual", "counterfactual"),
    "leadrouter.routing.decision": ("Decision",),
    "leadrouter.routing.outcome": ("Outcome",),
    "leadrouter.routing.rule_pack": ("RulePack",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CaseError",
    "ConflictError",
    "Contact",
    "Counterfactual",
    "Decision",
    "Duty",
    "DutyRoster",
    "FactsError",
    "Fault",
    "Lead",
    "LeadRouterError",
    "LedgerError",
    "NaiveTimeError",
    "Organisation",
    "OrganisationError",
    "Outcome",
    "PackError",
    "RosterError",
    "Router",
    "RulePack",
    "UnknownLeadError",
    "counterfactual",
    "load_organisation",
    "load_pack",
    "load_roster",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
