"""What stands on the staff's sheet beside the words of the scanner, in bokmål, nynorsk and English."""

from typing import Final

from chalicelib.press.tongues import tongue
from chalicelib.shared.money import Ore
from chalicelib.visits.rules import StaffLine

Words = dict[str, str]


def words_in(language: str) -> Words:
    """Give the words of a language."""
    return _WORDS[language]


def along(line: StaffLine, words: Words) -> str:
    """Say who may come in with one card."""
    who, _, age = line.companion.partition(":")
    return words[who if line.along == 1 or who == "none" else f"{who}_more"].format(n=line.along, age=age)


def often(line: StaffLine, words: Words, language: str) -> str:
    """Say how often a card may come."""
    spoken = tongue(language)
    if line.by_ceiling:
        return spoken.words["while_money_lasts"]
    if line.limit is None:
        return spoken.words["free_all_year"]
    return f"{line.limit} \N{MULTIPLICATION SIGN} {words.get(f'per.{line.per}', spoken.words[f'per.{line.per}'])}"


def paid(line: StaffLine, words: Words) -> str:
    """Say what is paid at the till: nothing, or how much by whom."""
    if not line.copay_holder and not (line.along and line.copay_companion):
        return words["pays_nothing"]
    if not line.along:
        return words["pays"].format(amount=kroner(line.copay_holder))
    if line.copay_holder == line.copay_companion:
        return words["pay_each"].format(amount=kroner(line.copay_holder))
    if not line.copay_holder:
        return words["pay_companion"].format(amount=kroner(line.copay_companion))
    return words["pay_both"].format(holder=kroner(line.copay_holder), companion=kroner(line.copay_companion))


def phrases(codes: tuple[str, ...], text: str, language: str) -> str:
    """Say what is included or not: our own phrases and the venue's text."""
    known = tongue(language).phrases
    return ", ".join([*(known[code] for code in codes if code in known), *([text] if text else [])])


def kroner(amount: Ore) -> str:
    """Write an amount, without øre where there are none."""
    return f"{amount // 100} kr" if amount % 100 == 0 else f"{amount // 100},{amount % 100:02} kr"


