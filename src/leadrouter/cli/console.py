"""What the commands print, and with which code they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from leadrouter.errors import Fault, FaultsError, LeadRouterError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from leadrouter.roster.finding import Finding

FINE: Final = 0
NOT_FINE: Final = 1
UNREADABLE: Final = 3
_SHOWN: Final = 20


def out() -> Console:
    """Return where results go: standard output. Colours only on a terminal, and not with NO_COLOR."""
    return _console(is_error=False)


def err() -> Console:
    """Return where everything else goes: standard error."""
    return _console(is_error=True)


def _console(*, is_error: bool) -> Console:
    from rich.console import Console

    return Console(stderr=is_error, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(console: Console, text: str, style: str = "") -> None:
    """Print one paragraph as it is: nothing wrapped, nothing interpreted, by the terminal neither."""
    console.print(printable(text), style=style, soft_wrap=True)


def printable(text: str) -> str:
    r"""Return a text without control characters, so that what somebody wrote in a lead moves no cursor.

    >>> printable("\x1b[2Jred\nnext")
    '�[2Jred\nnext'
    """
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)


def say_error(error: LeadRouterError) -> None:
    """Print an error as a compiler does: each fault with its place, excerpt and fix."""
    console = err()
    if isinstance(error, FaultsError):
        say_faults(console, error.faults)
    else:
        say(console, f"error: {error}", "red")


def say_faults(console: Console, faults: Iterable[Fault], *, kind: str = "") -> None:
    """Print faults, a blank line between two; `kind` stands before the code."""
    for number, fault in enumerate(faults):
        if number:
            console.print()
        console.print(styled(fault, kind), soft_wrap=True)


def say_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print findings as faults are printed, each with the instant at which it shows; warnings are called so."""
    for number, each in enumerate(findings):
        at = "" if each.at is None else f" (at {each.at:%Y-%m-%dT%H:%MZ})"
        fault = Fault(code=each.code, message=f"{each.message}{at}", where=each.where, fix=each.fix)
        if number:
            console.print()
        console.print(styled(fault, "" if each.severity == "error" else each.severity), soft_wrap=True)


def say_reject(console: Console, place: str, faults: Iterable[str]) -> None:
    """Print on one line what is wrong with one lead: codes with their messages."""
    from rich.text import Text

    text = Text.assemble((f"{place}: ", "bold"))
    for number, (code, _, message) in enumerate(fault.partition(" ") for fault in faults):
        text.append("; " if number else "")
        text.append(code, style="bold red")
        text.append(f" {message}")
    console.print(text, soft_wrap=True)


def styled(fault: Fault, kind: str = "") -> Text:
    """Return a fault as it is printed: what is wrong stands out, then the place, then the fix."""
    from rich.text import Text

    place = f"{fault.where}: "
    first, *rest = str(fault).removeprefix(place).split("\n")
    code, _, message = first.partition(" ")
    colour = "yellow" if kind else "red"
    text = Text.assemble((place, "bold"), (f"{kind} {code} ".lstrip(), f"bold {colour}"), (message, "bold"))
    for line in rest:
        is_carets = line.lstrip(" |").startswith("^")
        text.append("\n")
        text.append(line, style="green" if line.startswith("fix: ") else colour if is_carets else "dim")
    return text


def say_first(findings: Sequence[object], style: str) -> None:
    """Print the first of what was found on standard error, and how many there are besides."""
    for finding in findings[:_SHOWN]:
        say(err(), str(finding), style)
    if len(findings) > _SHOWN:
        say(err(), f"… and {len(findings) - _SHOWN} more: --json has them all", style)


def size_in_words(size: int) -> str:
    """Return a size as people say it.

    >>> size_in_words(999), size_in_words(4_096), size_in_words(2_500_000_000)
    ('999 bytes', '4.1 KB', '2.5 GB')
    """
    for power, unit in ((9, "GB"), (6, "MB"), (3, "KB")):
        if size >= 10**power:
            return f"{size / 10**power:.1f} {unit}"
    return f"{size} bytes"
