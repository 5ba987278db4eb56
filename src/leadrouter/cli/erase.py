"""`leadrouter erase`: personal data taken out of a ledger."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from leadrouter.cli.arguments import INSTANT, ledger_option
from leadrouter.cli.console import FINE, NOT_FINE
from leadrouter.cli.streams import standard_input

if TYPE_CHECKING:
    from leadrouter.ledger.ledger import Ledger
    from leadrouter.privacy.erasing import Erased
    from leadrouter.privacy.wanted import OfContact, Wanted

_HELP = """Erase the personal data of a contact, of a lead, or of everything older than an age.

Contacts, companies' names, free text, and facts that the pack has no word for go from the ledger, with
what they could be found out by; what was decided stays, and is explained by what is left. Exactly one of
--contact, --lead and --older-than says whose. A contact is a phone, an e-mail or a name, in any spelling.

Afterwards the room is given back, so that nothing can be read from the disk any more: writers wait
meanwhile. Backups are yours to replace.

Where nothing of a contact is found, the exit code is 1.

\b
  leadrouter erase --contact - < phone.txt
  leadrouter erase --lead 7f3a --dry-run
  leadrouter erase --older-than 3y
"""
_AGE = re.compile(r"([1-9]\d{0,3})(d|mo|y)")


class _Age(click.ParamType[str]):
    """An age in days, months or years."""

    name = "age"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if _AGE.fullmatch(value) is None:
            self.fail(f"{value!r} is no age; write 90d, 18mo or 3y", param, ctx)
        return value


@click.command("erase", help=_HELP, short_help="Erase the personal data of a contact, a lead, or everything old.")
@click.option("--contact", metavar="WORD", help="A phone, an e-mail or a name; - reads it from standard input.")
@click.option("--lead", "lead_id", metavar="ID", help="The id of a lead, decided or refused, or the beginning of it.")
@click.option("--older-than", "age", type=_Age(), help="What was decided longer ago: 90d, 18mo or 3y.")
@ledger_option
@click.option(
    "--identity-key",
    envvar="LEADROUTER_IDENTITY_KEY",
    default="",
    show_envvar=True,
    metavar="SECRET",
    help="The secret that the router has; needed for clients and events that were entered without a lead.",
)
@click.option("--dry-run", is_flag=True, help="Erase nothing: say how much would be.")
@click.option("--no-vacuum", is_flag=True, help="Leave the bytes on the disk until `leadrouter ledger vacuum`.")
@click.option("--at", type=INSTANT, help="The instant of the erasure.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the ids of the leads.")
def command(
    *,
    contact: str | None,
    lead_id: str | None,
    age: str | None,
    ledger: str,
    identity_key: str,
    dry_run: bool,
    no_vacuum: bool,
    at: datetime | None,
    as_json: bool,
) -> int:
    """Erase personal data."""
    from leadrouter.adapters.ledgers import open_ledger
    from leadrouter.errors import UnknownLeadError
    from leadrouter.privacy.erasing import erase
    from leadrouter.privacy.wanted import Older, lead_called

    if sum(each is not None for each in (contact, lead_id, age)) != 1:
        raise click.UsageError("say whose data is to be erased: --contact, --lead or --older-than, one of them")
    now = at or datetime.now(UTC)
    kept = open_ledger(ledger, create=False)
    try:
        wanted: Wanted
        if contact is not None:
            wanted = _of_contact(kept, _read(contact), identity_key.encode())
        elif lead_id is not None:
            with kept.reading() as work:
                wanted = lead_called(work, lead_id)
        else:
            wanted = Older(_ago(now, str(age)))
        erased = erase(kept, wanted, now, dry_run=dry_run)
    except UnknownLeadError as error:
        click.echo(f"error: {error}", err=True)
        return NOT_FINE
    finally:
        kept.close()
    _say(erased, dry_run=dry_run, as_json=as_json)
    is_any = bool(erased.leads or erased.notes or erased.refused)
    if is_any and not (dry_run or no_vacuum):
        from leadrouter.adapters.upkeep import vacuum

        vacuum(ledger)
    return FINE if is_any or age is not None else NOT_FINE


def _read(contact: str) -> str:
    """Return the contact: what is written on a command line stays in its history, and others see it."""
    if contact == "-":
        contact = standard_input().readline()
    if not contact.strip():
        raise click.UsageError("the contact is empty")
    return contact


def _of_contact(ledger: Ledger, contact: str, key: bytes) -> OfContact:
    """Return what belongs to a contact, its phone dialled where the organisation is that decided last."""
    from attrs import fields

    from leadrouter.organisation import Organisation
    from leadrouter.privacy.wanted import OfContact

    with ledger.reading() as work:
        latest = work.latest()
        text = None if latest is None else work.text(json.loads(latest.record)["organisation"])
    country = str(fields(Organisation).country.default) if text is None else Organisation.parse(text).country
    return OfContact(contact, country, key)


def _ago(now: datetime, age: str) -> datetime:
    """Return the instant that is an age before now; what no month has, its last day stands for.

    >>> _ago(datetime(2024, 2, 29, tzinfo=UTC), "1y").date().isoformat()
    '2023-02-28'
    """
    found = _AGE.fullmatch(age)
    assert found is not None, "INVARIANT: the option has read it"
    number, unit = int(found[1]), found[2]
    if unit == "d":
        return now - timedelta(days=number)
    months = now.year * 12 + now.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    year = max(1, year)  # nothing is as old as that
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _say(erased: Erased, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        held = {"leads": list(erased.leads), "notes": erased.notes, "refused": erased.refused, "dry_run": dry_run}
        click.echo(json.dumps(held, indent=2))
        return
    told = f"leads {len(erased.leads)}, notes {erased.notes}, refused leads {erased.refused}"
    click.echo(f"{'would be erased' if dry_run else 'erased'}: {told}")
