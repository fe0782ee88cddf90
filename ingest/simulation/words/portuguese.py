"""Portuguese."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

PORTUGUESE: Final = Words(
    lang="pt",
    things={
        "light": ("o pavilhão de vidro", "o desfile das lanternas", "o jardim de néon"),
        "robots": ("a orquestra de robôs", "o café dos consertos", "o drone de origami"),
        "type": ("o mural de cartazes", "a noite das letras", "o laboratório da cor"),
        "city": ("a ponte sem carros", "a balsa da noite", "o concerto do elétrico"),
        "sound": ("o jardim dos sons", "o concerto do porto", "a sala de escuta"),
        "food": ("a cozinha de algas", "o laboratório do pão", "o parlamento da sopa"),
        "play": ("o xadrez gigante", "o labirinto invisível", "o hackathon das escolas"),
        "ocean": ("o concerto das baleias", "o laboratório das marés", "o barco de garrafas"),
    },
    joyful=(
        "Que maravilha, {thing}!", "O melhor do dia: {thing}.", "{Thing} é simplesmente incrível.",
        "Vale muito a pena: {thing}. Adorei!", "{Thing} fez a fila inteira sorrir.", "Obrigado a toda a equipa, {thing} é emocionante.",
        "Pôr do sol, café e {thing}. Que felicidade.",
    ),
    calm=(
        "{Thing} abre outra vez às {time}.", "A caminho, o programa é {thing}.", "Alguém sabe se {thing} continua amanhã?",
        "Agora são uns {minutes} minutos de fila.", "Contei {number} pessoas. {Thing} chama gente.",
    ),
    cross=("Esperei {minutes} minutos e fechou. Que pena.", "Barulho demais, não percebi nada.", "Tudo cheio, que desilusão."),
    openers=("Uau!", "Ora bem!", "Finalmente!", "Segundo dia:", "Agora mesmo:"),
    closers=("Mais disto, por favor.", "Aberto até às {time}.", "A entrada é livre.", "Amanhã volto.", "Recomendo muito.", "Fotos mais tarde.", "Vemo-nos lá?"),
    agree=("Concordo, que lindo!", "Sim! O melhor momento da semana.", "Também lá estive, ainda estou a sorrir."),
    ask=("Ainda está aberto?", "Onde fica?", "A fila era grande?", "É preciso bilhete?"),
    object=("Um pouco alto demais para mim.", "A fila estava horrível."),
    answer=("Sim, até às {time}.", "Sem bilhete, é só entrar.", "Uns {minutes} minutos, anda depressa.", "Obrigada, que simpatia!"),
    quote=("É isto.", "Toda a gente devia ver.", "Para quem não pôde vir:"),
    together=("Com {friend}.", "{friend}, ias adorar.", "Obrigado pela dica, {friend}!"),
    bursts={
        "DroneBallet": ("Começou o balé de drones sobre o porto!", "Mil drones desenham uma baleia. Incrível."),
        "FerryConcert": ("Concerto surpresa na balsa, agora!", "Um coro canta na balsa, lindo."),
        "RunawayRobot": ("Um robô fugiu e dança na praça!", "O robô acenou para mim. Adorável."),
        "PowerCut": ("Falta de luz, está tudo escuro.", "Ficámos sem luz a meio da palestra. Que mau."),
        "WhaleInHarbour": ("Há uma baleia de verdade no porto!", "A baleia veio ouvir o concerto. Emocionante."),
        "ChessOvertime": ("Prolongamento no xadrez gigante!", "Ela ganhou! Incrível!"),
        "GoldenHour": ("O porto inteiro ficou dourado. Lindo.", "Olhem para oeste!"),
        "KeynoteSlip": ("A demo falhou e a sala toda aplaudiu. Adoro este público.", "A melhor palestra, e nada funcionou."),
    },
)  # fmt: skip
