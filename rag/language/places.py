"""Names of countries, of the states of the USA and of continents, as news writes them."""

from __future__ import annotations

import re

_COUNTRIES = """
Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas
|Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia|Botswana|Brazil
|Brunei|Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Chad|Chile|China|Colombia
|Comoros|Congo|Costa Rica|Croatia|Cuba|Cyprus|Czechia|Czech Republic|Denmark|Djibouti|Dominica
|Dominican Republic|Ecuador|Egypt|El Salvador|England|Eritrea|Estonia|Eswatini|Ethiopia|Fiji
|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|Greece|Grenada|Guatemala|Guinea|Guyana|Haiti
|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast
|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Kiribati|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon
|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|Maldives|Mali
|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar
|Namibia|Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Korea|North Macedonia
|Norway|Oman|Pakistan|Palau|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal
|Qatar|Romania|Russia|Rwanda|Samoa|San Marino|Saudi Arabia|Scotland|Senegal|Serbia|Seychelles
|Sierra Leone|Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|South Africa|South Korea
|South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania
|Thailand|Togo|Tonga|Trinidad|Tunisia|Turkey|Turkmenistan|Tuvalu|Uganda|Ukraine
|United Arab Emirates|UAE|United Kingdom|UK|U[.]K[.]|United States|USA|US|U[.]S[.]|Uruguay
|Uzbekistan|Vanuatu|Vatican|Venezuela|Vietnam|Wales|Yemen|Zambia|Zimbabwe
"""
_STATES = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii
|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan
|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico
|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island
|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia
|Wisconsin|Wyoming
"""
_CONTINENTS = "Africa|Antarctica|Asia|Europe|North America|South America|Oceania|Australia"


def _any_of(names: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{names.replace(chr(10), '')})(?!\w)")


COUNTRY = _any_of(_COUNTRIES)
STATE = _any_of(_STATES)
CONTINENT = _any_of(_CONTINENTS)

_ADJECTIVES = """
American:United States,US,U.S.,USA,America,USMNT;British:Britain,UK,U.K.,United Kingdom
English:England;Scottish:Scotland;Welsh:Wales;Irish:Ireland;French:France;German:Germany
Spanish:Spain;Dutch:Netherlands,Holland;Portuguese:Portugal;Polish:Poland;Danish:Denmark
Swedish:Sweden;Finnish:Finland;Norwegian:Norway;Swiss:Switzerland;Greek:Greece
Turkish:Turkey,Türkiye;Chinese:China;Japanese:Japan;Korean:Korea;Vietnamese:Vietnam;Thai:Thailand
Israeli:Israel;Iraqi:Iraq;Iranian:Iran;Saudi:Saudi Arabia;Pakistani:Pakistan;Afghan:Afghanistan
Indian:India;Russian:Russia;Ukrainian:Ukraine;Belarusian:Belarus;Hungarian:Hungary;Czech:Czechia
Slovak:Slovakia;Belgian:Belgium;Italian:Italy;Austrian:Austria;Canadian:Canada;Mexican:Mexico
Brazilian:Brazil;Argentine:Argentina;Chilean:Chile;Egyptian:Egypt;Lebanese:Lebanon
Filipino:Philippines;Australian:Australia;European:Europe,EU;African:Africa;Asian:Asia
Icelandic:Iceland;Venezuelan:Venezuela;Peruvian:Peru;Colombian:Colombia;Cuban:Cuba
Taiwanese:Taiwan;Nigerian:Nigeria;Kenyan:Kenya;Syrian:Syria;Yemeni:Yemen;Jordanian:Jordan
Libyan:Libya;Tunisian:Tunisia;Moroccan:Morocco;Palestinian:Palestine,Gaza,West Bank
Californian:California;Texan:Texas;Parisian:Paris;Londoner:London
"""
_PLACES_OF = dict(
    pair.split(":") for line in _ADJECTIVES.split("\n") for pair in line.split(";") if pair
)


def is_of_place(one: str, two: str) -> bool:
    """Whether one of two words is an adjective of a place, and the other a name of that place.

    >>> is_of_place("French", "France"), is_of_place("UK", "British"), is_of_place("UK", "French")
    (True, True, False)
    """
    pairs = ((one, two), (two, one))
    return any(place in _PLACES_OF.get(adjective, "").split(",") for adjective, place in pairs)
