"""`dateline doctor`: what is wrong with an archive, what it means, and what mends it."""

from rag.maintenance.doctor.examining import examine
from rag.maintenance.doctor.findings import Finding, Severity, is_sound
from rag.maintenance.doctor.mending import Mended, mend

__all__ = ["Finding", "Mended", "Severity", "examine", "is_sound", "mend"]
