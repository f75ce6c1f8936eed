"""The letters in English.

Source: Regulation (EU) 2022/2065, Article 16(2); 17 U.S.C. 512(c)(3)(A).
"""

from bot.marketplaces.letters.wording import Wording
from bot.model import Law, RightKind, Violation

_DSA = """\
To the service provider

Notice of illegal content under Article 16 of Regulation (EU) 2022/2065
(Digital Services Act)

We give you notice of illegal content on your service and ask you to
remove it or to disable access to it.

1. Who gives this notice - Article 16(2)(c)

Name: $organisation
E-mail: $email
Postal address: $postal_address
Phone: $phone
Acting for: $owner

2. Where the content is - Article 16(2)(b)

$listings

3. Why it is illegal - Article 16(2)(a)

$reason

Right infringed: $kind "$title"
Registration: $registration
In force in: $jurisdictions
Owner of the right: $owner

$statement

Evidence attached: $attached
Evidence that we send on request: $on_request

4. Good faith - Article 16(2)(d)

We confirm our bona fide belief, in good faith, that the information and
allegations contained in this notice are accurate and complete.

Signed: /s/ $signature
On: $signed_at

Please confirm receipt of this notice (Article 16(4)), and tell us your
decision and the possibilities for redress (Article 16(5)). Please keep
the reference in square brackets in the subject of your answer.

$organisation

---
$signature has affirmed, in these words (version $version):
$affirmed
"""

_DMCA = """\
To the Designated Agent

Notification of claimed copyright infringement under
17 U.S.C. 512(c)(3) (Digital Millennium Copyright Act)

We ask you to act expeditiously to remove, or disable access to, the
material named below.

1. The copyrighted work - 512(c)(3)(A)(ii)

Work: "$title"
Registration: $registration
Owner of the copyright: $owner

2. The infringing material and where it is - 512(c)(3)(A)(iii)

$reason

$statement

Evidence attached: $attached
Evidence that we send on request: $on_request

$listings

3. How to reach the complaining party - 512(c)(3)(A)(iv)

Name: $organisation
Postal address: $postal_address
Phone: $phone
E-mail: $email

4. Good faith - 512(c)(3)(A)(v)

We have a good faith belief that use of the material in the manner
complained of is not authorized by the copyright owner, its agent, or
the law.

5. Accuracy and authority - 512(c)(3)(A)(vi)

The information in this notification is accurate, and under penalty of
perjury, the complaining party is authorized to act on behalf of the
owner of an exclusive right that is allegedly infringed.

6. Signature of a person authorized to act - 512(c)(3)(A)(i)

/s/ $signature
Signed electronically on $signed_at

Please keep the reference in square brackets in the subject of your
answer.

$organisation

---
$signature has affirmed, in these words (version $version):
$affirmed
"""

ENGLISH = Wording(
    subjects={
        Law.DSA: "Notice of illegal content (DSA Article 16): $host",
        Law.DMCA: "DMCA notice of copyright infringement: $host",
    },
    bodies={Law.DSA: _DSA, Law.DMCA: _DMCA},
    listing="""\
[$id]
$url
Listing number: $number
Seller: $seller
""",
    reasons={
        Violation.COUNTERFEIT: "The goods offered are counterfeit: they bear the trade mark without having been made "
        "by its owner or with the owner's consent.",
        Violation.TRADEMARK: "The offer uses the trade mark, without consent, for goods that do not come from its "
        "owner.",
        Violation.PARALLEL_IMPORT: "The goods bear the trade mark and were not put on this market by its owner or with "
        "the owner's consent.",
        Violation.COPYRIGHT: "The offer reproduces the protected work without the consent of its owner.",
        Violation.COPYRIGHT_IMAGE: "The offer shows protected pictures without the consent of their owner.",
        Violation.DESIGN: "The goods offered reproduce the protected design without the consent of its owner.",
        Violation.PATENT: "The goods offered make use of the patented invention without the consent of its owner.",
        Violation.OTHER: "The offer infringes the right named here without the consent of its owner.",
    },
    kinds={
        RightKind.TRADEMARK: "trade mark",
        RightKind.COPYRIGHT: "copyright in",
        RightKind.DESIGN: "design",
        RightKind.PATENT: "patent",
    },
)
