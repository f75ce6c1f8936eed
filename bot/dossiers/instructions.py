"""VERIFY.txt: how an officer checks a dossier, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from bot.dossiers.searching import is_picture
from bot.dossiers.setting import moment
from bot.model import Exhibit, Material, Shown

_WIDTH = 76
_HOW = """\
WHAT THIS IS

  Referral {referral} of {organisation}
  to {agency}
  as it stood on {made}.

  dossier.pdf       the dossier, to read
  listings.xlsx     the listings, the test purchases and the exhibits, as tables
  dossier.json      the same for programs; schemas/ says how it is built
  xarf/             each notice as an abuse report (XARF 4), for programs
  misp.json         the case as an event for MISP, for programs
  evidence/         the exhibits, by their numbers
  custody.jsonl     what was done with each notice, line by line
  MANIFEST.sha256   the SHA-256 of every file
  MANIFEST.sig      the signature of that list
  MANIFEST.tsr      if it is there: what is said to be a timestamp of the list
                    by another party


HOW TO CHECK IT

  You need not be a specialist for the first four steps.

  1. You need Python 3.8 or newer (python.org), and no network.
     verify.py is part of this dossier. If you do not want to rely on that, ask
     a specialist of yours to do it by hand: see the end of this text.
  2. In a terminal, in the folder where you unpacked the ZIP:

         python3 -I verify.py

     or, with the ZIP as it is:

         python3 -I verify.py PATH-OF-THE-ZIP

     On Windows it may be "py -I verify.py". With -I, Python takes nothing from
     the folder but this one file.
  3. It says WHOLE, or it names each file that is not as it was, is missing, or
     was added later, and each line of custody that was changed, left out or
     moved. Computers add files of their own to folders that are looked at
     (.DS_Store, Thumbs.db): it names these too. Check the ZIP itself, then.
  4. It prints the fingerprint of the key that signed. Ask the organisation for
     its fingerprint by other means, by telephone for instance, on a number you
     know from elsewhere. They must be the same:

         python3 -I verify.py --key FINGERPRINT

     Without this, you know that nothing was changed since somebody signed, but
     not who that was.
  5. If there is a MANIFEST.tsr (RFC 3161), another party is said to vouch for
     when the list was made. verify.py does not check that. OpenSSL does, with
     the certificates of that party (CA.pem):

       openssl ts -verify -in MANIFEST.tsr -data MANIFEST.sha256 -CAfile CA.pem

     openssl ts -reply -in MANIFEST.tsr -text shows who it is and the time. If
     there is none, when the dossier was made is what the organisation says.

WHAT IS NOT IN IT

{withheld}

FOR SPECIALISTS: THE CHAINS OF CUSTODY

  verify.py checks all of this. Each notice has a chain, and so has the
  referral: every step is a line, and each line carries the SHA-256 of the line
  before it. Who acted, from where, the words, and what a marketplace answered
  enter a line as hashes, each the SHA-256 of a random salt, a newline and the
  text. What is shown is there with its salt ("opened"). Of what is withheld
  only the hash is there: if it is shown to you later, with its salt, you can
  check that it is what stood there from the beginning. dossier.json has the
  number of lines and the last hash of each chain.

FOR SPECIALISTS: BY HAND

  The list:       sha256sum -c MANIFEST.sha256
  The signature:  MANIFEST.sig has seven lines. The first six, with their
                  newlines, are what is signed (Ed25519, RFC 8032); the sixth
                  has the public key, the seventh the signature, in hexadecimal.
                  The fourth is the SHA-256 of MANIFEST.sha256. The fingerprint
                  is the SHA-256 of the 32 bytes of the key.
"""
_WITHHELD = {
    Shown.STAFF: "names and Slack ids of the organisation's people, and their signatures: they are called staff 1, "
    "staff 2 and so on, the same person always by the same number; of what may name them in a history its kind stands "
    "in the place of the words, which custody.jsonl commits to",
    Shown.IDENTIFIERS: "telephone numbers, e-mail addresses, payment accounts and return addresses of the sellers",
    Shown.THIRD_PARTIES: "e-mail addresses and telephone numbers of anybody else, as far as they could be told by how "
    "they look; what was written into your own form is left as it was",
    Shown.MONEY: "order numbers and costs of test purchases",
}
_PICTURES = (
    "The pixels of pictures and the sounds and pixels of films were not searched: what can be read on a photo or a "
    "screenshot, or heard in a film, may name people all the same. The same goes for pictures inside of documents. "
    "All that stands beside the pixels was searched."
)


def instructions(material: Material, exhibits: Sequence[Exhibit]) -> bytes:
    """The text, in lines that fit a terminal."""
    return _HOW.format(
        referral=material.referral.id,
        organisation=material.organisation,
        agency=material.agency.name,
        made=moment(material.made_at),
        withheld="\n\n".join(_withheld(material, exhibits)),
    ).encode()


def _withheld(material: Material, exhibits: Sequence[Exhibit]) -> list[str]:
    hidden = [one for one in Shown if one not in material.referral.shows]
    said = (
        [
            _paragraph("These are withheld, in every file, however they are written:"),
            *(_item(_WITHHELD[one]) for one in hidden),
        ]
        if hidden
        else [_paragraph("Nothing is left out, but for the exhibits named here, if there are any.")]
    )
    said += [_item(f"exhibit {one.number} (SHA-256 {one.sha256}): {one.withheld}") for one in exhibits if one.withheld]
    if hidden and any(is_picture(one.media_type) for one in exhibits if not one.withheld):
        said.append(_paragraph(_PICTURES))
    return said


def _paragraph(words: str) -> str:
    return fill(words, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def _item(words: str) -> str:
    return fill(words, _WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False)
