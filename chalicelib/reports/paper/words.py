"""The year pack's words in the three languages that a council reads."""

from typing import Final

from chalicelib.press import days

WEEKDAYS: Final = {language: tuple(each[:3] for each in names) for language, names in days.WEEKDAYS.items()}
CATEGORIES: Final = {
    "cinema": {"nb": "Kino", "nn": "Kino", "en": "Cinema"},
    "play_centre": {"nb": "Lekeland", "nn": "Leikeland", "en": "Play centre"},
    "pool": {"nb": "Bad", "nn": "Bad", "en": "Swimming pool"},
    "performance": {"nb": "Forestilling", "nn": "Framsyning", "en": "Show"},
    "dance": {"nb": "Dans", "nn": "Dans", "en": "Dance"},
    "music": {"nb": "Musikk", "nn": "Musikk", "en": "Music"},
    "theatre": {"nb": "Teater", "nn": "Teater", "en": "Theatre"},
    "sport": {"nb": "Idrett", "nn": "Idrett", "en": "Sport"},
    "museum": {"nb": "Museum", "nn": "Museum", "en": "Museum"},
    "other": {"nb": "Annet", "nn": "Anna", "en": "Other"},
}
KINDS: Final = {
    "spectator": {"nb": "Se på", "nn": "Sjå på", "en": "Watching"},
    "participant": {"nb": "Være med selv", "nn": "Vere med sjølv", "en": "Taking part"},
}
COMPANION: Final = {
    "with": {"nb": "Med ledsager", "nn": "Med ledsagar", "en": "With a companion"},
    "alone": {"nb": "Uten ledsager", "nn": "Utan ledsagar", "en": "Without"},
}
WORDS: Final[dict[str, dict[str, str]]] = {
    "nb": {
        "title": "Opplevelseskort {year}",
        "whole_year": "Hele året, januar til desember",
        "so_far": "Året så langt, januar til {month}",
        "one_month": "Januar",
        "visits": "besøk",
        "cards": "barn og unge med kort, om lag",
        "used": "brukte kortet minst én gang, om lag",
        "companion": "av besøkene hadde med ledsager",
        "spent": "kroner i refusjon, avrundet",
        "hidden_figure": "vises ikke",
        "months": "Besøk måned for måned",
        "most_month": "Flest besøk i {name}: {figure}.",
        "venues": "Hvor de dro",
        "most_venue": "Flest besøk: {name}, {figure} av {all}.",
        "categories": "Hva slags tilbud",
        "kinds": "Se på eller være med",
        "offers": "Tilbudene",
        "programmes": "Ordningene",
        "weekdays": "Ukedag",
        "bands": "Klokkeslett",
        "ages": "Alder",
        "ages_note": "Alderen de fyller i året. «18+» er også de vi ikke kjenner alderen til.",
        "company": "Ledsager",
        "who": "Når og hvem",
        "funding": "Penger etter finansieringskilde",
        "funding_note": "Refusjon for besøkene, avrundet til nærmeste {to} kroner. Nøyaktige tall står i regnskapet.",
        "no_funding": "Uten oppgitt kilde",
        "reach": "Kortene",
        "reach_note": "Kort som noen hadde på en dag i perioden. Tallene er rundet av til nærmeste fem.",
        "reach_line": "Om lag {cards} kort. Om lag {used} av dem ble brukt minst én gang.",
        "quota": "Kvoten er {quota} kort.",
        "hidden": "Vises ikke: {names}.",
        "all_hidden": "Ingen av tallene her kan vises.",
        "at_least": "minst {figure}",
        "how": "Slik leser du tallene",
        "why": "Et tall vises bare når det står minst fem besøk og minst fem barn bak det. Er det færre, kan noen "
        "kjenne igjen et barn, og at et barn har kortet, er ingen andres sak. Noen større tall er skjult "
        "fordi summen ellers ville røpet de små. Også null er skjult, av samme grunn.",
        "colon": "Tegnet : betyr at tallet ikke vises. «Minst» betyr at tallet ble vist tidligere i året, og at det "
        "nye ikke kan vises uten å røpe hvor få som har kommet siden.",
        "count": "Et besøk telles i måneden det ble registrert. Et besøk som ble angret samme måned, er ikke med. En "
        "ledsager er ikke et eget besøk.",
        "count_hidden": "I denne rapporten er {hidden} av {rows} tall skjult.",
        "none_hidden": "I denne rapporten er ingen tall skjult.",
        "foot": "Tall under fem vises ikke",
        "page": "Side {page}",
        "made": "Laget {day}",
    },
    "nn": {
        "title": "Opplevingskort {year}",
        "whole_year": "Heile året, januar til desember",
        "so_far": "Året så langt, januar til {month}",
        "one_month": "Januar",
        "visits": "besøk",
        "cards": "barn og unge med kort, om lag",
        "used": "brukte kortet minst éin gong, om lag",
        "companion": "av besøka hadde med ledsagar",
        "spent": "kroner i refusjon, avrunda",
        "hidden_figure": "blir ikkje vist",
        "months": "Besøk månad for månad",
        "most_month": "Flest besøk i {name}: {figure}.",
        "venues": "Kvar dei drog",
        "most_venue": "Flest besøk: {name}, {figure} av {all}.",
        "categories": "Kva slags tilbod",
        "kinds": "Sjå på eller vere med",
        "offers": "Tilboda",
        "programmes": "Ordningane",
        "weekdays": "Vekedag",
        "bands": "Klokkeslett",
        "ages": "Alder",
        "ages_note": "Alderen dei fyller i året. «18+» er òg dei vi ikkje kjenner alderen til.",
        "company": "Ledsagar",
        "who": "Når og kven",
        "funding": "Pengar etter finansieringskjelde",
        "funding_note": "Refusjon for besøka, avrunda til næraste {to} kroner. Rekneskapen har dei nøyaktige tala.",
        "no_funding": "Utan oppgitt kjelde",
        "reach": "Korta",
        "reach_note": "Kort som nokon hadde på ein dag i perioden. Tala er runda av til næraste fem.",
        "reach_line": "Om lag {cards} kort. Om lag {used} av dei vart brukte minst éin gong.",
        "quota": "Kvoten er {quota} kort.",
        "hidden": "Blir ikkje vist: {names}.",
        "all_hidden": "Ingen av tala her kan visast.",
        "at_least": "minst {figure}",
        "how": "Slik les du tala",
        "why": "Eit tal blir berre vist når det står minst fem besøk og minst fem barn bak det. Er det færre, kan "
        "nokon kjenne att eit barn, og at eit barn har kortet, er ikkje andre si sak. Nokre større tal er "
        "skjulte fordi summen elles ville ha røpt dei små. Òg null er skjult, av same grunn.",
        "colon": "Teiknet : tyder at talet ikkje blir vist. «Minst» tyder at talet vart vist tidlegare i året, og at "
        "det nye ikkje kan visast utan å røpe kor få som har kome sidan.",
        "count": "Eit besøk blir talt i månaden det vart registrert. Eit besøk som vart angra same månad, er ikkje "
        "med. Ein ledsagar er ikkje eit eige besøk.",
        "count_hidden": "I denne rapporten er {hidden} av {rows} tal skjulte.",
        "none_hidden": "I denne rapporten er ingen tal skjulte.",
        "foot": "Tal under fem blir ikkje viste",
        "page": "Side {page}",
        "made": "Laga {day}",
    },
    "en": {
        "title": "Experience card {year}",
        "whole_year": "The whole year, January to December",
        "so_far": "The year so far, January to {month}",
        "one_month": "January",
        "visits": "visits",
        "cards": "children and young people with a card, about",
        "used": "used their card at least once, about",
        "companion": "of the visits were with a companion",
        "spent": "kroner reimbursed, rounded",
        "hidden_figure": "not shown",
        "months": "Visits month by month",
        "most_month": "Most visits in {name}: {figure}.",
        "venues": "Where they went",
        "most_venue": "Most visits: {name}, {figure} of {all}.",
        "categories": "Kinds of offers",
        "kinds": "Watching or taking part",
        "offers": "The offers",
        "programmes": "The programmes",
        "weekdays": "Day of the week",
        "bands": "Time of day",
        "ages": "Age",
        "ages_note": "The age reached in the year. “18+” also holds those whose age is not known.",
        "company": "Companion",
        "who": "When and who",
        "funding": "Money by funding source",
        "funding_note": "Reimbursement, rounded to the nearest {to} kroner. The accounts have it exactly.",
        "no_funding": "No source given",
        "reach": "The cards",
        "reach_note": "Cards that somebody had on a day of the period. The figures are to the nearest five.",
        "reach_line": "About {cards} cards. About {used} of them were used at least once.",
        "quota": "The quota is {quota} cards.",
        "hidden": "Not shown: {names}.",
        "all_hidden": "None of the figures here can be shown.",
        "at_least": "at least {figure}",
        "how": "How to read the figures",
        "why": "A figure is shown only when at least five visits and at least five children stand behind it. With "
        "fewer, somebody might recognise a child, and that a child has the card is nobody else's business. "
        "Some larger figures are hidden because the sum would otherwise give the small ones away. Zero is "
        "hidden too, for the same reason.",
        "colon": "The sign : means that the figure is not shown. “At least” means that the figure was shown earlier "
        "in the year, and that the new one cannot be shown without telling how few have come since.",
        "count": "A visit counts in the month it was registered. A visit taken back in the same month is left out. A "
        "companion is not a visit of their own.",
        "count_hidden": "In this report {hidden} of {rows} figures are hidden.",
        "none_hidden": "In this report no figures are hidden.",
        "foot": "Figures under five are not shown",
        "page": "Page {page}",
        "made": "Made {day}",
    },
}


def number(figure: int, language: str) -> str:
    """Write a number with its thousands apart, as the language does."""
    return f"{figure:,}" if language == "en" else f"{figure:,}".replace(",", " ")


def month_name(month: str, language: str) -> str:
    """Name a month `yyyy-mm`."""
    return days.MONTHS[language][int(month[5:]) - 1]
