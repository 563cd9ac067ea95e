"""Recognises what a site shows instead of an article: walls, error pages, forms and fronts.

The wordings are those of consent tools, browsers' checks and shops of newspapers in English,
German, French, Spanish, Italian, Dutch, Portuguese, Polish and the Scandinavian languages. Each
speaks of the reader's own visit ("we and our partners", "your device"), which reporting does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from rag.corpus.page_blocks import PageBlock
from rag.corpus.page_fronts import is_front
from rag.corpus.rules import is_reporting
from rag.corpus.stated_text import StatedText
from rag.language.furniture import is_newsletter

SiteNotice = Literal["consent", "bot", "missing", "paywall", "newsletter", "advertisement"]

_REASONS: dict[SiteNotice, str] = {
    "consent": "a consent notice, no article",
    "bot": "a check for robots, no article",
    "missing": "a page that says it is missing, no article",
    "paywall": "a paywall notice, no article",
    "newsletter": "a newsletter form, no article",
    "advertisement": "an advertisement, no article",
}
_FRONT = "a list of headlines, no article"

_CONSENT = (
    r"\bwe (?:value|respect|care about) your privacy"
    r"|\bwe and (?:our|up to|\d)[\w ]{0,24}(?:partners|vendors)"
    r"|\bour (?:\d+ )?partners (?:may |store|process|use|and we)"
    r"|\b(?:our|we|and) partners[’'] processing|\bprocessing (?:as )?described above"
    r"|\b(?:store|stor(?:e|ing)|access)\b.{0,40}\binformation on (?:a|your) device"
    r"|\bprecise geolocation data|\bdevice scanning|\bwith your permission\b.{0,40}\b(?:we"
    r"|partners)"
    r"|\byour (?:consent|privacy|cookie|tracking) (?:choices?|preferences|settings)"
    r"|\byour preferences (?:will )?apply|\b(?:withdraw|manage|change|give) your (?:consent"
    r"|choices)"
    r"|\b(?:this|our) (?:web)?site uses cookies|\bwe use cookies|\baccept (?:all )?cookies"
    r"|\baccept all\b.{0,60}\b(?:reject|manage|cookies|continue)"
    r"|\blegitimate interests? .{0,60}(?:object|consent)"
    r"|\bby (?:clicking|continuing|using)\b.{0,80}\b(?:cookies|you (?:agree|consent|accept))"
    r"|wir und (?:unsere|bis zu)[\w ]{0,24}(?:partner|drittanbieter)"
    r"|\bpur-?abo|\babo\b.{0,60}\bohne (?:werbung|tracking)"
    r"|\bohne (?:werbung|tracking)\b.{0,40}\b(?:abo\b|lesen|nutzen)"
    r"|^(?:alle )?(?:zustimmen|akzeptieren|annehmen)(?: (?:und|&) \w+)?$"
    r"|wir (?:verwenden|nutzen|setzen) (?:\w+ ){0,3}cookies"
    r"|\b(?:wir|uns) und unsere partner\b.{0,200}\b(?:daten|cookies)"
    r"|ihre (?:zustimmung|einwilligung|privatsphäre|datenschutz-?einstellungen)\b.{0,80}"
    r"(?:widerruf\w*|ändern|wichtig|partner|erteilen|cookies)"
    r"|mit werbung (?:und tracking )?weiterlesen"
    r"|nous et (?:nos|jusqu)[\w ’']{0,24}partenaires"
    r"|^(?:tout )?accepter(?: (?:et|&) \w+)?$|nous utilisons des cookies|votre (?:vie privée"
    r"|consentement)"
    r"\b.{0,60}(?:cookies|partenaires|retirer|importe|priorité)|continuer sans accepter"
    r"|(?:nosotros y )?nuestros (?:\d+ )?socios"
    r"|^(?:aceptar|accetta|aceitar|akkoord|accepteren)(?: (?:y|e|en|&) \w+)?$"
    r"|utilizamos cookies|tu privacidad|su consentimiento"
    r"\b.{0,60}(?:cookies|socios|retirar)|noi e i nostri (?:\d+ )?(?:partner|fornitori)"
    r"|utilizziamo (?:i )?cookie|wij en onze (?:\d+ )?partners|wij gebruiken cookies"
    r"|\bmet (?:jouw|je|uw) toestemming\b|\bcookies\b.{0,80}\b(?:je|jouw|uw)\b"
    r"|\b(?:geef|geeft|door)\b.{0,40}\b(?:je|u)\b.{0,20}\btoestemming\b"
    r"|\b(?:je|jouw|uw) (?:keuze|voorkeuren|toestemming)\b.{0,30}\b(?:aanpassen|wijzigen|intrekken)"
    r"|(?:nós e )?(?:os )?nossos (?:\d+ )?parceiros|usamos cookies|my i nasi partnerzy"
    r"|(?:vi|våra|våre|vores) (?:og|och)? ?(?:våra|våre|vores)? ?(?:\d+ )?(?:partners?"
    r"|samarbets?partners?)"
    r"\b.{0,60}(?:cookies|information|personuppgifter|opplysninger)|vi (?:använder|bruger"
    r"|bruker) (?:\w+ )?"
    r"(?:cookies|kakor|informasjonskapsler)"
    r"|\bzgod[ęay]\b.{0,60}\b(?:na przetwarzanie|jest dobrowolna|wycofać)|zaufan\w+ partner"
    r"|danych osobowych\b.{0,160}\b(?:cookies|partner)|^przejdź do serwisu"
    r"|soubory cookie|osobních údajů\b.{0,120}\b(?:souhlas|partner)|çerez(?:ler)?\b.{0,60}\bkullan"
    r"|kişisel verileriniz|sütiket|evästeitä|χρησιμοποιούμε cookies|файлы cookie"
    r"|cookie(?:を|の)使用|使用cookie"
)
_BOT = (
    r"checking (?:if the site connection is secure|your browser)|^just a moment\b"
    r"|verify(?:ing)? (?:that )?you are (?:a )?(?:human|not a (?:ro)?bot)"
    r"|are you a (?:ro)?bot\b|(?:i am|i[’']m) not a robot|unusual (?:traffic|activity) from your"
    r"|enable (?:javascript|js)(?: and cookies)? (?:and (?:disable|cookies)|to continue"
    r"|in your browser)"
    r"|please (?:enable|turn on|activate) (?:javascript|js|cookies)\b"
    r"|disable any ad blocker|javascript is (?:disabled|required)"
    r"|pardon our interruption|complete the (?:captcha|security check)|incapsula|cloudflare ray id"
    r"|ddos protection by|your (?:ip|browser|request) (?:address )?(?:has been|was) (?:blocked"
    r"|flagged)"
    r"|needs to review the security of your connection|something about your browser made us think"
    r"|you don[’']t have permission to access|performance (?:&|and) security by"
    r"|security service to protect itself"
    r"|bitte bestätigen sie, dass sie (?:ein mensch|kein roboter)"
    r"|vérif\w+ que vous êtes (?:un )?humain"
    r"|confirma que eres humano|press (?:&|and) hold to confirm|support id (?:is|:)|reference #\d"
)
_MISSING = (
    r"(?:page|article|story|content|item|url|link|address)\b.{0,60}\b(?:does not|doesn[’']t"
    r"|no longer|"
    r"could not|couldn[’']t|can[’']?not|cannot|can[’']t|was not|wasn[’']t)(?: be)? (?:exists?"
    r"|found|available|"
    r"be found)\b|(?:page|article|story|content)\b.{0,50}\bhas (?:been )?(?:moved|removed"
    r"|expired|deleted)"
    r"|(?:sorry|oops|unfortunately),? (?:but )?(?:we|the page|this page|that page"
    r"|we[’']re)\b.{0,60}"
    r"(?:find|found|exist|moved|available|track)|check the (?:address|url|spelling)|error 404"
    r"|404 (?:error|not found)"
    r"|page not found|(?:go|return|back) to (?:our|the) (?:home ?page|front page)|try (?:a"
    r"|our) search"
    r"|unavailable (?:to|for|in)\b.{0,24}\b(?:visitors|users|readers|your region|your country)"
    r"|unavailable (?:due to|for) legal reasons|access (?:can ?not|can[’']t) be granted"
    r"|(?:is|are) (?:not |un)available in (?:your|most european) (?:country|region|countries"
    r"|location)"
    r"|(?:seite|artikel|beitrag|inhalt)\b.{0,60}\bnicht (?:mehr )?(?:gefunden|verfügbar|existier"
    r"|vorhanden)|diese seite (?:gibt es|existiert) nicht"
    r"|(?:page|article|contenu)\b.{0,60}(?:introuvable|n[’']existe (?:pas|plus)"
    r"|n[’']est (?:pas|plus) (?:disponible|accessible)|a été (?:déplacée?|supprimée?))"
    r"|(?:página|artículo|contenido|noticia)\b.{0,60}\bno (?:\w+ ){0,2}(?:encontrad|encontr[aó]"
    r"|existe|disponible)|no (?:se ha|hemos) (?:podido )?encontra"
    r"|\b(?:enlace|url|página|noticia)\b.{0,40}\b(?:haya|ha) (?:caducado|sido eliminad|expirado)"
    r"|\b(?:link|seite|artikel)\b.{0,40}\b(?:abgelaufen|gelöscht|verschoben|umgezogen)\b"
    r"|\b(?:lien|page|article)\b.{0,40}\b(?:a expiré|n[’']est plus valide)\b"
    r"|\blink\b.{0,40}\b(?:expirou|è scaduto|is verlopen|wygasł|har gått ut|er utløpt)\b"
    r"|(?:pagina|articolo|contenuto)\b.{0,60}\bnon (?:è |è stata |è più |più )?(?:trovat|esiste"
    r"|disponibile)|pagina\b.{0,60}\b(?:niet (?:meer )?(?:gevonden|beschikbaar|bestaa\w))"
    r"|(?:página|conteúdo|artigo|notícia)\b.{0,60}\bnão (?:\w+ ){0,2}(?:encontrad|existe"
    r"|disponível)|nie znaleziono strony|stron[aę]\b.{0,40}\bnie (?:istnieje|została znaleziona)"
    r"|(?:sidan|artikeln)\b.{0,40}(?:kunde inte hittas|finns (?:inte|ej)|hittades inte)"
    r"|(?:siden|artik[ke]+len)\b.{0,40}(?:finnes ikke|blev ikke fundet|ble ikke funnet"
    r"|findes ikke|ikke (?:længere|lenger))"
    r"|страниц\w+ .{0,40}не (?:найдена|существует)|сторінк\w+ .{0,40}не знайдено"
    r"|ページ.{0,20}(?:見つかりません|存在しません|ありません)|页面.{0,12}不存在|找不到.{0,8}页面"
    r"|페이지를? 찾을 수 없"
    r"|(?:sayfa|içerik|haber)\b.{0,40}\b(?:bulunama\w+|mevcut değil|kaldırılmış)"
    r"|stránk\w+\b.{0,40}\b(?:ne(?:byla )?nalezena|neexistuje)"
    r"|(?:oldal|cikk)\b.{0,40}\bnem található"
    r"|sivua ei (?:löy\w+|ole)|(?:pagina|articolul)\b.{0,40}\bnu (?:a fost găsit|există|mai există)"
    r"|halaman\b.{0,40}\btidak (?:ditemukan|tersedia)|η σελίδα\b.{0,40}\bδεν (?:βρέθηκε|υπάρχει)"
    r"|الصفحة.{0,30}غير موجود|頁面.{0,12}不存在|找不到.{0,8}頁面"
    r"|\bexpired under (?:our|the) (?:agreement|licen[cs]e)"
)
_PAYWALL = (
    r"(?:to (?:continue|keep) reading|continue reading|read the (?:full|rest of the) (?:story"
    r"|article)|unlock"
    r"|full access|unlimited access|rest of this (?:article|story))\b.{0,120}\b(?:subscri\w+"
    r"|sign (?:in|up)|log ?in"
    r"|register|account|trial|free|offer|join|member\w*)"
    r"|\b(?:create|open|get) (?:an?|your) (?:free )?account\b.{0,60}\b(?:read\w*|continue|access)"
    r"|\bregistration is free\b"
    r"|\b(?:subscribe|sign in|log in|register)(?: (?:now|today|here|or \w+(?: in)?))?,? (?:to"
    r"|for) (?:continue|keep|read|unlock|full"
    r"|unlimited|get (?:full|unlimited))\b"
    r"|(?:this|the) (?:article|story|content) is (?:(?:only|exclusively) )?(?:(?:available "
    r"(?:(?:only|exclusively) )?)?(?:to|for)|reserved for|exclusive to) (?:our |(?:\w+ ){1,3})?"
    r"(?:paying |registered )?(?:subscribers|members|premium)|already (?:a subscriber|subscribed"
    r"|have an account|a member)"
    r"|you have (?:reached|used|read)\b.{0,40}\b(?:free (?:articles?|stor(?:y|ies))"
    r"|article limit|limit)"
    r"|(?:subscriber|member)s?[- ]only|\b(?:subscri\w+|unlock|access|trial)\b.{0,80}"
    r"\bfor (?:just |only )?[$€£]\s?\d"
    r"|cancel any ?time"
    r"|(?:weiterlesen|diesen artikel|alle artikel|vollen zugriff)\b.{0,80}\b(?:abo\b|abonn\w+"
    r"|plus\b|registrier\w+|anmelden)"
    r"|sie (?:sind|haben) bereits (?:ein )?(?:abo|abonnent|kunde|konto)|nur für abonnent"
    r"|(?:cet )?article (?:est )?réservé (?:aux|à nos) abonnés|déjà abonné|pour lire la suite"
    r"|il vous reste .{0,40} à lire"
    r"|(?:contenido|artículo) (?:exclusivo|solo) para (?:suscriptores|socios)|ya (?:eres"
    r"|soy) suscriptor|para seguir leyendo"
    r"|(?:articolo|contenuto) riservato agli abbonati|sei già abbonato|log in om verder te lezen"
    r"|alleen voor abonnees"
    r"|s[’']abonner (?:pour|à|dès|maintenant)|abonnez-vous|sans engagement|résiliable"
    r"|(?:jederzeit|monatlich) kündbar|suscríbete (?:por|desde|ahora)|cancela cuando quieras"
    r"|abbonati (?:a|da|ora|per)\b|disdici quando vuoi"
    r"|exclusivo para assinantes|já é assinante|dla prenumeratorów|(?:for|kun for) abonnenter"
    r"|bara för prenumeranter|\bdig som är prenumerant|\b(?:bli|redan) prenumerant\b"
    r"|\b(?:logga in|logg inn|log ind) (?:eller|för att|for å|for at)\b"
    r"|\b(?:kjøp|køb|köp) (?:abonnement|prenumeration|tilgang|adgang)\b"
    r"|\b(?:få|skaff deg) (?:full |fuld )?(?:tilgang|adgang|tillgång) til\b"
    r"|\b(?:abone olun?|tilaajille|tilaa nyt)\b|předplatitel|előfizető(?:knek|ink)|για συνδρομητές"
    r"|(?:この|本)記事は有料|会員限定|有料会員|残り[\d,]+文字|仅限会员|訂閱(?:會員|後)"
    r"|\bobtén acceso ilimitado\b|\bapprofitta dell[’']offerta\b"
    r"|\b(?:bli|bliv|allerede) abonnent\b|\b(?:word|al|ben je) abonnee\b|\bvoor abonnees\b"
    r"|\bzaloguj się (?:lub|aby)\b|\bwykup (?:dostęp|prenumeratę)|\bdla (?:prenumeratorów"
    r"|subskrybentów)|\baccedi (?:o|per)\b.{0,40}\babbon|\bper continuare a leggere"
    r"|\binicia sesión (?:o|para)\b|\bhazte suscriptor|\binicie sessão\b|\bassine (?:já|agora)\b"
    r"|\bconnectez-vous (?:ou|pour)\b|\bbereits (?:abonnent|registriert)\b"
)
_FORM = (
    r"^(?:subscribe|sign up|register|donate)(?: (?:now|today|here|free))?[.!]?$"
    r"|(?:sign up|subscribe)\b.{0,120}(?:newsletter|inbox|e-?mail|daily|weekly|alerts?)"
    r"|newsletter\b.{0,100}\b(?:sign up|subscribe|inbox|every (?:morning|day|week|evening)"
    r"|abonn\w+|inscri\w+|anmelden)"
    r"|(?:enter|type) your e-?mail|by (?:signing up|subscribing|submitting),? you (?:agree"
    r"|consent|accept)"
    r"|\b(?:al|ao|en|continuando|mit|door)\b.{0,60}\b(?:aceptas?|accetti|aceita|concorda|acceptez"
    r"|akzeptieren sie|stimmen sie|ga je akkoord)\b"
    r"|thank you for (?:signing up|subscribing)|(?:we (?:will )?never"
    r"|unsubscribe)\b.{0,40}(?:spam|share your|any ?time)"
    r"|\border reprints\b"
    r"|you can unsubscribe|jetzt (?:anmelden|abonnieren)|e-mail-adresse (?:ein|angeben)"
    r"|recevez (?:chaque|notre|nos|toute)"
    r"|(?:reciba|recibe) (?:cada|nuestr|las)|your e-?mail address"
)
_ADVERT = (
    r"^(?:advertisement|sponsored(?: content)?|advertorial|paid (?:content|post)|promoted"
    r"|anzeige|werbung|publicité"
    r"|publicidad|pubblicità|advertentie|annons|annonse|reklama?|広告|реклама)(?:\W.{0,40})?$"
    r"|\bbuy (?:now|yours|today)\b|\border (?:now|today|yours)\b|\bshop now\b"
    r"|\blimited[- ]time (?:offer|only)"
    r"|\b(?:save|get|enjoy)\b.{0,24}\b\d{1,2} ?% (?:off|discount)|\bpromo code\b"
    r"|\bfree shipping\b|\bclick here to (?:buy|order|claim|get)"
    r"|\bjetzt (?:kaufen|bestellen|sichern|zugreifen)\b"
)
_KINDS: tuple[tuple[SiteNotice, re.Pattern[str]], ...] = (
    ("consent", re.compile(_CONSENT, re.IGNORECASE)),
    ("bot", re.compile(_BOT, re.IGNORECASE)),
    ("missing", re.compile(_MISSING, re.IGNORECASE)),
    ("paywall", re.compile(_PAYWALL, re.IGNORECASE)),
    ("newsletter", re.compile(_FORM, re.IGNORECASE)),
    ("advertisement", re.compile(_ADVERT, re.IGNORECASE)),
)
_TITLES: tuple[tuple[SiteNotice, re.Pattern[str]], ...] = (
    (
        "missing",
        re.compile(
            r"(?:(?:error |erreur |fehler |errore? |erro )?40[34]\b|410\b"
            r"|(?:error\W+)?(?:the )?(?:page|article|story|content"
            r"|seite|artikel|beitrag|inhalt|sidan|siden|page|contenu|página|contenido|artículo"
            r"|noticia|conteúdo|notícia|pagina|articolo|contenuto)"
            r" (?:(?:was |is |is currently |konnte )?(?:not|nicht|no|non|niet|não|kunde inte"
            r"|ikke) .{0,30}|introuvable|unavailable|missing|gone)"
            r"|sayfa bulunamadı|stránka nenalezena|az oldal nem található|sivua ei löydy"
            r"|页面不存在|頁面不存在|ページが見つかりません"
            r"|not found|nothing (?:was )?found|oops|whoops|nie znaleziono|access denied"
            r"|forbidden|451\b)(?:[^:]{0,3}$|[.!]? ?(?:[|–—·-]|: (?:page|error"
            r"|unavailable)).{0,60}$)",
            re.IGNORECASE,
        ),
    ),
    (
        "bot",
        re.compile(
            r"just a moment|attention required|are you a (?:ro)?bot|access denied"
            r"|pardon our interruption|security check"
            r"|(?:ro)?bot (?:check|verification)|captcha|verify (?:that )?you"
            r"|checking your browser|one more step|human verification",
            re.IGNORECASE,
        ),
    ),
    (
        "consent",
        re.compile(
            r"we value your privacy|before you continue|cookie (?:consent|notice|settings|wall)"
            r"|your privacy choices"
            r"|datenschutz-?einstellungen|your (?:consent|privacy)",
            re.IGNORECASE,
        ),
    ),
)
_BESIDE_TEASERS = frozenset({"paywall", "newsletter", "advertisement"})
_SHORT, _LONGEST = 1_500, 700
_HINTS = tuple(
    # Each wording above has one of these; looking for them first is ten times as fast.
    "cookie|privacy|partner|consent|geolocation|device|permission|preferences"  # noqa: SIM905
    "|described above|interest|accept all|einwilligung|zustimmung|privatsphäre"
    "|datenschutz|werbung|partenaire|vie privée|continuer sans|socios|privacidad"
    "|consentimiento|fornitori|parceiros|kakor|informasjonskapsler|personuppgifter"
    "|opplysninger|you agree|you accept|browser|just a moment|human|robot|bot"
    "|unusual|javascript|interruption|captcha|security|incapsula|ray id|ddos"
    "|blocked|flagged|humain|humano|press |support id|reference #|page|article"
    "|story|content|item|url|link|address|sorry|oops|unfortunately|404"
    "|available|legal reasons|granted|seite|página|pagina|stron|sidan|siden"
    "|encontra|reading|unlock|access|subscri|sign in|sign up|log in|register"
    "|member|limit|week|month|cancel|weiterlesen|abo|konto|kunde|abonn"
    "|pour lire|à lire|suscri|leyendo|lezen|assinante|prenumerat|newsletter|inbox"
    "|e-mail|email|unsubscribe|anmelden|recevez|recib|advert|sponsor|paid "
    "|promoted|anzeige|publicit|publicid|pubblicit|annons|reklam|広告|реклама|buy "
    "|order |shop now|offer|limited|% |promo code|shipping|click here|kaufen"
    "|bestellen|sichern|zugreifen|reprints|home page|front page|search|already|accept|acept|accett"
    "|engagement|résili|kündbar|cancela|disdici|abbona|donate"
    "|enable js|ad block"
    "|aceit|akkoord|contenid|akzept|zustimm"
    "|annehmen|artikel|beitrag|inhalt|contenu|artícul|notici"
    "|notíc|artigo|conteúdo|articolo|toestemming|jouw|uw |log ind|logg inn|logga in|abonnee"
    "|zaloguj|wykup|subskryb|accedi"
    "|continuare|inicia sesión|sessão|assine|connectez|registriert"
    "|zgod|osobow|zaufan|przejdź|údaj|çerez|kişisel|sütik|eväst|sayfa|içerik|haber|stránk"
    "|oldal|cikk|sivua|nu a|nu ex|nu mai|halaman|σελίδα|الصفحة|頁面|agreement|licen"
    "|kjøp|køb|köp |tilgang|adgang|tillgång|abone|tilaa|předplat|előfizet|συνδρομ|有料|会員"
    "|文字|会员|訂閱|ilimitado|offerta"
    "|enlace|lien|verschoben|account|registration|страниц|сторінк|ページ|页面|페이지".split("|")
)
# By clicking "Accept", you agree.
_BUTTON = re.compile(
    r"[“„«\"][^“”„»\"]{1,40}[”“»\"]\s?(?:kli(?:ck|k)|tipp|drück)\w*|"
    r"\b(?:cli(?:ck|qu|c)|kli(?:ck|k)|press|tap)\w*\b[^“„«\"]{0,20}[“„«\"][^“”„»\"]{1,40}[”»“\"]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“”„«»\"]|\b(?:said|says|told|sagte|sagt|dijo|selon)\b")


@lru_cache(maxsize=2_048)
def site_notice(words: str) -> SiteNotice | None:
    """What a paragraph is, if it speaks to the visitor of a site; None for reporting.

    Quotations and reported speech are reporting, whatever they are about.

    >>> site_notice("We and our 812 partners store information on your device.")
    'consent'
    >>> site_notice("The court fined the site because it uses cookies without asking.")
    """
    folded = words.lower()
    if len(words) > _LONGEST or not any(map(folded.__contains__, _HINTS)):
        return None
    if _QUOTED.search(_BUTTON.sub("", words)):
        return None
    for kind, pattern in _KINDS:
        if pattern.search(words):
            return kind
    return "newsletter" if is_newsletter(words) else None


def why_no_article(
    blocks: Sequence[PageBlock],
    title: str,
    page: Sequence[PageBlock] = (),
    stated: StatedText | None = None,
) -> str:
    """Why these blocks of a page are no article; "" if they are one or if there are none.

    `page` are all its blocks, among which headlines may stand that were not taken.

    Nothing is reported besides notices of the site, or a notice of consent, a check or an error
    outweighs it; or the title says that the page is missing or a check, and little follows.
    A list of headlines is no article, unless the page's own data say that it is one; what they
    call a list, or a person's page, is none.
    """
    total = sum(len(block.words) for block in blocks)
    if not total:
        return ""
    sizes: Counter[SiteNotice] = Counter()
    reporting = 0
    for block in blocks:
        if (kind := site_notice(block.words)) is not None:
            sizes[kind] += len(block.words)
        elif block.kind != "heading" and is_reporting(block.words):
            reporting += len(block.words)
    kind, size = max(sizes.items(), key=lambda each: each[1], default=("consent", 0))
    noticed = sum(sizes.values())
    if noticed and not reporting:
        return _REASONS[kind]
    if kind not in _BESIDE_TEASERS and size >= 0.5 * total and reporting <= size:
        return _REASONS[kind]
    named = next((each for each, pattern in _TITLES if pattern.match(title.strip())), None)
    if named and total <= _SHORT and reporting <= _SHORT // 5:
        return _REASONS[kind if noticed and kind != "paywall" else named]
    if stated is not None and (stated.is_article or stated.is_list):
        return _FRONT if stated.is_list else ""
    return _FRONT if is_front(blocks, page) else ""


def strip_site_notices(blocks: Sequence[PageBlock]) -> tuple[list[PageBlock], bool]:
    """The blocks without notices of the site, and whether the rest lies behind a paywall.

    Walls and forms at the start and the end go, and advertisements' labels anywhere; between
    paragraphs they stay, typed as "newsletter", which is never evidence. A paywall counts if it
    follows the last reporting and no more than four paragraphs of that came before.
    """
    kinds = [site_notice(block.words) if len(block.words) <= _LONGEST else None for block in blocks]
    reported = [
        place
        for place, (block, kind) in enumerate(zip(blocks, kinds, strict=True))
        if kind is None and block.kind != "heading" and is_reporting(block.words)
    ]
    first, last = (reported[0], reported[-1]) if reported else (0, 0)
    walled = any(kind == "paywall" for kind in kinds[last:]) and 0 < len(reported) <= _TEASER
    left: list[PageBlock] = []
    for place, (block, kind) in enumerate(zip(blocks, kinds, strict=True)):
        outside = place < first or place > last
        label = kind in ("advertisement", "newsletter") and len(block.words) < _LABEL
        if kind in ("consent", "bot") or label:
            continue
        if kind in ("paywall", "newsletter", "advertisement"):
            if outside:
                continue
            block.aside = "newsletter"
        left.append(block)
    return left, walled


_LABEL = 60
_TEASER = 4
"""No more paragraphs than this stand in front of a paywall."""
