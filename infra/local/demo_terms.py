"""The demo municipality's scheme, as the programme describes itself; places, numbers and accounts are made up."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Municipality, Offer, Programme, SettleBy, Venue, VenueKind, Words

TENANT: Final = Tenant("lorenskog")
PROGRAMME: Final = ProgrammeId("opplevelseskort")
SCANNER_VENUE: Final = VenueId("kino")
LOGO: Final = "images/opplevelseskort.png"
ARMS: Final = "images/kommune.png"


@dataclass(frozen=True, slots=True)
class Place:
    """A venue with what it offers and on which terms. Prices in øre, for the holder and for a companion."""

    venue: Venue
    offer: Offer
    limit: int | None
    price: int
    reimburse: int
    companion: bool = True
    copay: int = 0
    per: Period = Period.CARD
    vat_code: str | None = None

    def agreement(self, programme: Programme) -> Agreement:
        """Give the terms, for as long as the programme lasts."""
        return Agreement(
            programme=programme.id,
            venue=self.venue.id,
            offer=self.offer.id,
            starts=programme.valid_from,
            until=programme.valid_until,
            limit=self.limit,
            quota="",
            per=self.per,
            companion_allowed=self.companion,
            persons_max=2 if self.companion else 1,
            price_holder=Ore(self.price),
            price_companion=Ore(self.price if self.companion else 0),
            copay_holder=Ore(self.copay),
            copay_companion=Ore(self.copay if self.companion else 0),
            reimburse=self.reimburse,
            vat_code=self.vat_code,
            signed_on=programme.valid_from,
        )


def municipality() -> Municipality:
    """Lørenskog has number 3222; the coat of arms is a placeholder, not the real one."""
    return Municipality(TENANT, 3222, "Lørenskog kommune", coat_of_arms=ARMS)


def programme(year: int) -> Programme:
    """Give a three-year trial: a card for one year at a time, ages 5 to 18, 100 cards a year."""
    return Programme(
        id=PROGRAMME,
        code=0,
        name={
            "nb": "Opplevelseskortet",
            "nn": "Opplevingskortet",
            "en": "The Experience Card",
            "ar": "بطاقة التجارب",
            "so": "Kaarka Waayo-aragnimada",
            "uk": "Картка вражень",
            "pl": "Karta Przeżyć",
            "fa": "کارت تجربه",
        },
        valid_from=date(year, 1, 1),
        valid_until=date(year + 2, 12, 31),
        quota=100,
        validity="P1Y",
        ages_from=5,
        ages_to=18,
        companion="any",
        languages=("nb", "nn", "en", "ar", "so", "ti", "uk", "pl", "fa"),
        contact="Kultur, kultur@opplev.example",
        logo=LOGO,
    )


def _venue(named: str, name: str, kind: VenueKind, settle_by: SettleBy, *numbers: str) -> Venue:
    orgnr, account = (*numbers, None, None)[:2]
    return Venue(
        id=VenueId(named),
        name=name,
        kind=kind,
        settle_by=settle_by,
        orgnr=orgnr,
        account=account,
        address="Eksempelveien 1, 1470 Lørenskog",
        contact=f"{named}@opplev.example",
        link=f"https://{named}.example/",
    )


def _offer(  # noqa: PLR0913  what an offer says of itself
    venue: str,
    named: str,
    title: Words,
    category: str,
    *,
    kind: str = "spectator",
    included: tuple[str, ...] = ("entrance",),
    excluded: tuple[str, ...] = (),
    age_limit: int | None = None,
) -> Offer:
    return Offer(
        VenueId(venue), OfferId(named), title,
        included=included, excluded=excluded, category=category, kind=kind, age_limit=age_limit,
    )  # fmt: skip


# Organisation numbers of this series (3 at the front) are synthetic; the accounts' bank 0001 does not exist.
PLACES: Final = (
    Place(
        _venue("kino", "Kinosalen", VenueKind.PRIVATE, SettleBy.VOUCHER, "310100102", "00010200016"),
        _offer(
            "kino", "film",
            {"nb": "Film på kino", "nn": "Film på kino", "en": "A film at the cinema", "ar": "فيلم في السينما",
             "so": "Filim shineemada", "uk": "Кіносеанс", "pl": "Film w kinie", "fa": "فیلم در سینما"},
            "cinema", included=("ticket", "booking_fee"), excluded=("3d_glasses", "snacks"),
        ),
        limit=5, price=140_00, reimburse=100, vat_code="12",
    ),
    Place(
        _venue("lekeland", "Lekelandet", VenueKind.PRIVATE, SettleBy.INVOICE, "310101338", "00010300010"),
        _offer(
            "lekeland", "inngang",
            {"nb": "En dag i lekelandet", "nn": "Ein dag i leikelandet", "en": "A day at the play centre",
             "ar": "يوم في مركز الألعاب", "uk": "День в ігровому центрі", "pl": "Dzień w sali zabaw"},
            "play_centre", kind="participant", excluded=("grip_socks", "arcade_games", "food"),
        ),
        limit=5, price=229_00, reimburse=100, vat_code="12",
    ),
    Place(
        _venue("svommehall", "Svømmehallen", VenueKind.MUNICIPAL, SettleBy.INTERNAL),
        _offer(
            "svommehall", "bading",
            {"nb": "Bading", "nn": "Bading", "en": "Swimming", "ar": "السباحة", "so": "Dabaal", "uk": "Плавання",
             "pl": "Pływanie", "fa": "شنا"},
            "pool", kind="participant", included=("entrance", "locker"), excluded=("swimwear",),
        ),
        limit=5, price=75_00, reimburse=100,
    ),
    Place(
        _venue("museum", "Bygdemuseet", VenueKind.MUNICIPAL, SettleBy.NONE),
        _offer(
            "museum", "inngang",
            {"nb": "Museum hele året", "nn": "Museum heile året", "en": "The museum, all year",
             "ar": "المتحف طوال العام", "uk": "Музей цілий рік", "pl": "Muzeum przez cały rok"},
            "museum", included=("entrance", "guided_tour"),
        ),
        limit=None, price=60_00, reimburse=0,
    ),
    Place(
        _venue("teater", "Teaterscenen", VenueKind.ASSOCIATION, SettleBy.VOUCHER, "310102520", "00010400015"),
        _offer(
            "teater", "forestilling",
            {"nb": "Teaterforestilling", "nn": "Teaterframsyning", "en": "A theatre performance", "ar": "عرض مسرحي",
             "uk": "Театральна вистава", "pl": "Spektakl teatralny"},
            "theatre", included=("ticket",), excluded=("snacks",),
        ),
        limit=5, price=185_00, reimburse=50,
    ),
    Place(
        _venue("klatring", "Klatrehallen", VenueKind.PRIVATE, SettleBy.NONE, "310103748"),
        _offer(
            "klatring", "klatring",
            {"nb": "Klatring med kurs", "nn": "Klatring med kurs", "en": "Climbing with an introduction",
             "ar": "تسلّق مع دورة تمهيدية", "uk": "Скелелазіння з інструктажем", "pl": "Wspinaczka z instruktażem"},
            "sport", kind="participant", included=("entrance", "equipment_rental", "safety_course"), age_limit=7,
        ),
        limit=5, price=160_00, reimburse=0,
    ),
    Place(
        _venue("idrettslag", "Idrettslaget", VenueKind.ASSOCIATION, SettleBy.VOUCHER, "310104949", "00010700019"),
        _offer(
            "idrettslag", "medlemskap",
            {"nb": "Medlemskap og trening, ett år", "nn": "Medlemskap og trening, eitt år",
             "en": "Membership and training for a year", "ar": "عضوية وتدريب لمدة عام",
             "uk": "Членство й тренування на рік", "pl": "Członkostwo i treningi przez rok"},
            "sport", kind="participant", included=("membership_fee", "training_fee"),
            excluded=("club_clothes", "tournaments"),
        ),
        limit=1, price=1_200_00, reimburse=100, companion=False,
    ),
    Place(
        _venue("dans", "Danseskolen", VenueKind.PRIVATE, SettleBy.VOUCHER, "310106151", "00010800013"),
        _offer(
            "dans", "dansetime",
            {"nb": "Dansetime", "nn": "Dansetime", "en": "A dance class", "ar": "درس رقص", "uk": "Урок танців",
             "pl": "Lekcja tańca"},
            "dance", kind="participant", included=("instruction",), excluded=("club_clothes",),
        ),
        limit=5, price=120_00, reimburse=50, copay=20_00,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Child:
    """A demo card: an opaque reference, a language, an age, and a placeholder to print on the sheet."""

    ref: str
    language: str
    age: int
    printed: str


CHILDREN: Final = (
    Child("DEMO-01", "nb", 10, "Testbarn Én"),
    Child("DEMO-02", "ar", 8, "طفل تجريبي"),
    Child("DEMO-03", "ti", 12, "ቈልዓ ፈተነ"),
    Child("DEMO-04", "so", 6, "Testbarn Fire"),
    Child("DEMO-05", "uk", 15, "Тестова дитина"),
    Child("DEMO-06", "en", 9, "Testbarn Seks"),
    Child("DEMO-07", "pl", 11, "Testbarn Sju"),
    Child("DEMO-08", "fa", 14, "کودک آزمایشی"),
    Child("DEMO-09", "nn", 7, "Testbarn Ni"),
    Child("DEMO-10", "nb", 17, "Testbarn Ti"),
)
