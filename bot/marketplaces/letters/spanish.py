"""The letters in Spanish.

Source: Reglamento (UE) 2022/2065, artículo 16, apartado 2; 17 U.S.C. 512(c)(3)(A), whose key terms stay in English.
"""

from bot.marketplaces.letters.wording import Wording
from bot.model import Law, RightKind, Violation

_DSA = """\
Al prestador del servicio

Notificación de contenido ilícito conforme al artículo 16 del Reglamento
(UE) 2022/2065 (Reglamento de Servicios Digitales)

Le notificamos la presencia de contenido ilícito en su servicio y le
pedimos que lo retire o que bloquee el acceso a él.

1. Quién notifica - artículo 16, apartado 2, letra c)

Nombre: $organisation
Correo electrónico: $email
Dirección postal: $postal_address
Teléfono: $phone
Actuamos en nombre de: $owner

2. Dónde está el contenido - artículo 16, apartado 2, letra b)

$listings

3. Por qué es ilícito - artículo 16, apartado 2, letra a)

$reason

Derecho infringido: $kind «$title»
Registro: $registration
En vigor en: $jurisdictions
Titular del derecho: $owner

$statement

Pruebas adjuntas: $attached
Pruebas que enviamos a petición: $on_request

4. Buena fe - artículo 16, apartado 2, letra d)

Declaramos que estamos convencidos de buena fe de que la información y
las alegaciones que contiene esta notificación son precisas y completas.

Firmado: /s/ $signature
Fecha: $signed_at

Le rogamos que acuse recibo de esta notificación (artículo 16,
apartado 4) y que nos comunique su decisión y las vías de recurso
(artículo 16, apartado 5). Le rogamos que conserve en el asunto de su
respuesta la referencia entre corchetes.

$organisation

---
$signature ha declarado con estas palabras (versión $version):
$affirmed
"""

_DMCA = """\
Al agente designado (Designated Agent)

Notificación de infracción de derechos de autor conforme a
17 U.S.C. 512(c)(3) (Digital Millennium Copyright Act)

Le pedimos que retire sin demora el material indicado a continuación o
que inhabilite el acceso a él.

1. La obra protegida - 512(c)(3)(A)(ii)

Obra: «$title»
Registro: $registration
Titular de los derechos de autor: $owner

2. El material infractor y su ubicación - 512(c)(3)(A)(iii)

$reason

$statement

Pruebas adjuntas: $attached
Pruebas que enviamos a petición: $on_request

$listings

3. Cómo contactar con la parte reclamante - 512(c)(3)(A)(iv)

Nombre: $organisation
Dirección postal: $postal_address
Teléfono: $phone
Correo electrónico: $email

4. Buena fe - 512(c)(3)(A)(v)

Creemos de buena fe (good faith belief) que el uso del material en la
forma denunciada no está autorizado por el titular de los derechos de
autor, ni por su agente, ni por la ley.

5. Exactitud y autorización - 512(c)(3)(A)(vi)

La información de esta notificación es exacta y, bajo pena de perjurio
(under penalty of perjury), declaramos que estamos autorizados a actuar
en nombre del titular de un derecho exclusivo presuntamente infringido.

6. Firma de una persona autorizada - 512(c)(3)(A)(i)

/s/ $signature
Firmado electrónicamente: $signed_at

Le rogamos que conserve en el asunto de su respuesta la referencia entre
corchetes.

$organisation

---
$signature ha declarado con estas palabras (versión $version):
$affirmed
"""

SPANISH = Wording(
    subjects={
        Law.DSA: "Notificación de contenido ilícito (artículo 16 DSA): $host",
        Law.DMCA: "Notificación DMCA de infracción de derechos de autor: $host",
    },
    bodies={Law.DSA: _DSA, Law.DMCA: _DMCA},
    listing="""\
[$id]
$url
Número del anuncio: $number
Vendedor: $seller
""",
    reasons={
        Violation.COUNTERFEIT: "Los productos ofrecidos son falsificaciones: llevan la marca sin haber sido fabricados "
        "por su titular ni con su consentimiento.",
        Violation.TRADEMARK: "La oferta usa la marca sin consentimiento para productos que no proceden de su titular.",
        Violation.PARALLEL_IMPORT: "Los productos llevan la marca y no han sido comercializados en este mercado por su "
        "titular ni con su consentimiento.",
        Violation.COPYRIGHT: "La oferta reproduce la obra protegida sin el consentimiento de su titular.",
        Violation.COPYRIGHT_IMAGE: "La oferta muestra imágenes protegidas sin el consentimiento de su titular.",
        Violation.DESIGN: "Los productos ofrecidos reproducen el diseño protegido sin el consentimiento de su titular.",
        Violation.PATENT: "Los productos ofrecidos utilizan la invención patentada sin el consentimiento de su "
        "titular.",
        Violation.OTHER: "La oferta infringe el derecho aquí indicado sin el consentimiento de su titular.",
    },
    kinds={
        RightKind.TRADEMARK: "marca",
        RightKind.COPYRIGHT: "derechos de autor sobre",
        RightKind.DESIGN: "diseño",
        RightKind.PATENT: "patente",
    },
)
