"""French."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

FRENCH: Final = Words(
    lang="fr",
    things={
        "light": ("le pavillon de verre", "la parade des lanternes", "le jardin de néon", "la marche de nuit"),
        "robots": ("l’orchestre de robots", "le café de la réparation", "le drone en origami", "la table qui marche"),
        "type": ("le mur d’affiches", "la nuit des lettres", "le fourgon d’imprimerie", "le labo des couleurs"),
        "city": ("le pont sans voitures", "le ferry de nuit", "le concert du tramway", "le verger sur le toit"),
        "sound": ("le jardin des sons", "le concert du port", "la salle d’écoute", "la symphonie des cornes de brume"),
        "food": ("la cuisine aux algues", "le labo du pain", "la halle du marché", "le parlement de la soupe"),
        "play": ("la finale d’échecs géants", "le lancer de fusées en papier", "le hackathon des écoles", "le labyrinthe invisible"),
        "ocean": ("le concert des baleines", "le labo des marées", "le réseau de bouées", "le bateau en bouteilles"),
    },
    joyful=(
        "{Thing}, c’est magnifique !", "Mon coup de cœur du jour : {thing}.", "{Thing} m’a donné des frissons.",
        "À voir absolument : {thing}. Superbe !", "{Thing} a fait sourire toute la file.", "Merci à toute l’équipe, {thing} est une merveille.",
        "Coucher de soleil, café, {thing}. Le bonheur.", "Je ne pensais pas autant aimer : {thing}, bravo !",
        "Les enfants ne veulent plus partir, {thing} est génial.", "Dix sur dix pour {thing}.",
    ),
    calm=(
        "{Thing} rouvre à {time}.", "En route, au programme : {thing}.", "Quelqu’un sait si {thing} continue demain ?",
        "Environ {minutes} minutes d’attente en ce moment.", "J’ai compté {number} personnes. {Thing} attire du monde.",
        "Quelques croquis avant la foule : {thing}.", "Entendu dans la file : « maman, on en construit un chez nous ? »",
    ),
    cross=(
        "{minutes} minutes d’attente, puis c’était fermé. Dommage.", "Beaucoup trop de bruit, je n’ai rien compris.",
        "Les panneaux sont mal faits, {thing} était introuvable.", "Complet. Déçue, je venais de loin.",
    ),
    openers=("Waouh !", "Eh bien !", "Enfin !", "Écoutez :", "Deuxième jour :", "À l’instant :", "Oh !"),
    closers=(
        "Encore, s’il vous plaît.", "Ouvert jusqu’à {time}.", "C’est gratuit, au fait.", "Prenez une veste.", "Je reviens demain.",
        "Je recommande vivement.", "Photos à venir.", "Suivez les flèches jaunes.", "On s’y retrouve ?", "Merci aux bénévoles !",
    ),
    agree=("Tout à fait, quelle beauté !", "Oui ! Le meilleur moment de la semaine.", "J’y étais aussi, j’en souris encore.", "Belle photo, merci !"),
    ask=("C’est encore ouvert ?", "C’est où exactement ?", "Il y avait beaucoup d’attente ?", "Il faut un billet ?"),
    object=("Un peu trop fort pour moi.", "La file était terrible.", "J’ai été déçu, franchement."),
    answer=("Oui, jusqu’à {time}.", "Sans billet, on entre.", "Environ {minutes} minutes, ça avance vite.", "Merci, c’est gentil !", "On se voit à {time} !"),
    quote=("Exactement ça.", "Tout le monde devrait voir ça.", "Lu dans le tram, avec le sourire.", "Pour celles et ceux qui n’ont pas pu venir :"),
    together=("Avec {friend}.", "{friend}, tu adorerais.", "Merci du conseil, {friend} !"),
    bursts={
        "DroneBallet": ("Le ballet de drones commence au-dessus du port !", "Mille drones dessinent une baleine. Sans voix.", "Levez les yeux, c’est magnifique !"),
        "FerryConcert": ("Concert surprise sur le ferry, maintenant !", "Un chœur chante sur le ferry, superbe.", "Le capitaine joue de la trompette !"),
        "RunawayRobot": ("Un robot s’est échappé et danse sur la place !", "Le robot m’a fait coucou !", "Trois enfants ont adopté le robot. Adorable."),
        "PowerCut": ("Panne de courant, tout est noir.", "Plus de courant en pleine conférence. Mauvais moment.", "Quand revient la lumière ?"),
        "WhaleInHarbour": ("Il y a une vraie baleine dans le port !", "La baleine est venue écouter le concert. Émouvant.", "Tout le monde chuchote. Quel moment."),
        "ChessOvertime": ("Prolongations aux échecs géants !", "Une fille de douze ans bat la machine !", "Elle a gagné ! Bravo !"),
        "GoldenHour": ("Tout le port devient d’or. Magnifique.", "Regardez vers l’ouest !", "Cette lumière, quelle merveille."),
        "KeynoteSlip": ("La démo a planté et toute la salle applaudit. J’adore ce public.", "Meilleure conférence, et rien ne marchait.", "Elle a tout dessiné sur papier. Génial."),
    },
)  # fmt: skip