_WORDS: Final[dict[str, Words]] = {
    "nb": {
        "title": "Slik tar dere imot kortet",
        "step_scan": "Skann koden på kortet. Nummeret under kan skrives i stedet.",
        "step_persons": "Velg hvor mange som kommer inn. Da er besøket registrert.",
        "step_welcome": "Ønsk velkommen, som alle andre gjester.",
        "offers": "Dette gjelder her",
        "no_offers": "Kommunen har ikke lagt inn noen avtale ennå.",
        "none": "Bare den som har kortet",
        "any": "Den som har kortet, og én til",
        "any_more": "Den som har kortet, og opptil {n} til",
        "adult": "Den som har kortet, og én voksen",
        "adult_more": "Den som har kortet, og opptil {n} voksne",
        "family": "Den som har kortet, og én fra familien",
        "family_more": "Den som har kortet, og opptil {n} fra familien",
        "adult_under": "Én til; under {age} år en voksen",
        "adult_under_more": "Opptil {n} til; under {age} år voksne",
        "adult_only_under": "Én voksen når barnet er under {age} år",
        "adult_only_under_more": "Opptil {n} voksne når barnet er under {age} år",
        "per.card": "per kort",
        "pays_nothing": "Betaler ingenting",
        "pays": "Betaler {amount}",
        "pay_each": "Betaler {amount} hver",
        "pay_companion": "Gratis; den som er med, betaler {amount}",
        "pay_both": "Betaler {holder}; den som er med, betaler {companion}",
        "included": "Inkludert",
        "excluded": "Ikke inkludert",
        "age": "Aldersgrense {n} år",
        "from": "Fra {date}",
        "more": "Det er {n} tilbud til. Telefonen viser alle.",
        "no": "Når svaret er nei, kan dere si",
        "papers": "Be aldri om legitimasjon.",
        "papers_more": "Kortet er nok. Spør aldri hvorfor noen har det.",
        "offline": "Uten nett: skann som vanlig.",
        "offline_more": "Besøkene sendes av seg selv etterpå.",
        "practice": "Øv først: «{name}»",
        "practice_more": "står under {menu}. Ingenting blir registrert.",
        "dead": "Virker ikke telefonen?",
        "dead_more": "Slipp dem inn, og skriv på baksiden.",
        "contact": "Spørsmål",
        "made": "Slik avtalen er {date}",
        "list_title": "Papirliste for dagen telefonen ikke virker",
        "list_how": "Slipp dem inn, og skriv dato, kortnummer, antall personer og tilbud. Aldri navn.",
        "list_after": "Når telefonen virker igjen: «{later}» under {menu}. Kryss av, og makuler arket.",
        "date": "Dato",
        "number": "Kortnummer",
        "persons": "Personer",
        "offer": "Tilbud",
        "done": "Registrert",
    },
    "nn": {
        "title": "Slik tek de imot kortet",
        "step_scan": "Skann koden på kortet. Nummeret under kan skrivast i staden.",
        "step_persons": "Vel kor mange som kjem inn. Då er besøket registrert.",
        "step_welcome": "Ønsk velkomen, som alle andre gjester.",
        "offers": "Dette gjeld her",
        "no_offers": "Kommunen har ikkje lagt inn nokon avtale enno.",
        "none": "Berre den som har kortet",
        "any": "Den som har kortet, og éin til",
        "any_more": "Den som har kortet, og opptil {n} til",
        "adult": "Den som har kortet, og éin vaksen",
        "adult_more": "Den som har kortet, og opptil {n} vaksne",
        "family": "Den som har kortet, og éin frå familien",
        "family_more": "Den som har kortet, og opptil {n} frå familien",
        "adult_under": "Éin til; under {age} år ein vaksen",
        "adult_under_more": "Opptil {n} til; under {age} år vaksne",
        "adult_only_under": "Éin vaksen når barnet er under {age} år",
        "adult_only_under_more": "Opptil {n} vaksne når barnet er under {age} år",
        "per.card": "per kort",
        "pays_nothing": "Betaler ingenting",
        "pays": "Betaler {amount}",
        "pay_each": "Betaler {amount} kvar",
        "pay_companion": "Gratis; den som er med, betaler {amount}",
        "pay_both": "Betaler {holder}; den som er med, betaler {companion}",
        "included": "Inkludert",
        "excluded": "Ikkje inkludert",
        "age": "Aldersgrense {n} år",
        "from": "Frå {date}",
        "more": "Det er {n} tilbod til. Telefonen viser alle.",
        "no": "Når svaret er nei, kan de seie",
        "papers": "Be aldri om legitimasjon.",
        "papers_more": "Kortet er nok. Spør aldri kvifor nokon har det.",
        "offline": "Utan nett: skann som vanleg.",
        "offline_more": "Besøka blir sende av seg sjølve etterpå.",
        "practice": "Øv først: «{name}»",
        "practice_more": "står under {menu}. Ingenting blir registrert.",
        "dead": "Verkar ikkje telefonen?",
        "dead_more": "Slepp dei inn, og skriv på baksida.",
        "contact": "Spørsmål",
        "made": "Slik avtalen er {date}",
        "list_title": "Papirliste for dagen telefonen ikkje verkar",
        "list_how": "Slepp dei inn, og skriv dato, kortnummer, kor mange personar og tilbod. Aldri namn.",
        "list_after": "Når telefonen verkar att: «{later}» under {menu}. Kryss av, og makuler arket.",
        "date": "Dato",
        "number": "Kortnummer",
        "persons": "Personar",
        "offer": "Tilbod",
        "done": "Registrert",
    },
    "en": {
        "title": "How to welcome the card",
        "step_scan": "Scan the code on the card. The number below it can be typed instead.",
        "step_persons": "Choose how many come in. The visit is then registered.",
        "step_welcome": "Welcome them, like any other guest.",
        "offers": "What holds here",
        "no_offers": "The municipality has not entered an agreement yet.",
        "none": "Only the one who has the card",
        "any": "The one who has the card, and one more",
        "any_more": "The one who has the card, and up to {n} more",
        "adult": "The one who has the card, and one adult",
        "adult_more": "The one who has the card, and up to {n} adults",
        "family": "The one who has the card, and one of the family",
        "family_more": "The one who has the card, and up to {n} of the family",
        "adult_under": "One more; under {age} an adult",
        "adult_under_more": "Up to {n} more; under {age} adults",
        "adult_only_under": "One adult when the child is under {age}",
        "adult_only_under_more": "Up to {n} adults when the child is under {age}",
        "per.card": "per card",
        "pays_nothing": "Pays nothing",
        "pays": "Pays {amount}",
        "pay_each": "{amount} each",
        "pay_companion": "Free; whoever comes along pays {amount}",
        "pay_both": "Pays {holder}; whoever comes along pays {companion}",
        "included": "Included",
        "excluded": "Not included",
        "age": "Age limit {n}",
        "from": "From {date}",
        "more": "There are {n} more offers. The phone shows all of them.",
        "no": "When the answer is no, you can say",
        "papers": "Never ask for identity papers.",
        "papers_more": "The card is enough. Never ask why somebody has it.",
        "offline": "No network: scan as usual.",
        "offline_more": "The visits are sent by themselves later.",
        "practice": "Practise first: “{name}”",
        "practice_more": "is under {menu}. Nothing is registered.",
        "dead": "The phone does not work?",
        "dead_more": "Let them in, and write on the back.",
        "contact": "Questions",
        "made": "As agreed on {date}",
        "list_title": "Paper list for the day the phone does not work",
        "list_how": "Let them in, and write date, card number, how many persons and the offer. Never a name.",
        "list_after": "When the phone works again: “{later}” under {menu}. Tick each line, then shred the sheet.",
        "date": "Date",
        "number": "Card number",
        "persons": "Persons",
        "offer": "Offer",
        "done": "Registered",
    },
}
