"""Italian."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

ITALIAN: Final = Words(
    lang="it",
    things={
        "light": ("il padiglione di vetro", "la parata delle lanterne", "il giardino al neon"),
        "robots": ("l’orchestra di robot", "il caffè delle riparazioni", "il drone origami"),
        "type": ("il muro dei manifesti", "la notte delle lettere", "il laboratorio del colore"),
        "city": ("il ponte senza auto", "il traghetto notturno", "il concerto sul tram"),
        "sound": ("il giardino dei suoni", "il concerto del porto", "la stanza dell’ascolto"),
        "food": ("la cucina delle alghe", "il laboratorio del pane", "il parlamento della zuppa"),
        "play": ("la finale di scacchi giganti", "il labirinto invisibile", "l’hackathon delle scuole"),
        "ocean": ("il concerto delle balene", "il laboratorio delle maree", "la barca di bottiglie"),
    },
    joyful=(
        "Che meraviglia, {thing}!", "Il meglio della giornata: {thing}.", "{Thing} è davvero incredibile.",
        "Da vedere assolutamente: {thing}. Emozionante!", "{Thing} ha fatto sorridere tutta la fila.", "Grazie a tutta la squadra, {thing} è fantastico da vivere.",
        "Tramonto, caffè e {thing}. Felicità.",
    ),
    calm=(
        "{Thing} riapre alle {time}.", "In cammino, in programma {thing}.", "Qualcuno sa se {thing} c’è anche domani?",
        "Adesso ci sono circa {minutes} minuti di fila.", "Ho contato {number} persone. {Thing} attira.",
    ),
    cross=("Ho aspettato {minutes} minuti e poi hanno chiuso. Peccato.", "Troppo rumore, non ho capito niente.", "Tutto pieno, che delusione."),
    openers=("Wow!", "Allora!", "Finalmente!", "Secondo giorno:", "Proprio ora:"),
    closers=("Ancora, per favore.", "Aperto fino alle {time}.", "L’ingresso è gratuito.", "Domani ci torno.", "Lo consiglio.", "Foto più tardi.", "Ci vediamo lì?"),
    agree=("Assolutamente, bellissimo!", "Sì! Il momento migliore della settimana.", "C’ero anch’io, sorrido ancora."),
    ask=("È ancora aperto?", "Dove si trova?", "La fila era lunga?", "Serve il biglietto?"),
    object=("Un po’ troppo forte per me.", "La fila era terribile."),
    answer=("Sì, fino alle {time}.", "Senza biglietto, si entra.", "Circa {minutes} minuti, si fa presto.", "Grazie, che gentile!"),
    quote=("Proprio così.", "Dovrebbero vederlo tutti.", "Per chi non è potuto venire:"),
    together=("Con {friend}.", "{friend}, ti piacerebbe.", "Grazie del consiglio, {friend}!"),
    bursts={
        "DroneBallet": ("È iniziato il balletto dei droni sul porto!", "Mille droni disegnano una balena. Incredibile."),
        "FerryConcert": ("Concerto a sorpresa sul traghetto, adesso!", "Un coro canta sul traghetto, bellissimo."),
        "RunawayRobot": ("Un robot è scappato e balla in piazza!", "Il robot mi ha salutato. Adorabile."),
        "PowerCut": ("Blackout, è tutto buio.", "È andata via la luce durante la conferenza. Che peccato."),
        "WhaleInHarbour": ("C’è una balena vera nel porto!", "La balena è venuta ad ascoltare il concerto. Commovente."),
        "ChessOvertime": ("Tempi supplementari agli scacchi giganti!", "Ha vinto! Incredibile!"),
        "GoldenHour": ("Tutto il porto è diventato d’oro. Bellissimo.", "Guardate a ovest!"),
        "KeynoteSlip": ("La demo non ha funzionato e tutta la sala ha applaudito. Adoro questo pubblico.", "La conferenza più bella, e non funzionava niente."),
    },
)  # fmt: skip
