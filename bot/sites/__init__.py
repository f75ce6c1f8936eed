"""The marketplaces whose listing addresses the desk can read: a table of shapes.

The first site that has an address's host reads it, and no other.
Source: addresses as seen in browsers; ids and paths from the sites' help pages and public clients.
"""

from bot.sites import east, west
from bot.sites.shapes import SHORTENERS, Site

__all__ = ["SHORTENERS", "SITES", "Site"]

SITES: tuple[Site, ...] = (*west.SITES, *east.SITES)
