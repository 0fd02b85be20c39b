"""What a delivery does with rows that the dataset has already, has not yet, or has no longer.

merge    known keys are updated where they differ, new ones inserted (the usual delivery)
append   new keys are inserted; a known one is refused (rule `exists`)
insert   as append, and an exact repeat within the delivery is refused too (as SQL's INSERT)
ignore   new keys are inserted; known ones are left as they are
replace  as merge, and rows that the delivery doesn't hold are deleted
update   known rows are updated in the given columns alone; an unknown one is refused (rule `gone`)
delete   the given keys' rows are deleted; no other column is looked at
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Mode = Literal["merge", "append", "insert", "ignore", "replace", "update", "delete"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class Rules:
    """What a mode does. `refuses_repeats`: rows that repeat an earlier one exactly aren't just counted."""

    inserts: bool = False
    updates: bool = False
    deletes_given: bool = False
    deletes_absent: bool = False
    refuses_known: bool = False
    refuses_repeats: bool = False
    skips_known: bool = False

    @property
    def takes_part_of_a_row(self) -> bool:
        """Are the columns that were sent all that counts, whatever the contract requires of a whole row?"""
        return not self.inserts


RULES: Mapping[Mode, Rules] = {
    "merge": Rules(inserts=True, updates=True),
    "append": Rules(inserts=True, refuses_known=True),
    "insert": Rules(inserts=True, refuses_known=True, refuses_repeats=True),
    "ignore": Rules(inserts=True, skips_known=True),
    "replace": Rules(inserts=True, updates=True, deletes_absent=True),
    "update": Rules(updates=True),
    "delete": Rules(deletes_given=True),
}
