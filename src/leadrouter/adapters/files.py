"""Rule packs, organisations and rosters on disk."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from leadrouter.errors import Fault, OrganisationError, PackError, RosterError
from leadrouter.organisation import Organisation
from leadrouter.roster.roster import DutyRoster
from leadrouter.routing.rule_pack import RulePack

PACK = "pack.yaml"
ORGANISATION = "organisation.yaml"
ROSTER = "roster.yaml"


def load_pack(path: str | PathLike[str]) -> RulePack:
    """Load a rule pack from its file, or from a folder that holds `pack.yaml`.

    What the pack includes is read from beside the file that names it, and from nowhere above the
    pack's own folder.

    Raises:
        PackError: with every fault; a file that cannot be read is one.
    """
    file = _file(path, PACK)
    root = file.resolve().parent
    text, fault = read_text(file)
    if fault is not None:
        raise PackError([fault])

    def include(named: str, above: str) -> tuple[str, str]:
        target = _inside(root, Path(above).parent, named, "pack")
        return str(file.parent / target.relative_to(root)), _decoded(target)

    return RulePack.parse(text, source=str(file), include=include)


def load_organisation(path: str | PathLike[str]) -> Organisation:
    """Load an organisation from its file, or from a folder that holds `organisation.yaml`.

    Raises:
        OrganisationError: with every fault; a file that cannot be read is one.
    """
    file = _file(path, ORGANISATION)
    text, fault = read_text(file)
    if fault is not None:
        raise OrganisationError([fault])
    return Organisation.parse(text, source=str(file))


def load_organisation_beside(path: str | PathLike[str]) -> Organisation:
    """Load the `organisation.yaml` of a pack's folder, or from beside the pack's file.

    Raises:
        OrganisationError: with every fault; a file that cannot be read is one.
    """
    return load_organisation(_beside(path, ORGANISATION))


def load_roster(path: str | PathLike[str]) -> DutyRoster:
    """Load a roster from its file, or from a folder that holds `roster.yaml`.

    The plans, calendars and earlier versions that it names are read from its own folder, and from
    nowhere above it.

    Raises:
        RosterError: with every fault; a file that cannot be read is one.
    """
    file = _file(path, ROSTER)
    root = file.resolve().parent
    text, fault = read_text(file)
    if fault is not None:
        raise RosterError([fault])

    def read(named: str) -> bytes:
        return _inside(root, root, named, "roster").read_bytes()

    return DutyRoster.parse(text, source=str(file), read=read)


def load_roster_beside(path: str | PathLike[str]) -> DutyRoster | None:
    """Load the `roster.yaml` of a pack's folder; None where it has none.

    Raises:
        RosterError: with every fault.
    """
    file = _beside(path, ROSTER)
    return load_roster(file) if file.exists() else None


def _file(path: str | PathLike[str], name: str) -> Path:
    given = Path(path)
    return given / name if given.is_dir() else given


def _beside(path: str | PathLike[str], name: str) -> Path:
    given = Path(path)
    return (given if given.is_dir() else given.parent) / name


def _inside(root: Path, folder: Path, named: str, whose: str) -> Path:
    """Return where a file lies that is named from a folder in `root`.

    Raises:
        ValueError: it lies elsewhere, or no file can have that name, of which each Python says something else.
    """
    if "\0" in named:
        raise ValueError("a name holds no null byte")
    target = (folder / named).resolve()
    if not target.is_relative_to(root):
        raise ValueError(f"it lies outside the {whose}'s folder")
    return target


def read_text(file: Path) -> tuple[str, Fault | None]:
    """Return the text of a file, or the fault that says why there is none."""
    try:
        return _decoded(file), None
    except OSError as error:
        reason = error.strerror
    except ValueError as error:
        reason = str(error)
    fix = "give a file or its folder, in UTF-8"
    return "", Fault(code="LR109", message=f"cannot be read: {reason}", where=str(file), fix=fix)


def _decoded(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None
