"""What is said of a listing when the person filing adds no words of their own."""

from bot.model import Right, Violation

_REASONS = {
    Violation.COUNTERFEIT: "The goods offered are counterfeit: they bear the mark without having been made by its "
    "owner or with the owner's consent.",
    Violation.TRADEMARK: "The offer uses the mark for goods that do not come from its owner, without consent.",
    Violation.PARALLEL_IMPORT: "The goods were not put on this market by the owner of the mark or with the owner's "
    "consent.",
    Violation.COPYRIGHT: "The offer reproduces the protected work without the consent of its owner.",
    Violation.COPYRIGHT_IMAGE: "The offer shows protected pictures without the consent of their owner.",
    Violation.DESIGN: "The goods offered reproduce the protected design without the consent of its owner.",
    Violation.PATENT: "The goods offered make use of the patented invention without the consent of its owner.",
    Violation.OTHER: "The offer infringes the right named here without the consent of its owner.",
}


def standard_statement(violation: Violation, right: Right) -> str:
    """A complete statement, at most about 400 characters beside the right's own title and owner."""
    registration = f" ({right.office} {right.registration_no})" if right.registration_no else ""
    return f"{_REASONS[violation]} Right relied on: {right.title}{registration}, owned by {right.owner}."
