"""What the passing of time does to all leads at once."""

from __future__ import annotations

from leadrouter.lifecycle.desk import Desk
from leadrouter.lifecycle.handover import give_back
from leadrouter.lifecycle.ladder import overdue, serve, try_step
from leadrouter.lifecycle.reminding import remind


def tick(desk: Desk) -> None:
    """Do everything that is due by the desk's instant, the most overdue first, and serve what waits.

    What is late happens now: nobody was asked in the past. Costs the number of leads for which something
    is due.
    """
    due = [state.lead_id for state in desk.work.due(desk.at)]
    for lead_id in due:
        overdue(desk, remind(desk, give_back(desk, desk.lead(lead_id))))
    serve(desk)
    for lead_id in due:
        state = desk.lead(lead_id)
        if state.status == "waiting" and state.deadline is not None and state.deadline <= desk.at:
            try_step(desk, state)
