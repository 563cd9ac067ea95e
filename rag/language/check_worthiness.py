"""Why there is nothing to verify in a sentence: it is a question, an opinion, has no words.

Where the rules are not sure, a sentence is one to verify: what is checked in vain costs a reader
a glance, what is passed over may cost a correction. What somebody is reported to think or to
demand is a fact about them, so attributed sentences and quotations are always verified. Rules are
for English, and for how opinions begin in six more languages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.language.analysis import analyse
from rag.language.entities import quotations
from rag.language.opposites import base, base_set
from rag.language.speech_cues import SAYING
from rag.language.words import Wording, word_set

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

NO_WORDS = "no words"
QUESTION = "a question"
OPINION = "an opinion"
INSTRUCTION = "an instruction"
HEADING = "a heading"
TOO_SHORT = "too short to say anything"

_QUESTION = re.compile(r"[?？؟⁇⁈‽;՞⸮፧][\s!！)\]*_”’\"'»」』]*$")
_GREEK_QUESTION = re.compile(r"[\u0370-\u03ff][^;]*;[\s»”\")]*$")
_IN_QUOTES = re.compile(r"[?？؟;][\s!]*[”\"»」』’']+\s*$")
_EXCLAMATION = re.compile(r"(?:What an?|How|Such an?)\s[^.?]{1,80}!\W*$")
_VIEWS = re.compile(
    r"(?:\W*(?:and|but|so|yet|well|still|personally|frankly|honestly)\b,?\s*)*"
    r"(?:(?:I|we)\s+(?:(?:do(?:n['’]t| not)|can(?:['’]t|not)|would|still|really|firmly|strongly"
    r"|honestly|also|often|[a-z]{2,}ly)\s+){0,2}"
    r"(?:think|believe|feel|hope|doubt|wish|fear|suspect|guess|reckon|love|hate|prefer|like|admire"
    r"|applaud|welcome|regret|deplore|condemn|disagree|agree|urge|trust|imagine|suppose)\b"
    r"|in (?:my|our) (?:\w+ )?(?:opinion|view|judge?ment|eyes|experience)\b|to my mind\b"
    r"|if you ask (?:me|us)\b|as far as (?:I am|I['’]m|we are) concerned\b"
    r"|as I see it\b|(?:it is|it['’]s) (?:high |about )?time (?:to|for|that|we)\b"
    r"|let['’]?s\b|let us\b|may (?:he|she|they|the|we|it)\b[^.?]{0,60}!)",
    re.IGNORECASE,
)
_VIEWS_ELSEWHERE = {
    "de": r"(?:ich (?:finde|glaube|meine|denke|hoffe|fürchte|wünsche)|wir (?:sollten|müssen|finden"
    r"|glauben|hoffen)|meine[rs]? (?:meinung|ansicht)|unserer (?:meinung|ansicht)|hoffentlich)\b",
    "fr": r"(?:je (?:pense|crois|trouve|souhaite|crains)|j['’](?:espère|estime)|nous (?:devons"
    r"|devrions|pensons|croyons)|à (?:mon|notre) (?:avis|sens)|selon (?:moi|nous)|il faut)\b",
    "es": r"(?:(?:yo )?(?:creo|pienso|opino|espero|temo) que|en (?:mi|nuestra) opini[óo]n"
    r"|a mi (?:juicio|parecer)|debemos|deberíamos|ojalá)\b",
    "it": r"(?:(?:io )?(?:credo|penso|ritengo|spero|temo) che|secondo (?:me|noi)|a mio (?:avviso"
    r"|parere)|dobbiamo|dovremmo)\b",
    "nl": r"(?:ik (?:vind|denk|geloof|hoop|vrees)|naar mijn mening|volgens mij|we moeten)\b",
    "pt": r"(?:(?:eu )?(?:acho|creio|penso|espero) que|na minha opini[ãa]o|devemos|oxalá)\b",
}
_JUDGING = base_set(
    "disgrace disgraceful shame shameful shameless outrage outrageous scandal scandalous"
    " absurd ridiculous ludicrous nonsense terrible awful horrible dreadful appalling"
    " wonderful marvellous marvelous magnificent brilliant fantastic superb splendid lovely"
    " beautiful ugly charming delightful disappointing pathetic stupid foolish silly wise"
    " clever unfair unjust unacceptable intolerable inexcusable unforgivable great good bad"
    " better worse best worst wrong right pity tragedy farce joke triumph disaster madness"
    " insane crazy boring exciting inspiring admirable laudable regrettable deplorable sad"
    " heartbreaking embarrassing embarrassment overdue important necessary essential obvious"
    " clear sensible reasonable unreasonable"
)
_RATED = base_set("important necessary essential clear obvious")
_SEEMS = word_set("be is are was were been being 's 're seem seems seemed sound sounds looks look")
_CALLS = word_set("read see click watch listen subscribe follow sign share scroll tap look visit")
_BEFORE_CALL = word_set("please do n't n’t not never always just then also now")
_WE = word_set("i we you one everyone everybody")
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
_FEWEST = 4
_QUOTED = 3


def nothing_in(words: str, language: str = "en", *, heading: bool = False) -> str:
    """Why there is nothing to verify in a sentence, in a few words; "" where there is.

    `words` have no markup. Opinions and instructions are recognised in English, and by how they
    begin in six more languages; questions in every script.

    >>> nothing_in("Will it sail again?"), nothing_in("The plan is a disgrace.")
    ('a question', 'an opinion')
    >>> nothing_in("The mayor said the plan is a disgrace.")
    ''
    """
    count = len(Wording(words))
    if not any(character.isalpha() for character in words) or not count:
        return NO_WORDS
    if _asks(words):
        return QUESTION
    quoted = [q for q in quotations(words) if len(Wording(words[q.start : q.end])) >= _QUOTED]
    if quoted:
        return ""
    if language != "en":
        pattern = _VIEWS_ELSEWHERE.get(language)
        return OPINION if pattern and re.match(rf"\W*{pattern}", words, re.IGNORECASE) else ""
    if _VIEWS.match(words) or _EXCLAMATION.match(words):
        return OPINION
    (doc,) = analyse([words])
    return _of_syntax(doc, count, heading=heading)


def _asks(words: str) -> bool:
    """Whether a sentence is a question of the draft's own, not one that it quotes."""
    if not (_QUESTION.search(words) or _GREEK_QUESTION.search(words)):
        return False
    return not (_IN_QUOTES.search(words) and len(Wording(words)) >= _FEWEST)


