"""The life of an index, as the command line and programs use it: one function for each thing to be done.

The parts: generations.py (folders and the swap), lock.py, manifest.py, catalogue.py (what is in it and where
it came from), sources.py (which files), ledger.py (who holds which id), draft.py (a generation being built).
"""

from searchkit.build import rebuild, remove, update
from searchkit.opening import OpenIndex, open_current, rollback, stats
from searchkit.report import BuildOptions, Progress, Report
from searchkit.verify import Verification, verify

__all__ = [
    "BuildOptions",
    "OpenIndex",
    "Progress",
    "Report",
    "Verification",
    "open_current",
    "rebuild",
    "remove",
    "rollback",
    "stats",
    "update",
    "verify",
]
