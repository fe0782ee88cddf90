"""Finnish."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

FINNISH: Final = Words(
    lang="fi",
    things={
        "light": ("lasipaviljonki", "lyhtykulkue", "neonpuutarha", "yökävely", "varjoteatteri"),
        "robots": ("robottiorkesteri", "korjauskahvila", "tekijöiden halli", "origamidrooni", "kävelevä pöytä"),
        "type": ("julisteseinä", "kirjapainoauto", "kirjainten yö", "pienlehtikirjasto", "värilaboratorio"),
        "city": ("autoton silta", "yölautta", "raitiovaunukonsertti", "kattopuutarha", "puhuva penkki"),
        "sound": ("äänipuutarha", "satamakonsertti", "kuunteluhuone", "sumutorvisinfonia", "putkista tehty urku"),
        "food": ("leväkeittiö", "leipälaboratorio", "kauppahalli", "hävikki-illallinen", "keittoparlamentti"),
        "play": ("jättishakki", "paperirakettien laukaisu", "koululaisten hackathon", "pakoraitiovaunu", "näkymätön labyrintti"),
        "ocean": ("valaiden laulukonsertti", "merilaboratorio", "poijuverkko", "sininen luokkahuone", "pullolaiva"),
    },
    joyful=(
        "{Thing} on aivan ihana!", "{Thing} yllätti minut täysin, upea kokemus.", "Illan kohokohta: {thing}.",
        "{Thing} sai koko jonon hymyilemään.", "Tämän takia tulin: {thing}. Kaunista!", "{Thing} on mahtava, menkää katsomaan.",
        "Lapset rakastivat, minä vielä enemmän: {thing}.", "Kiitos tekijöille, {thing} on hieno.",
        "Paras päivä pitkään aikaan, ja {thing} kruunasi sen.", "{Thing} ja auringonlasku. Täydellistä.",
        "En osannut odottaa, että {thing} olisi näin hyvä.", "{Thing} on kymppi kautta kymppi.",
        "Kylmät väreet. {Thing}, täysi sali, kaikki laulavat.", "Ylpeänä kerron: {thing} toimii!",
    ),
    calm=(
        "{Thing} aukeaa taas kello {time}.", "Matkalla, ohjelmassa {thing}.", "Tietääkö joku, onko {thing} auki huomenna?",
        "Jono on nyt noin {minutes} minuuttia, jonossa juttuseuraa riittää.", "Seuraavaksi vuorossa {thing}.",
        "Laskin paikalla {number} ihmistä, {thing} kiinnostaa.", "Piirustuslehtiö mukana, aiheena {thing}.",
        "Kuulin jonossa: \"äiti, rakennetaanko kotiinkin tällainen?\"", "Olen vapaaehtoisena kello {time} asti, tulkaa moikkaamaan.",
        "Kuvasarja: {thing} luonnoksesta tähän iltaan.",
    ),
    cross=(
        "Jonotin {minutes} minuuttia ja sitten {thing} suljettiin. Harmi.", "Liian kova ääni, en kuullut mitään.",
        "Opasteet ovat huonot, {thing} jäi löytämättä.", "Sali täynnä, pettymys pitkän matkan jälkeen.",
        "Sade, jono ja väärä lippu. {Thing} saa odottaa.",
    ),
    openers=("Vau!", "No niin!", "Vihdoin!", "Hei!", "Pieni ilo:", "Toinen päivä:", "Juuri nyt:", "Oho!"),
    closers=(
        "Lisää tällaista, kiitos.", "Auki vielä kello {time} asti.", "Sisäänpääsy on ilmainen.", "Ottakaa takki mukaan.",
        "Huomenna uudestaan.", "Suosittelen lämpimästi.", "Kuvia myöhemmin.", "Seuratkaa keltaisia nuolia.",
        "Jalat väsyivät, sydän ei.", "Nähdäänkö siellä?", "Kiitos vapaaehtoisille!",
    ),
    agree=(
        "Samaa mieltä, ihana!", "Kyllä! Viikon paras hetki.", "Olin siellä myös, hymyilen vieläkin.", "Hieno kuva, kiitos!",
        "Nyt on pakko lähteä katsomaan.", "Mahtavaa kuulla.", "Juuri näin, loistava idea.",
    ),
    ask=(
        "Onko se vielä auki?", "Missä tämä on?", "Pitikö jonottaa kauan?", "Tarvitaanko lippua?", "Sopiiko pienille lapsille?",
        "Tuleeko tallenne?",
    ),
    object=("Minusta vähän liian kova ääni.", "Jono oli kamala.", "Petyin, jos totta puhutaan."),
    answer=(
        "On, kello {time} asti.", "Ei tarvitse lippua, sisään vain.", "Noin {minutes} minuuttia, jono liikkuu hyvin.",
        "Kiitos, kiva kuulla!", "Kysyn ja kerron.", "Nähdään siellä kello {time}!",
    ),
    quote=("Tämä.", "Kaikkien pitäisi nähdä tämä.", "Luin tämän ratikassa ja hymyilin.", "Niille, jotka eivät päässeet:", "Hyvä ketju illasta."),
    together=("Seurana {friend}.", "{friend}, sinä tykkäisit tästä.", "Kiitos vinkistä, {friend}!", "{friend} oli oikeassa."),
    bursts={
        "DroneBallet": ("Droonibaletti alkoi sataman yllä!", "Tuhat droonia piirsi valaan taivaalle. Mykistävää.", "Katsokaa ylös, ihan käsittämättömän kaunista!"),
        "FerryConcert": ("Yllätyskonsertti yölautalla juuri nyt!", "Lautalla laulaa kuoro ja se on upeaa.", "Kapteeni liittyi mukaan trumpetilla. Ihanaa."),
        "RunawayRobot": ("Robotti karkasi ja tanssii torilla!", "Karannut robotti vilkutti minulle!", "Kolme lasta adoptoi robotin. Suloista."),
        "PowerCut": ("Sähköt poikki, kaikki on pimeänä.", "Sähkökatko kesken puheen. Huono hetki.", "Milloin valot palaavat? Vähän huolestuttaa."),
        "WhaleInHarbour": ("Satamassa on oikea valas!", "Valas tuli kuuntelemaan valaiden laulua. Liikuttavaa.", "Kaikki kuiskaavat. Kaunis hetki."),
        "ChessOvertime": ("Jättishakki meni jatkoajalle, kukaan ei lähde!", "Kaksitoistavuotias voittaa koneen!", "Hän voitti! Mahtavaa!"),
        "GoldenHour": ("Kultainen hetki, jokainen ikkuna hehkuu. Kaunista.", "Katsokaa länteen nyt!", "Koko satama muuttui kullaksi."),
        "KeynoteSlip": ("Demo kaatui ja koko sali taputti. Ihana yleisö.", "Paras puhe ikinä, eikä mikään toiminut.", "Hän piirsi esityksen paperille. Nerokasta."),
    },
)  # fmt: skip
