"""What a fact-check found, told from the words in which its publisher says so, in French or English.

A closed table: what it does not know is not guessed. It is asked of the whole text, and then of its beginning, up to a
« mais » or the first mark (« Faux. La photo date de 2015 »). A word further on says nothing of the rating: « le faux
compte a disparu » is none.
"""

import re

from scripts.models import Rating
from scripts.text import fold

LONGEST = 300  # characters that are looked at: what is longer is an article
_TRUE = """
    vrai vraie vrais vraies exact exacte exacts exactes correct correcte juste avere averee verifie verifiee confirme
    confirmee authentique true accurate confirmed
"""
_FALSE = """
    faux fausse fausses inexact inexacte inexacts inexactes incorrect incorrecte errone erronee mensonger mensongere
    infonde infondee infondes infondees false untrue inaccurate wrong fake unfounded baseless
"""
#: Before one of those words: what becomes of what is true, and of what is false.
_BEFORE = {
    "": (Rating.TRUE, Rating.FALSE),
    "totalement, tout a fait, entierement, completement, absolument, 100, completely, totally, entirely": (
        Rating.TRUE,
        Rating.FALSE,
    ),
    "plutot, en grande partie, majoritairement, essentiellement, globalement, largement, presque, quasi, mostly,"
    "mainly, largely": (Rating.MOSTLY_TRUE, Rating.MOSTLY_FALSE),
    "en partie, partiellement, partly, partially": (Rating.HALF_TRUE, Rating.MOSTLY_FALSE),
    "a moitie, half": (Rating.HALF_TRUE, Rating.HALF_TRUE),
    "pas, not": (Rating.FALSE, Rating.MOSTLY_TRUE),
    "pas totalement, pas tout a fait, pas entierement, pas completement, pas vraiment, pas si, pas toujours,"
    "not entirely, not quite, not completely": (Rating.HALF_TRUE, Rating.HALF_TRUE),
}
_PHRASES = {
    Rating.TRUE: "oui, c est le cas",
    Rating.MOSTLY_TRUE: "a peu pres vrai, a peu pres exact",
    Rating.HALF_TRUE: """
        ni vrai ni faux, ni faux ni vrai, vrai et faux, a la fois vrai et faux, mi vrai mi faux, plus complique,
        plus complexe, plus nuance, pas si simple, pas aussi simple, pas tout a fait, a nuancer, nuance, mitige,
        imprecis, imprecise, incomplet, incomplete, mixture, mixed, mixte, discutable, contestable,
        it s complicated, complicated, not the whole story, neither true nor false, true and false
    """,
    Rating.MISLEADING: """
        trompeur, trompeuse, trompeurs, trompeuses, plutot trompeur, partiellement trompeur, ambigu, biaise, biaisee,
        deforme, deformee, faux et trompeur, misleading, partly misleading, deceptive, distorted, cherry picks, spin
    """,
    Rating.OUT_OF_CONTEXT: """
        hors contexte, hors de son contexte, hors de contexte, sorti de son contexte, sortie de son contexte,
        sorti du contexte, sortie du contexte, sorties de leur contexte, sortis de leur contexte, faux contexte,
        manque de contexte, contexte manquant, il manque du contexte, il manque le contexte, sans contexte,
        necessite du contexte, besoin de contexte, decontextualise, decontextualisee, decontextualises,
        decontextualisees, detourne, detournee, detournes, detournees, photo detournee, image detournee,
        images detournees, video detournee, photo hors contexte, image hors contexte, images hors contexte,
        video hors contexte, photo decontextualisee, image decontextualisee, video decontextualisee,
        out of context, missing context, lacks context, needs context, false context, miscaptioned
    """,
    Rating.MOSTLY_FALSE: "exagere, exageree, surestime, surestimee, exaggerated, exaggerates, barely true",
    Rating.FALSE: """
        non, pas du tout, ce n est pas le cas, intox, infox, canular, mensonge, invente, inventee, fabrique, fabriquee,
        desinformation, sans fondement, sans aucun fondement, rumeur infondee, fausse information, fausses informations,
        fausse citation, fausse photo, fausse image, fausse video, fausse affirmation, fausse rumeur, faux document,
        faux article, faux compte, faux tweet, photomontage, montage, truque, truquee, manipule, manipulee,
        photo truquee, photo manipulee, image manipulee, video manipulee, photo alteree, image alteree, video alteree,
        genere par ia, generee par ia, image generee par ia, images generees par ia, video generee par ia,
        fake news, hoax, fabricated, altered, altered photo, altered image, altered video, doctored, disinformation,
        pants on fire, four pinocchios, debunked
    """,
    Rating.UNVERIFIABLE: """
        pas de preuve, pas de preuves, pas de preuve a ce stade, aucune preuve, sans preuve, sans preuves,
        preuves insuffisantes, il n y a pas de preuve, il n y a aucune preuve, non prouve, non prouvee, non demontre,
        pas prouve, pas demontre, non verifie, non verifiee, non confirme, non confirmee, inverifiable,
        impossible a verifier, on ne sait pas, no evidence, no proof, unproven, unsupported, unverified, unverifiable,
        not proven, lacks evidence, insufficient evidence, unconfirmed
    """,
}
#: Words that may stand before a rating and do not change it.
_FILLERS = """
    c est, ce n est, cela est, cela n est, est, n est, ca n est, non, oui, verdict, notre verdict, conclusion,
    en resume, affirmation, l affirmation est, l affirmation n est, cette affirmation est, cette affirmation n est,
    cette information est, cette information n est, l information est, information, declaration, it s, it is, this is,
    that is, the claim is, this claim is, claim, rating
"""
#: What follows takes something back.
_BUT = "mais, cependant, toutefois, sauf, a nuancer, avec des nuances, a une nuance pres, sous conditions, but, however"
_NUANCED = {
    Rating.TRUE: Rating.MOSTLY_TRUE,
    Rating.MOSTLY_TRUE: Rating.HALF_TRUE,
    Rating.FALSE: Rating.MOSTLY_FALSE,
}
_MARK = re.compile(r"[.,:;!…()|–—\n]| - ")


