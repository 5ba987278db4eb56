"""The versions of a roster in their order: read one from beside the other, and what they have all together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath

from leadrouter.document import Document
from leadrouter.errors import Fault, RosterError
from leadrouter.readonly import read_only
from leadrouter.roster.outside import Outside, Read
from leadrouter.roster.parse import read_version
from leadrouter.roster.person import Person
from leadrouter.roster.succession import faults_of_succession
from leadrouter.roster.version import Version
from leadrouter.roster.written import Written, noting


def read_versions(text: str, source: str, read: Read | None) -> tuple[tuple[Version, ...], Written]:
    """Return the version that a text holds behind those that it names as `previous`, and what they were read from.

    Raises:
        RosterError: with every fault and its place.
    """
    versions: list[Version] = []
    faults: list[Fault] = []
    seen, first = {text}, text
    files, read = noting(read)
    following: str | None = source
    while following is not None:
        document = Document.read(text, following)
        outside = Outside(document, read, PurePath(source).parent)
        version, previous = read_version(outside)
        following = None
        if previous is not None:
            found = outside.read(previous, "`previous`")
            earlier = None if found is None else found[1].decode("utf-8", "replace")
            if found is not None and earlier in seen:
                document.fault("LR109", f"`{previous.value}` is a version already", previous, "name the one before")
            elif found is not None and earlier is not None:
                following, text = found[0], earlier
                seen.add(text)
            if version is not None and version.effective is None:
                document.fault("LR105", "a roster with `previous` lacks `effective`", previous, "say when it begins")
        if version is not None:
            versions.insert(0, version)
        faults += sorted(document.faults, key=lambda fault: fault.start)
    if faults:
        raise RosterError(faults)
    require_succession(versions)
    return tuple(versions), Written(first, files)


def require_succession(versions: Sequence[Version]) -> None:
    """Refuse versions that do not follow one upon the other.

    Raises:
        RosterError: with every fault.
    """
    faults = list(faults_of_succession(versions))
    if faults:
        raise RosterError(faults)


def digest_of(versions: Iterable[Version]) -> str:
    """Return a digest of everything that can change an answer."""
    return hashlib.sha256("\n".join(version.digest for version in versions).encode()).hexdigest()


def all_roles_of(versions: Sequence[Version]) -> tuple[str, ...]:
    """Return the roles by id: the latest version's as in its file, then what earlier ones had beside."""
    return tuple(dict.fromkeys(role for version in reversed(versions) for role in version.roles))


def all_people_of(versions: Sequence[Version]) -> Mapping[str, Person]:
    """Return the people by id, in the same way, each as the latest version with them has them."""
    people: dict[str, Person] = {}
    for version in reversed(versions):
        people = {**people, **{name: each for name, each in version.people.items() if name not in people}}
    return read_only(people)
