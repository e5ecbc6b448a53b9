// What is said behind the codes on paper, in the languages that such papers come in.

export const LANGUAGES = /** @type {const} */ (["nb", "nn", "en"]);
/** @typedef {typeof LANGUAGES[number]} Language */
/** @typedef {typeof NB} Words */

const NB = {
  name: "Bokmål",
  locale: "nb-NO",
  languages: "Språk",
  retry: "Prøv igjen",
  network: "Ingen forbindelse",
  network_text: "Siden får ikke svar. Se om telefonen har dekning, og prøv igjen.",
  attestation: {
    title: "Attest",
    loading: "Kontrollerer attesten …",
    holds: "Attesten er ekte",
    holds_text: "Gitt av {municipality} {issued}.",
    not_kept: "Attesten er ekte",
    not_kept_text: "Gitt av {municipality} {issued}. Kommunen oppbevarer ikke lenger opplysningene; underskriften i koden gjelder likevel.",
    revoked: "Attesten er trukket tilbake",
    revoked_text: "{municipality} trakk den tilbake {revoked}. Den gjelder ikke lenger.",
    not_ours: "Dette er ingen gyldig kode",
    not_ours_text: "Koden er endret, skadet eller ikke laget av kommunen. Papiret den står på, er ikke bekreftet. Skann en gang til for å være sikker.",
    nothing: "Skann koden på attesten",
    nothing_text: "Hold telefonens kamera over koden nederst på attesten. Da vises det som ble attestert.",
    person: "Attesten gjelder",
    organisation: "Hvor",
    period: "Når",
    extent: "Omfang",
    tasks: "Oppgaver",
    signatory: "Bekreftet av",
    compare: "Sammenlign med papiret. Står det noe annet der, er papiret endret, og det gjelder som står her.",
    number: "Nr. {id}",
    total: "{time} til sammen",
    week: "{time} i uken",
    percent: "{n} % av full tid",
  },
  note: {
    title: "Kred-seddel",
    loading: "Ser på seddelen …",
    good: "Seddelen er god",
    good_text: "Den gjelder til og med {day}.",
    used: "Seddelen er brukt",
    used_text: "Den er løst inn før og kan ikke brukes igjen.",
    expired: "Seddelen er utløpt",
    expired_text: "Den gjaldt til og med {day}.",
    voided: "Seddelen gjelder ikke lenger",
    voided_text: "Den er satt ut av bruk. Spør {contact} hvis du har fått den.",
    unknown: "Vi kjenner ikke denne seddelen",
    unknown_text: "Koden er skadet, eller seddelen er ikke laget av kommunen. Skann en gang til for å være sikker.",
    nothing: "Skann koden på seddelen",
    nothing_text: "Hold telefonens kamera over koden. Da ser du hva seddelen er verdt.",
    is: "Gir {time} på noe å oppleve hos steder som tar {currency}. Vis seddelen der, eller sett den inn på din egen konto.",
    whose: "Den som har seddelen, eier den. Pass på den som på penger.",
    safe: "Ingenting er brukt ved at du ser på denne siden. Ikke del bilde av koden: den som har koden, kan bruke seddelen.",
    ask: "Spør {contact}",
    serial: "Nr. {serial}",
    take: "Ta imot seddelen",
    taking: "Tar imot …",
    taken: "Tatt imot",
    taken_text: "{time} er ført på {venue}.",
    refused: "Ikke tatt imot",
    not_here: "Dette stedet tar ikke {currency}.",
    too_many_guesses: "For mange ukjente koder i dag. Prøv igjen i morgen.",
    other: "Seddelen kan ikke tas imot nå.",
    deposit: "Sett inn på min konto",
  },
  before_till: {
    close: "Lukk",
    next: "Neste",
    note: "Kred-seddel",
    attestation: "Attest",
    attestation_text: "Dette er koden på en attest. Den er ikke noe kort og ingen betaling. Vil du kontrollere den, åpner du den med telefonens eget kamera.",
    poster: "Plakat",
    poster_text: "Dette er koden på en plakat. Deltakerne skanner den selv med telefonen sin. Her viser de sin egen kode.",
  },
  hours: { one: "time", many: "timer", minutes: "minutter" },
};

