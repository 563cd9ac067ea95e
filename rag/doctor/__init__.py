"""`dateline doctor`: what is wrong with an archive, what it means, and what mends it."""

from rag.doctor.examining import examine
from rag.doctor.findings import Finding, Severity, is_sound
from rag.doctor.mending import Mended, mend

__all__ = ["Finding", "Mended", "Severity", "examine", "is_sound", "mend"]