def _split(phrases: str) -> list[str]:
    return [fold(one) for one in phrases.split(",")]


_TABLE: dict[str, Rating] = {phrase: rating for rating, phrases in _PHRASES.items() for phrase in _split(phrases)}
for _words, _ratings in _BEFORE.items():
    for _list, _rating in zip((_TRUE, _FALSE), _ratings, strict=True):
        _TABLE |= {f"{before} {word}".strip(): _rating for before in _split(_words) for word in _list.split()}
# The longest first, so that « ce n est » is not taken for nothing.
_FILLER = re.compile(f"(?:{'|'.join(sorted(_split(_FILLERS), key=len, reverse=True))}) ")
_BUT_WORDS = "|".join(_split(_BUT))
_BUT_FIRST = re.compile(rf"(?:{_BUT_WORDS})\b")
_BUT_INSIDE = re.compile(rf" (?:{_BUT_WORDS})\b")


def rating_of(text: str) -> Rating | None:
    """None: the table does not know these words."""
    text = text[:LONGEST]
    if "?" in text:  # a question is no answer
        return None
    folded = fold(text)
    if (found := _known(folded)) is not None:
        return found
    but = _BUT_INSIDE.search(folded)
    if but and (found := _known(folded[: but.start()])) is not None:
        return _NUANCED.get(found, found)
    return _at_its_beginning(text)


def _at_its_beginning(text: str) -> Rating | None:
    text = text.lstrip("«“\"'([ \u00a0\u202f")
    mark = _MARK.search(text)
    if mark is None:
        return None
    rest = fold(text[mark.end() :])
    found = _known(fold(text[: mark.start()]))
    if found is None or _known(rest) not in {None, found}:
        return None
    return _NUANCED.get(found, found) if _BUT_FIRST.match(rest) else found


def _known(folded: str) -> Rating | None:
    while folded not in _TABLE:
        filler = _FILLER.match(folded)
        if filler is None:
            return None
        folded = folded[filler.end() :]
    return _TABLE[folded]
