"""Letters that are not what was meant are undone or named; sound ones are left alone."""

from __future__ import annotations

import pytest

from rag.corpus.mojibake import remark, undone, without_c1

SOUND = [
    "Le conseil a voté – « C’est nécessaire », a déclaré l’ingénieure à 5 °C.",
    "NÃO É “MANHÔ – DIZ O CORAÇÃO» DA CIDADE",
    "Совет города проголосовал. РСФСР, СССР и Россия.",
    "Το συμβούλιο της πόλης ψήφισε.",
    "Hội đồng thành phố bỏ phiếu đóng cửa đường hầm.",
    "El col·legi, l’aigua i 25 m² – ¿sí? ¡Sí!",
    "市議会は火曜日、トンネルを閉鎖する。",
]


@pytest.mark.parametrize("text", SOUND)
def test_sound_letters_are_left_alone(text: str) -> None:
    assert (undone(text), remark(text), without_c1(text)) == ("", "", text)


@pytest.mark.parametrize("text", SOUND)
def test_utf8_read_as_something_else_is_undone(text: str) -> None:
    seen = text.encode().decode("latin-1")
    assert undone(seen) == text
    # One sound character beside it, and nobody can say what the whole was.
    assert undone(f"{seen} 市") == ""
    assert remark(f"{seen} 市").endswith("some letters may be wrong")


def test_russian_in_utf8_read_as_windows_1251_is_undone() -> None:
    assert undone("РўСѓРЅРЅРµР»СЊ Р·Р°РєСЂРѕСЋС‚") == "Туннель закроют"


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("The mayorâ€™s car", "'â€™' looks like UTF-8 read as another encoding"),
        ("A cafÃ© and 市", "'Ã©' looks like UTF-8 read as another encoding"),
        ("Caf\ufffd, Zo\ufffd", "2 of its characters were lost before it came here"),
        ("Òóííåëü çàêðîþò âî âòîðíèê íà ðåìîíò", "'Òóííåëü' looks like another script"),
        ("Rada zag³osowa³a za zamkniêciem, wiêc czê¶æ siê", "'³' stands within words"),
    ],
)
def test_wrong_letters_are_named_with_a_sample(text: str, sample: str) -> None:
    assert remark(text).startswith(sample)
