"""The words a person affirms by filing. Each version stays for ever: notices name the one their submitter saw."""

from collections.abc import Mapping
from types import MappingProxyType

CURRENT = "2026-11"

# Source: the elements are those of DSA Article 16(2)(d) and 17 U.S.C. 512(c)(3)(A)(v)-(vi).
TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "2026-11": (
            "Good faith: I believe in good faith that this use is not authorised by the owner of the right, "
            "its agent or the law.",
            "Accuracy: what is stated here is accurate and complete to the best of my knowledge.",
            "Authority: I am authorised to act for the owner of the right, and I say so under penalty of perjury.",
        )
    }
)


def words(version: str) -> str:
    """The declaration in full, a line each part."""
    return "\n".join(TEXTS[version])
