"""整改台账: the list that lives from run to run, with what people wrote into it.

In come the items of today's figures, the lists that people edited, and the days that count; out goes the ledger:
every item with its state, what was written carried over, conflicts named. How anything was judged
and what a paper looks like are not known here.
"""

from compliance.ledger.carry import Today, carry_on
from compliance.ledger.model import EditedList, Item, Ledger, Row, Value

__all__ = ["EditedList", "Item", "Ledger", "Row", "Today", "Value", "carry_on"]
