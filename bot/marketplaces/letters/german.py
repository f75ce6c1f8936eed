"""The letters in German.

Source: Verordnung (EU) 2022/2065, Artikel 16 Absatz 2; 17 U.S.C. 512(c)(3)(A), whose key terms stay in English.
"""

from bot.marketplaces.letters.wording import Wording
from bot.model import Law, RightKind, Violation

_DSA = """\
An den Diensteanbieter

Meldung rechtswidriger Inhalte nach Artikel 16 der Verordnung (EU)
2022/2065 (Gesetz über digitale Dienste)

Wir melden Ihnen rechtswidrige Inhalte in Ihrem Dienst und bitten Sie,
diese zu entfernen oder den Zugang zu ihnen zu sperren.

1. Wer meldet - Artikel 16 Absatz 2 Buchstabe c

Name: $organisation
E-Mail: $email
Anschrift: $postal_address
Telefon: $phone
Wir handeln für: $owner

2. Wo sich die Inhalte befinden - Artikel 16 Absatz 2 Buchstabe b

$listings

3. Warum sie rechtswidrig sind - Artikel 16 Absatz 2 Buchstabe a

$reason

Verletztes Recht: $kind „$title“
Registereintrag: $registration
In Kraft in: $jurisdictions
Inhaber des Rechts: $owner

$statement

Beigefügte Nachweise: $attached
Nachweise, die wir auf Anfrage senden: $on_request

4. Guter Glaube - Artikel 16 Absatz 2 Buchstabe d

Wir erklären, dass wir in gutem Glauben davon überzeugt sind, dass die
in dieser Meldung enthaltenen Angaben und Anführungen richtig und
vollständig sind.

Unterschrift: /s/ $signature
Am: $signed_at

Bitte bestätigen Sie uns den Eingang dieser Meldung (Artikel 16
Absatz 4), und teilen Sie uns Ihre Entscheidung und die möglichen
Rechtsbehelfe mit (Artikel 16 Absatz 5). Bitte lassen Sie das
Aktenzeichen in eckigen Klammern im Betreff Ihrer Antwort stehen.

$organisation

---
$signature hat in diesem Wortlaut versichert (Fassung $version):
$affirmed
"""

_DMCA = """\
An die Stelle für Urheberrechtsmeldungen (Designated Agent)

Mitteilung einer Urheberrechtsverletzung nach 17 U.S.C. 512(c)(3)
(Digital Millennium Copyright Act)

Wir bitten Sie, das unten genannte Material unverzüglich zu entfernen
oder den Zugang dazu zu sperren.

1. Das geschützte Werk - 512(c)(3)(A)(ii)

Werk: „$title“
Registereintrag: $registration
Inhaber des Urheberrechts: $owner

2. Das verletzende Material und sein Ort - 512(c)(3)(A)(iii)

$reason

$statement

Beigefügte Nachweise: $attached
Nachweise, die wir auf Anfrage senden: $on_request

$listings

3. Wie wir zu erreichen sind - 512(c)(3)(A)(iv)

Name: $organisation
Anschrift: $postal_address
Telefon: $phone
E-Mail: $email

4. Guter Glaube - 512(c)(3)(A)(v)

Wir sind in gutem Glauben (good faith belief) der Überzeugung, dass die
beanstandete Nutzung des Materials weder vom Inhaber des Urheberrechts
noch von seinem Vertreter noch durch das Gesetz erlaubt ist.

5. Richtigkeit und Vollmacht - 512(c)(3)(A)(vi)

Die Angaben in dieser Mitteilung sind richtig, und wir versichern unter
Strafandrohung wegen Meineids (under penalty of perjury), dass wir
berechtigt sind, für den Inhaber eines ausschließlichen Rechts zu
handeln, das mutmaßlich verletzt wird.

6. Unterschrift einer berechtigten Person - 512(c)(3)(A)(i)

/s/ $signature
Elektronisch unterschrieben am $signed_at

Bitte lassen Sie das Aktenzeichen in eckigen Klammern im Betreff Ihrer
Antwort stehen.

$organisation

---
$signature hat in diesem Wortlaut versichert (Fassung $version):
$affirmed
"""

GERMAN = Wording(
    subjects={
        Law.DSA: "Meldung rechtswidriger Inhalte (Artikel 16 DSA): $host",
        Law.DMCA: "DMCA-Meldung einer Urheberrechtsverletzung: $host",
    },
    bodies={Law.DSA: _DSA, Law.DMCA: _DMCA},
    listing="""\
[$id]
$url
Angebotsnummer: $number
Anbieter: $seller
""",
    reasons={
        Violation.COUNTERFEIT: "Die angebotenen Waren sind gefälscht: Sie tragen die Marke, ohne von ihrem Inhaber "
        "oder mit seiner Zustimmung hergestellt worden zu sein.",
        Violation.TRADEMARK: "Das Angebot benutzt die Marke ohne Zustimmung für Waren, die nicht von ihrem Inhaber "
        "stammen.",
        Violation.PARALLEL_IMPORT: "Die Waren tragen die Marke und sind weder von ihrem Inhaber noch mit seiner "
        "Zustimmung auf diesem Markt in den Verkehr gebracht worden.",
        Violation.COPYRIGHT: "Das Angebot vervielfältigt das geschützte Werk ohne Zustimmung seines Inhabers.",
        Violation.COPYRIGHT_IMAGE: "Das Angebot zeigt geschützte Bilder ohne Zustimmung ihres Inhabers.",
        Violation.DESIGN: "Die angebotenen Waren geben das geschützte Design ohne Zustimmung seines Inhabers wieder.",
        Violation.PATENT: "Die angebotenen Waren machen von der patentierten Erfindung ohne Zustimmung ihres Inhabers "
        "Gebrauch.",
        Violation.OTHER: "Das Angebot verletzt das hier genannte Recht ohne Zustimmung seines Inhabers.",
    },
    kinds={
        RightKind.TRADEMARK: "Marke",
        RightKind.COPYRIGHT: "Urheberrecht an",
        RightKind.DESIGN: "Design",
        RightKind.PATENT: "Patent",
    },
)