/** @type {Words} */
const NN = {
  name: "Nynorsk",
  locale: "nn-NO",
  languages: "Språk",
  retry: "Prøv igjen",
  network: "Inga samband",
  network_text: "Sida får ikkje svar. Sjå om telefonen har dekning, og prøv igjen.",
  attestation: {
    title: "Attest",
    loading: "Kontrollerer attesten …",
    holds: "Attesten er ekte",
    holds_text: "Gjeven av {municipality} {issued}.",
    not_kept: "Attesten er ekte",
    not_kept_text: "Gjeven av {municipality} {issued}. Kommunen tek ikkje lenger vare på opplysningane; underskrifta i koden gjeld likevel.",
    revoked: "Attesten er trekt tilbake",
    revoked_text: "{municipality} trekte han tilbake {revoked}. Han gjeld ikkje lenger.",
    not_ours: "Dette er ingen gyldig kode",
    not_ours_text: "Koden er endra, skadd eller ikkje laga av kommunen. Papiret han står på, er ikkje stadfesta. Skann ein gong til for å vere sikker.",
    nothing: "Skann koden på attesten",
    nothing_text: "Hald telefonkameraet over koden nedst på attesten. Då kjem det fram kva som vart attestert.",
    person: "Attesten gjeld",
    organisation: "Kvar",
    period: "Når",
    extent: "Omfang",
    tasks: "Oppgåver",
    signatory: "Stadfesta av",
    compare: "Samanlikn med papiret. Står det noko anna der, er papiret endra, og det gjeld som står her.",
    number: "Nr. {id}",
    total: "{time} til saman",
    week: "{time} i veka",
    percent: "{n} % av full tid",
  },
  note: {
    title: "Kred-setel",
    loading: "Ser på setelen …",
    good: "Setelen er god",
    good_text: "Han gjeld til og med {day}.",
    used: "Setelen er brukt",
    used_text: "Han er løyst inn før og kan ikkje brukast igjen.",
    expired: "Setelen er gått ut",
    expired_text: "Han gjaldt til og med {day}.",
    voided: "Setelen gjeld ikkje lenger",
    voided_text: "Han er sett ut av bruk. Spør {contact} om du har fått han.",
    unknown: "Vi kjenner ikkje denne setelen",
    unknown_text: "Koden er skadd, eller setelen er ikkje laga av kommunen. Skann ein gong til for å vere sikker.",
    nothing: "Skann koden på setelen",
    nothing_text: "Hald telefonkameraet over koden. Då ser du kva setelen er verd.",
    is: "Gjev {time} på noko å oppleve hos stader som tek {currency}. Vis setelen der, eller set han inn på din eigen konto.",
    whose: "Den som har setelen, eig han. Pass på han som på pengar.",
    safe: "Ingenting er brukt ved at du ser på denne sida. Ikkje del bilete av koden: den som har koden, kan bruke setelen.",
    ask: "Spør {contact}",
    serial: "Nr. {serial}",
    take: "Ta imot setelen",
    taking: "Tek imot …",
    taken: "Teken imot",
    taken_text: "{time} er ført på {venue}.",
    refused: "Ikkje teken imot",
    not_here: "Denne staden tek ikkje {currency}.",
    too_many_guesses: "For mange ukjende kodar i dag. Prøv igjen i morgon.",
    other: "Setelen kan ikkje takast imot no.",
    deposit: "Set inn på kontoen min",
  },
  before_till: {
    close: "Lukk",
    next: "Neste",
    note: "Kred-setel",
    attestation: "Attest",
    attestation_text: "Dette er koden på ein attest. Han er ikkje noko kort og inga betaling. Vil du kontrollere han, opnar du han med kameraet til telefonen.",
    poster: "Plakat",
    poster_text: "Dette er koden på ein plakat. Deltakarane skannar han sjølve med telefonen sin. Her viser dei sin eigen kode.",
  },
  hours: { one: "time", many: "timar", minutes: "minutt" },
};

