"""Scripts that write words without spaces, as overlapping pairs of letters; knows no words.

Chinese, Japanese, Thai, Lao, Khmer and Burmese run words together, and Korean runs particles on
to them. Pairs find a word wherever it stands, a name that no dictionary has as well as any.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from rag.language.normalizing import normalized

_HAN = "\u3005-\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_EAST = f"[{_HAN}{_KANA}]"
_HANGUL = "[\uac00-\ud7a3]"
_SOUTHEAST = (
    "[\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0ecd\u0edc-\u0edf"  # Thai, Lao
    "\u1000-\u103f\u1050-\u109f\u1780-\u17d3]"  # Burmese, Khmer
)
# A lone line end within Chinese, Japanese or Thai is where the line was full, not a space.
_RUN = re.compile(rf"{_EAST}+(?:\r?\n{_EAST}+)*|{_HANGUL}+|{_SOUTHEAST}+(?:\r?\n{_SOUTHEAST}+)*")
_SIGNS = (
    "\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec6-\u0ecd\u102b-\u103e\u1056-\u1059\u17b6-\u17d3"
)
# Vowels written before, over, under or after a consonant are one letter with it.
_LETTER = re.compile(rf"[\u0e40-\u0e44\u0ec0-\u0ec4]?[^\s{_SIGNS}][{_SIGNS}]*|\S")
_ASKING_WORDS = (
    "什么时候 什麼時候 为什么 為什麼 怎么样 怎麼樣 什么 什麼 多少 哪个 哪個 哪些 哪里 哪裡 怎么 "
    "怎麼 如何 何时 何時 是否 请问 請問 谁 誰 "
    "いつ どこ だれ なぜ どうして いくら いくつ どの どれ どんな どう 何人 何が 何を "
    "ですか ますか ましたか でしょうか について ください という として された しました "
    "しています ました ます です から まで "
    "언제 어디서 어디 누가 누구 무엇 얼마나 얼마 어떻게 어떤 했습니까 했나요 습니까 입니까 나요 "
    "เมื่อไหร่ เมื่อไร เท่าไหร่ เท่าไร ที่ไหน อะไร ใคร ทำไม อย่างไร หรือไม่ ไหม"
)
_ASKING = re.compile("|".join(map(re.escape, normalized(_ASKING_WORDS).split())))
_ACROSS = re.compile(
    "[はがをにのとでもへや][^\u3041-\u309f]|[^\u3041-\u309f][はがをにのとでもへや]|.[的了吗嗎呢]|[的了吗嗎呢]."
)
_KOREAN_PARTICLE = re.compile("[\uac00-\ud7a3][을를은는이가의에도로와과만]$")


def letters(run: str) -> list[str]:
    """The letters of a run, each with the vowels that belong to it.

    >>> letters("隧道"), letters("เมตร")
    (['隧', '道'], ['เม', 'ต', 'ร'])
    """
    return _LETTER.findall(run)


def pairs(run: str) -> list[str]:
    """Each letter of a run with the next one; a letter that is alone stays alone.

    >>> pairs("港口隧道"), pairs("米")
    (['港口', '口隧', '隧道'], ['米'])
    """
    found = letters(run)
    return [one + other for one, other in pairwise(found)] or found


def asked_pairs(run: str) -> list[str]:
    """The pairs of a run that tell of a subject: all of them where none does.

    Left out are words that ask, such as 什么 or いつ, and what reaches across a particle: in a
    question they are the rarest of all, and would find any article that asks something.

    >>> asked_pairs("隧道什么时候关闭"), asked_pairs("トンネルの費用は"), asked_pairs("터널을")
    (['隧道', '关闭'], ['トン', 'ンネ', 'ネル', '費用'], ['터널'])
    """
    parts = [part for part in _ASKING.split(run) if part.strip()]
    found = [pair for part in parts for pair in _without_particles(pairs(part))]
    return found or pairs(run)


def with_runs(text: str, made_of: Callable[[str], list[str]]) -> str:
    """The text with what is made of each run of such a script in its place, set apart.

    >>> with_runs("长412米。", pairs)
    ' 长 412 米 。'
    """
    if text.isascii():
        return text
    return _RUN.sub(lambda run: f" {' '.join(made_of(run[0]))} ", text)


def dense_runs(text: str) -> list[str]:
    """The stretches of a text that are in such scripts, in its order.

    >>> dense_runs("长412米, 隧道")
    ['长', '米', '隧道']
    """
    return [] if text.isascii() else _RUN.findall(text)


def pairs_of(text: str) -> list[str]:
    """The pairs of letters of those runs of a text that have several, as they are indexed."""
    found = map(letters, dense_runs(normalized(text)))
    return [pair for run in found if len(run) > 1 for pair in map("".join, pairwise(run))]


def single_letters(text: str) -> list[str]:
    """The letters of those runs of a text that have several, in its order.

    >>> single_letters("长412米, 隧道")
    ['隧', '道']
    """
    found = map(letters, dense_runs(text))
    return [letter for run in found if len(run) > 1 for letter in run]


def _without_particles(found: list[str]) -> list[str]:
    kept = [pair for pair in found if not _ACROSS.fullmatch(pair)]
    # In Korean, the last syllable of three or more is often a particle.
    if len(kept) > 1 and _KOREAN_PARTICLE.search(kept[-1]):
        return kept[:-1]
    return kept
