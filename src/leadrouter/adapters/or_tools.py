"""Look for the best plan of a rota with OR-tools' CP-SAT; needs the extra `planner`.

The model and the objective are those of the plain search, which gives the first solution, so that the
result is never worse. One worker, a seed and a limit of work that is not of time: the same model gives
the same plan, on a fast machine and a slow one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field

from leadrouter.roster.plan_model import TENTH, Assignment, PlanModel, Solve, objective
from leadrouter.roster.plan_search import search

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar, LinearExpr


def or_tools(*, seed: int = 1, effort: float = 10.0) -> Solve:
    """Return a solver for `plan(..., solve=or_tools())`.

    Args:
        seed: where the search begins; another one may give another plan that is as good.
        effort: how much work each part of the objective may cost, about a second each. Where it is not
            enough to prove that nothing is better, the best plan so far is taken.
    """

    def solve(model: PlanModel) -> Assignment:
        start = search(model)
        found = _Proof(model, start, seed, effort).best()
        return min(start, found, key=lambda assignment: objective(model, assignment))

    return solve


@define
class _Proof:
    """The model in CP-SAT, solved for one part of the objective after the other."""

    model: PlanModel
    hint: Assignment
    seed: int
    effort: float
    program: CpModel = field(init=False)
    has: dict[tuple[int, int], IntVar] = field(init=False)

    def __attrs_post_init__(self) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.program = CpModel()
        self.has = {
            (slot, person): self.program.new_bool_var(f"{slot}-{person}")
            for slot, able in enumerate(self.model.able)
            for person in able
        }

    def best(self) -> Assignment:
        """Return the best assignment that was found within the effort."""
        from ortools.sat.python.cp_model import FEASIBLE, OPTIMAL

        self._rules()
        for part in self._parts():
            solver = self._solver()
            self.program.minimize(part)
            if solver.solve(self.program) not in (FEASIBLE, OPTIMAL):
                break
            self.hint = self._read(solver)
            self.program.add(part <= round(solver.objective_value))
        return self.hint

    def _solver(self) -> CpSolver:
        from ortools.sat.python.cp_model import CpSolver

        solver = CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed
        solver.parameters.max_deterministic_time = self.effort
        self.program.clear_hints()  # type: ignore[no-untyped-call]  # ortools leaves it untyped
        for (slot, person), variable in self.has.items():
            self.program.add_hint(variable, person in self.hint[slot])
        return solver

    def _read(self, solver: CpSolver) -> Assignment:
        people = range(len(self.model.people))
        return tuple(
            tuple(who for who in people if (slot, who) in self.has and solver.boolean_value(self.has[slot, who]))
            for slot in range(len(self.model.slots))
        )

    def _rules(self) -> None:
        for slot, wanted in enumerate(self.model.slots):
            self.program.add(_total([self.has[slot, person] for person in self.model.able[slot]]) <= wanted.need)
        for (slot, person), variable in self.has.items():
            for other in self.model.beside[slot]:
                if other > slot and (other, person) in self.has:
                    self.program.add_at_most_one(variable, self.has[other, person])
        for (person, week), room in (self.model.room or {}).items():
            slots = [slot for slot, number in enumerate(self.model.week) if number == week]
            self.program.add(_total([self.has[slot, person] for slot in slots if (slot, person) in self.has]) <= room)
        if self.model.in_a_row is not None:
            for person in range(len(self.model.people)):
                self._rows(person, self.model.in_a_row)

    def _rows(self, person: int, most: int) -> None:
        """Keep somebody from having duty on more dates in a row."""
        on: dict[int, IntVar | int] = dict.fromkeys(self.model.busy[person], 1)
        for slot, days in enumerate(self.model.days):
            for day in days if (slot, person) in self.has else ():
                variable = on.setdefault(day, self.program.new_bool_var(""))
                if not isinstance(variable, int):
                    self.program.add_implication(self.has[slot, person], variable)
        for day in sorted(on):
            row = [on[each] for each in range(day, day + most + 1) if each in on]
            if len(row) > most and not all(isinstance(each, int) for each in row):
                self.program.add(_total(row) <= most)

    def _parts(self) -> Iterator[LinearExpr | int]:
        """Yield the parts of the objective, each as what is to be least."""
        need = sum(slot.need for slot in self.model.slots)
        yield need - _total(list(self.has.values()))
        yield self._squares(0)
        yield self._squares(1) + self._squares(2)
        yield _total(
            [
                variable
                for (slot, person), variable in self.has.items()
                if self.model.before[slot] and person not in self.model.before[slot]
            ]
        )

    def _squares(self, index: int) -> LinearExpr | int:
        """Return how far people are from their targets, in full tenths, squared and added up."""
        squares = []
        for person, targets in enumerate(self.model.targets):
            target = targets[index]
            mine = [(self.model.counts[slot][index], held) for (slot, who), held in self.has.items() if who == person]
            most = max(target, sum(count for count, _ in mine)) // TENTH
            off = self.program.new_int_var(0, most, "")
            square = self.program.new_int_var(0, most * most, "")
            load = _total([count * held for count, held in mine])
            self.program.add(off * TENTH + TENTH - 1 >= load - target)
            self.program.add(off * TENTH + TENTH - 1 >= target - load)
            self.program.add_multiplication_equality(square, [off, off])
            squares.append(square)
        return _total(squares)


def _total(terms: list[LinearExpr] | list[IntVar] | list[IntVar | int]) -> LinearExpr | int:
    from ortools.sat.python.cp_model import LinearExpr

    return LinearExpr.sum(terms)