def _of_syntax(doc: Doc, count: int, *, heading: bool) -> str:
    words = doc.text
    root = next((token for token in doc if token.head == token and not token.is_punct), None)
    if root is None:
        return NO_WORDS
    stated = any(token.pos_ in ("VERB", "AUX") for token in doc)
    figures = any(token.like_num or any(map(str.isdigit, token.text)) for token in doc)
    label = (heading or words[-1].isalnum()) and _is_label(doc, root)
    if not stated and not figures and (count < _FEWEST or label):
        return HEADING if heading or label else TOO_SHORT
    if not heading and _instructs(doc, root):
        return INSTRUCTION
    if heading or _ACCORDING.search(words) or _is_reported(root):
        return ""
    return OPINION if _demands(root) or (_judges(root) and not figures) else ""


def _is_label(doc: Doc, root: Token) -> bool:
    """Whether a heading names a subject and says nothing of it: "A year on the quays"."""
    articled = any(child.lower_ in ("a", "an", "the") for child in root.children)
    named = any(token.text[:1].isupper() for token in doc[1:])
    return root.pos_ == "NOUN" and doc[0].pos_ == "DET" and articled and not named


def _is_reported(root: Token) -> bool:
    """Whether a sentence says what somebody said."""
    return any(
        token.lower_ in SAYING and token.pos_ == "VERB" and token.lower_ not in ("ask", "add")
        for token in (root, *root.children)
    )


def _demands(root: Token) -> bool:
    """Whether a sentence says what should be, not what is."""
    if root.lower_ == "ought":
        return True
    for child in root.children:
        if child.dep_ != "aux" and child.dep_ != "auxpass":
            continue
        if child.lower_ in ("should", "ought"):
            return True
        if child.lower_ == "must" and any(
            each.dep_ == "nsubj" and each.lower_ in _WE for each in root.children
        ):
            return True
    return False


def _judges(root: Token) -> bool:
    """Whether a sentence says of something that it is good or bad, and no more."""
    if root.lower_ not in _SEEMS:
        return False
    said = {
        base(each.text) for each in root.children if each.dep_ in ("acomp", "attr", "oprd")
    } & _JUDGING
    # "It is clear that the bridge fell" states that it fell.
    states = any(each.dep_ in ("ccomp", "csubj") for each in root.children)
    return bool(said - _RATED if states else said)


def _instructs(doc: Doc, root: Token) -> bool:
    """Whether a sentence tells its reader to do something."""
    first = next((token for token in doc if not token.is_punct), root)
    called = root == first and root.lower_ in _CALLS
    if (root.tag_ != "VB" and not called) or any(
        each.dep_ in ("nsubj", "nsubjpass") for each in root.children
    ):
        return False
    before = [token for token in doc[: root.i] if not token.is_punct]
    return all(token.lower_ in _BEFORE_CALL for token in before) and doc[-1].text in (".", "!")
