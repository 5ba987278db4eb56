"""What decisions were made from, read again from the texts that a ledger keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from attrs import define, field

from leadrouter.assignment.candidate import Candidate
from leadrouter.assignment.duties import Duties, FixedDuties, RosterDuties
from leadrouter.assignment.standing import Standing
from leadrouter.assignment.strategy import OwnStrategy
from leadrouter.errors import FaultsError
from leadrouter.ledger.ledger import Reading
from leadrouter.lifecycle.desk import House
from leadrouter.organisation import Organisation
from leadrouter.roster.roster import DutyRoster
from leadrouter.roster.written import read_all
from leadrouter.routing.rule_pack import RulePack


class NotGivenError(Exception):
    """Something that a decision was made from is not there: the decision cannot be made again."""


class MissingTextError(NotGivenError):
    """A text that a decision was made from, which every ledger keeps with it, is gone."""


@define(eq=False)
class Houses:
    """Packs and houses by their digests, each read once.

    `duties` and `strategies` are the host's own, which no ledger can keep.
    """

    work: Reading
    duties: Duties | None
    strategies: Mapping[str, OwnStrategy]
    _packs: dict[str, RulePack] = field(factory=dict, init=False)
    _houses: dict[tuple[Any, ...], House | NotGivenError] = field(factory=dict, init=False)

    def pack(self, digest: str) -> RulePack:
        """Return a pack.

        Raises:
            MissingTextError: its text is gone.
            NotGivenError: its text cannot be read by this version of the library.
        """
        if digest not in self._packs:
            text = self.text(digest, "pack")
            try:
                self._packs[digest] = RulePack.parse(text, source=f"pack {digest[:12]}")
            except FaultsError as error:
                raise NotGivenError(f"its pack has faults now: {error.faults[0].code}") from None
        return self._packs[digest]

    def house(self, record: Mapping[str, Any]) -> House:
        """Return what a decision was made in: the organisation, who was on duty, and the host's strategies.

        Raises:
            MissingTextError: the text of its organisation is gone.
            NotGivenError: something else of it is not there.
        """
        names = tuple(record.get("strategies", ()))
        key = (record["organisation"], record.get("roster"), record.get("duties"), names)
        if key not in self._houses:
            try:
                self._houses[key] = self._read(*key)
            except NotGivenError as error:
                self._houses[key] = error
        house = self._houses[key]
        if isinstance(house, NotGivenError):
            raise house
        return house

    def _read(self, organisation: str, roster: str | None, duties: str | None, names: tuple[str, ...]) -> House:
        text = self.text(organisation, "organisation")
        try:
            read = Organisation.parse(text, source=f"organisation {organisation[:12]}")
        except FaultsError as error:
            raise NotGivenError(f"its organisation has faults now: {error.faults[0].code}") from None
        return House(
            organisation=read,
            duties=self._duties(read, roster, duties),
            roster_digest=roster,
            strategies=GivenStrategies(self.strategies, names),
            has_own_duties=duties is not None,
        )

    def _duties(self, organisation: Organisation, roster: str | None, own: str | None) -> Duties:
        if own is not None:
            if self.duties is None:
                raise NotGivenError("the host said who was on duty: give its `duties`")
            return self.duties
        return FixedDuties(organisation.duty) if roster is None else RosterDuties(self._roster(roster))

    def _roster(self, digest: str) -> DutyRoster:
        text = self.work.text(digest)
        if text is None:
            raise NotGivenError("the text of its roster is not kept")
        try:
            parts = [DutyRoster.parse(each.text, read=each.read) for each in read_all(text)]
            roster = reduce(DutyRoster.with_version, parts)
        except (FaultsError, ValueError) as error:
            raise NotGivenError(f"its roster cannot be read any more: {type(error).__name__}") from None
        if roster.digest != digest:
            raise NotGivenError("its roster reads otherwise now: by other rules of time zones, or other holidays")
        return roster

    def text(self, digest: str, what: str) -> str:
        """Return a text that a decision names.

        Raises:
            MissingTextError: it is gone.
        """
        text = self.work.text(digest)
        if text is None:
            raise MissingTextError(f"the text of its {what} is missing")
        return text


class GivenStrategies(Mapping[str, OwnStrategy]):
    """The host's own strategies of these names, which a router had; one that is asked for and not given says so."""

    def __init__(self, strategies: Mapping[str, OwnStrategy], names: tuple[str, ...]) -> None:
        self._strategies, self._names = strategies, names

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> OwnStrategy:
        if name in self._strategies:
            return self._strategies[name]

        def missing(_: Sequence[Candidate], __: Standing) -> Sequence[str]:
            raise NotGivenError(f"strategy `{name}` is the host's own, and was not given")

        return missing

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
