"""The hashtags by which authors say that they were paid, as advertising law asks of them."""

from __future__ import annotations

from typing import Final

_BY_LANGUAGE: Final = {
    "de": "anzeige bezahltepartnerschaft gesponsert werbung",
    "en": "ad ads advert advertisement advertising brandpartner paidad paidpartnership spon sponsored",
    "es": "colaboraciónpagada patrocinado publicidad",
    "fi": "kaupallinenyhteistyö mainos maksettumainos",
    "fr": "collaborationcommerciale partenariatrémunéré publicité sponsorisé",
    "it": "adv collaborazioneretribuita pubblicità sponsorizzato",
    "nb": "annonse betaltsamarbeid reklame",
    "nl": "advertentie gesponsord reclame",
    "pt": "parceriapaga patrocinado publicidade",
    "sv": "annons betaltsamarbete reklam",
}

DISCLOSURES: Final = frozenset(tag for tags in _BY_LANGUAGE.values() for tag in tags.split())
"""Case-folded, without their sign."""
