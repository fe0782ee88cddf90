"""Spanish."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

SPANISH: Final = Words(
    lang="es",
    things={
        "light": ("el pabellón de cristal", "el desfile de faroles", "el jardín de neón"),
        "robots": ("la orquesta de robots", "el café de reparación", "el dron de origami"),
        "type": ("el muro de carteles", "la noche de las letras", "el laboratorio del color"),
        "city": ("el puente sin coches", "el ferry nocturno", "el concierto del tranvía"),
        "sound": ("el jardín sonoro", "el concierto del puerto", "la sinfonía de las sirenas"),
        "food": ("la cocina de algas", "el laboratorio del pan", "el parlamento de la sopa"),
        "play": ("el ajedrez gigante", "el laberinto invisible", "el hackatón escolar"),
        "ocean": ("el concierto de las ballenas", "el laboratorio de mareas", "el barco de botellas"),
    },
    joyful=(
        "¡Qué maravilla, {thing}!", "Lo mejor del día: {thing}.", "{Thing} me ha puesto la piel de gallina.",
        "Hay que verlo: {thing}. ¡Increíble!", "{Thing} hizo sonreír a toda la cola.", "Gracias a todo el equipo, {thing} es impresionante.",
        "Atardecer, café y {thing}. Felicidad.", "Los niños no quieren irse, {thing} les encanta.",
    ),
    calm=(
        "{Thing} abre otra vez a las {time}.", "De camino, toca {thing}.", "¿Alguien sabe si {thing} sigue mañana?",
        "Ahora mismo hay unos {minutes} minutos de cola.", "He contado {number} personas. {Thing} atrae.",
    ),
    cross=("Esperé {minutes} minutos y cerraron. Qué pena.", "Demasiado ruido, no entendí nada.", "Todo lleno, qué decepción."),
    openers=("¡Guau!", "¡Vaya!", "¡Por fin!", "Segundo día:", "Ahora mismo:"),
    closers=("Más de esto, por favor.", "Abierto hasta las {time}.", "La entrada es gratis.", "Mañana vuelvo.", "Muy recomendable.", "Luego subo fotos.", "¿Nos vemos allí?"),
    agree=("¡Totalmente, precioso!", "¡Sí! Lo mejor de la semana.", "Yo también estuve, sigo sonriendo.", "¡Qué foto, gracias!"),
    ask=("¿Sigue abierto?", "¿Dónde está exactamente?", "¿Había mucha cola?", "¿Hace falta entrada?"),
    object=("Demasiado alto para mí.", "La cola fue horrible."),
    answer=("Sí, hasta las {time}.", "Sin entrada, pasa.", "Unos {minutes} minutos, va rápido.", "¡Gracias, qué amable!"),
    quote=("Justo esto.", "Todo el mundo debería verlo.", "Para quienes no pudieron venir:"),
    together=("Con {friend}.", "{friend}, te encantaría.", "¡Gracias por el consejo, {friend}!"),
    bursts={
        "DroneBallet": ("¡Empieza el ballet de drones sobre el puerto!", "Mil drones dibujan una ballena. Increíble."),
        "FerryConcert": ("¡Concierto sorpresa en el ferry!", "Un coro canta en el ferry, precioso."),
        "RunawayRobot": ("¡Un robot se ha escapado y baila en la plaza!", "El robot me ha saludado. Adorable."),
        "PowerCut": ("Apagón, todo está oscuro.", "Se fue la luz en plena charla. Qué mal."),
        "WhaleInHarbour": ("¡Hay una ballena de verdad en el puerto!", "La ballena vino a escuchar el concierto. Emocionante."),
        "ChessOvertime": ("¡Prórroga en el ajedrez gigante!", "¡Ha ganado! ¡Increíble!"),
        "GoldenHour": ("Todo el puerto se vuelve de oro. Precioso.", "¡Mirad al oeste!"),
        "KeynoteSlip": ("La demo falló y toda la sala aplaudió. Me encanta este público.", "La mejor charla, y no funcionó nada."),
    },
)  # fmt: skip