/** @type {Words} */
const EN = {
  name: "English",
  locale: "en-GB",
  languages: "Language",
  retry: "Try again",
  network: "No connection",
  network_text: "There is no answer. See whether the phone has a signal, and try again.",
  attestation: {
    title: "Attestation",
    loading: "Checking the attestation …",
    holds: "The attestation is genuine",
    holds_text: "Given by {municipality} on {issued}.",
    not_kept: "The attestation is genuine",
    not_kept_text: "Given by {municipality} on {issued}. The municipality no longer keeps the record; the signature in the code still holds.",
    revoked: "The attestation was taken back",
    revoked_text: "{municipality} took it back on {revoked}. It holds no longer.",
    not_ours: "This is not a valid code",
    not_ours_text: "The code was changed, is damaged, or was not made by the municipality. The paper it is on is not confirmed. Scan once more to be sure.",
    nothing: "Scan the code on the attestation",
    nothing_text: "Hold the phone's camera over the code at the foot of the attestation. You will see what was attested.",
    person: "The attestation is about",
    organisation: "Where",
    period: "When",
    extent: "Extent",
    tasks: "Tasks",
    signatory: "Confirmed by",
    compare: "Compare with the paper. If it says anything else, the paper was changed, and what stands here is right.",
    number: "No. {id}",
    total: "{time} in all",
    week: "{time} a week",
    percent: "{n} % of full time",
  },
  note: {
    title: "Kred note",
    loading: "Looking at the note …",
    good: "The note is good",
    good_text: "It is valid to the end of {day}.",
    used: "The note is used",
    used_text: "It was redeemed before and cannot be used again.",
    expired: "The note has expired",
    expired_text: "It was valid to the end of {day}.",
    voided: "The note is no longer valid",
    voided_text: "It was taken out of use. Ask {contact} if somebody gave it to you.",
    unknown: "We do not know this note",
    unknown_text: "The code is damaged, or the municipality did not make the note. Scan once more to be sure.",
    nothing: "Scan the code on the note",
    nothing_text: "Hold the phone's camera over the code to see what the note is worth.",
    is: "Good for {time} of something to enjoy wherever {currency} is taken. Show the note there, or put it into your own account.",
    whose: "Whoever holds this note owns it. Look after it as after money.",
    safe: "Nothing is spent by looking at this page. Do not share a picture of the code: whoever has it can use the note.",
    ask: "Ask {contact}",
    serial: "No. {serial}",
    take: "Take the note",
    taking: "Taking it …",
    taken: "Taken",
    taken_text: "{time} booked for {venue}.",
    refused: "Not taken",
    not_here: "This place does not take {currency}.",
    too_many_guesses: "Too many unknown codes today. Try again tomorrow.",
    other: "The note cannot be taken now.",
    deposit: "Pay into my account",
  },
  before_till: {
    close: "Close",
    next: "Next",
    note: "Kred note",
    attestation: "Attestation",
    attestation_text: "This is the code on an attestation. It is no card and no payment. To check it, open it with the phone's own camera.",
    poster: "Poster",
    poster_text: "This is the code on a poster. Those who take part scan it themselves with their phones. Here they show their own code.",
  },
  hours: { one: "hour", many: "hours", minutes: "minutes" },
};

/** @type {Record<Language, Words>} */
export const WORDS = { nb: NB, nn: NN, en: EN };

/**
 * Fill in what stands in braces.
 * @param {string} text
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Minutes as people say them: half hours as such, other minutes beside the hours.
 * @param {number} minutes
 * @param {Words} words
 * @returns {string}
 */
export function hours(minutes, words) {
  const whole = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (rest === 30 && whole > 0) return `${new Intl.NumberFormat(words.locale).format(minutes / 60)} ${words.hours.many}`;
  const first = whole === 0 ? "" : `${new Intl.NumberFormat(words.locale).format(whole)} ${whole === 1 ? words.hours.one : words.hours.many}`;
  return rest === 0 ? first : `${first} ${rest} ${words.hours.minutes}`.trim();
}
