// Pictures drawn with lines: shapes say what colours may not say alone.

const SVG = "http://www.w3.org/2000/svg";

/** Paths on a 24 by 24 grid, drawn with a round line. */
const LINES = {
  check: "M5 12.8 10 17.6 19.2 6.8",
  dash: "M6 12h12",
  question: "M8.6 9.2a3.5 3.5 0 1 1 5 3.2c-1 .5-1.6 1.2-1.6 2.4M12 18.2v.1",
  calendar: "M4.5 7a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v10.5a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2zM4.5 10h15M8.5 3v4M15.5 3v4M9.5 15h5",
  hand: "M8 12.5V6.2a1.4 1.4 0 0 1 2.8 0V11M10.800 11V4.600a1.400 1.400 0 0 1 2.800 0V11M13.600 11V5.800a1.400 1.400 0 0 1 2.800 0V13.500c0 4-1.800 7-5.200 7-2.600 0-3.900-1.200-5-3.400l-2-3.900c-.5-1 .8-2.200 1.800-1.300L8 13.500",
  one: "M12 10.200a3.400 3.400 0 1 0 0-6.800 3.400 3.400 0 0 0 0 6.800ZM5.600 20.500c0-4 2.800-6.800 6.400-6.800s6.400 2.800 6.400 6.800",
  camera: "M4 8.500a2 2 0 0 1 2-2h1.700l1.200-1.900h6.200l1.200 1.900H18a2 2 0 0 1 2 2v8.500a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM12 16.200a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z",
  scan: "M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2M8.500 8.500h2.500v2.500H8.500zM14 14h1.500v1.500H14zM14.500 8.500h1M8.500 15h1",
  keypad: "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M12 18h.01M6 18h.01M18 18h.01",
  menu: "M4 7h9M17.500 7H20M4 17h3M11.500 17H20M15.200 9.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400ZM9.200 19.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Z",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.500 5.500 8 12l6.500 6.500",
  chevron: "M7 10l5 5 5-5",
  torch: "M13 3 5.500 13.500H11L10 21l8-11h-5.500z",
  flip: "M4 11a8 8 0 0 1 13.700-4.700L20 8.500M20 4v4.500h-4.500M20 13a8 8 0 0 1-13.700 4.700L4 15.500M4 20v-4.500h4.500",
  undo: "M8.500 5 4.500 9l4 4M4.500 9H14a5.500 5.500 0 0 1 0 11h-3",
  wave: "M3 9c2.500-2.700 5.500-4 9-4s6.500 1.300 9 4M6.500 12.700c1.600-1.600 3.400-2.400 5.500-2.400s3.900.8 5.500 2.400M9.800 16.200a3.100 3.100 0 0 1 4.400 0M12 19.500h.01",
  nearer: "M10.500 4a6.500 6.500 0 1 1 0 13a6.500 6.500 0 0 1 0-13zM15.500 15.500L20.500 20.500M10.500 7.500v6M7.500 10.500h6",
  nfc: "M6 8.500a6 6 0 0 1 0 7M10 6a10 10 0 0 1 0 12M14 3.800a14 14 0 0 1 0 16.400M18 2a18 18 0 0 1 0 20",
  away: "M3 9c2.500-2.700 5.500-4 9-4s6.500 1.300 9 4M6.500 12.700c1.600-1.600 3.400-2.400 5.500-2.400s3.900.8 5.500 2.400M9.800 16.200a3.100 3.100 0 0 1 4.400 0M12 19.500h.01 M4 20.500L20 3.500",
  share: "M12 15V3.500M8 7l4-3.800L16 7M7 11H6a1.500 1.500 0 0 0-1.500 1.500v6.500A1.500 1.500 0 0 0 6 20.500h12a1.500 1.500 0 0 0 1.500-1.500v-6.500A1.500 1.500 0 0 0 18 11h-1",
  plus: "M7 4.500h10a2.500 2.500 0 0 1 2.500 2.500v10a2.500 2.500 0 0 1-2.500 2.500H7A2.500 2.500 0 0 1 4.500 17V7A2.500 2.500 0 0 1 7 4.500ZM12 8.500v7M8.500 12h7",
  shield: "M12 3.500 5 6v5.500c0 4.300 2.900 7.400 7 9 4.100-1.600 7-4.700 7-9V6zM9 12l2.200 2.200L15.200 10",
  coin: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM9.500 8v8M14.500 8.500 9.700 12.500l5 3.700",
  pin: "M12 21c4.500-4.600 6.500-8 6.500-11a6.500 6.500 0 1 0-13 0c0 3 2 6.400 6.500 11ZM12 12.300a2.400 2.400 0 1 0 0-4.800 2.400 2.400 0 0 0 0 4.800Z",
  globe: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM3.500 12h17M12 3.500c2.500 2.500 3.700 5.300 3.700 8.500s-1.200 6-3.700 8.500c-2.500-2.500-3.700-5.300-3.700-8.500S9.500 6 12 3.500Z",
  sun: "M12 16.200a4.200 4.200 0 1 0 0-8.400 4.200 4.200 0 0 0 0 8.400ZM12 2.500V5M12 19v2.500M2.500 12H5M19 12h2.500M5.300 5.300 7 7M17 17l1.700 1.700M18.700 5.300 17 7M7 17l-1.700 1.700",
  clock: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 7.500V12l3 2",
  phone: "M8 3.500h8A1.500 1.500 0 0 1 17.500 5v14a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 19V5A1.500 1.500 0 0 1 8 3.500ZM11 17.800h2",
  lock: "M7 10.500h10a1.500 1.500 0 0 1 1.500 1.500v7a1.500 1.500 0 0 1-1.500 1.500H7A1.500 1.500 0 0 1 5.500 19v-7A1.500 1.500 0 0 1 7 10.500ZM8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500",
  link: "M13 4.500h6.500V11M19.500 4.500 11 13M9.500 6H6a1.500 1.500 0 0 0-1.500 1.500V18A1.500 1.500 0 0 0 6 19.500h10.500A1.500 1.500 0 0 0 18 18v-3.500",
  // What there is to do.
  cinema: "M4 10h16v9a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 19zM4 10l-.8-3.200 15.500-3.800.8 3.200zM8 8.900l1.800-3.500M13 7.700l1.800-3.500M8.500 10l-1.500 3.500M13.500 10 12 13.500M18.500 10 17 13.500",
  pool: "M2.500 18c1.600 0 1.600 1.300 3.200 1.300S7.300 18 8.900 18s1.600 1.300 3.100 1.300S13.600 18 15.200 18s1.600 1.300 3.200 1.300S20 18 21.500 18M2.500 14c1.600 0 1.600 1.300 3.200 1.300S7.300 14 8.900 14s1.600 1.300 3.100 1.300 1.600-1.300 3.200-1.300 1.600 1.300 3.200 1.300S20 14 21.500 14M6 11l4.500-4.500L14 10M17.300 9.200a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  play: "M4 20.500V8l4-4 4 4v12.500M4 12h8M12 9.500l8.500 8c1 1 .5 3-1.500 3h-3M6.800 20.500v-4h2.400v4",
  performance: "M4 5h10v6.500a5 5 0 0 1-10 0zM7 8.200h.01M11 8.200h.01M7 12c1.200 1 2.800 1 4 0M16 9.500h4.500V15a5 5 0 0 1-8.300 3.700M17.500 13h.01M15.500 17.200c.8-1 2.200-1.300 3.200-.8",
  dance: "M13 6.200a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM5 7l4.500 2.500 4 .3L18.500 6M13.500 9.800 12 14l3.500 3-1 5M12 14l-4.500 1.500L5 20",
  music: "M9 17.500V5.500l10.500-2v12M9 17.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0ZM19.500 15.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0Z",
  theatre: "M3.500 4h17M5 4v16.500M19 4v16.500M5 4c0 5 1.500 8.500 4.500 10.500M19 4c0 5-1.500 8.500-4.500 10.500M5 20.500h14M12 4v3",
  sport: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 8.300l3.500 2.600-1.300 4.100H9.800l-1.300-4.100zM12 3.500v4.800M20 10l-4.500.9M17 19l-2.800-4M7 19l2.800-4M4 10l4.500.9",
  museum: "M3.500 9.500 12 4l8.500 5.500zM5.500 9.500v8M10 9.500v8M14 9.500v8M18.500 9.500v8M3.500 20.500h17M4.500 17.500h15",
  other: "M12 3.500l2.500 5.300 5.800.7-4.300 4 1.100 5.800L12 16.500l-5.100 2.800L8 13.500l-4.300-4 5.800-.7z",
};

/** @typedef {keyof typeof LINES} IconName */

/** The category of an offer to its picture. Several words for one thing are welcome. */
/** @type {Record<string, IconName>} */
const CATEGORIES = {
  cinema: "cinema",
  pool: "pool",
  swimming: "pool",
  play_centre: "play",
  play: "play",
  performance: "performance",
  concert: "music",
  dance: "dance",
  music: "music",
  theatre: "theatre",
  sport: "sport",
  sports: "sport",
  museum: "museum",
};

/**
 * @param {string | undefined} category
 * @returns {IconName}
 */
export function iconOf(category) {
  return CATEGORIES[(category ?? "").replaceAll("-", "_").replaceAll(" ", "_")] ?? "other";
}

/**
 * A picture; without a label it is decoration, and says nothing to a screen reader.
 * @param {IconName} name
 * @param {{class?: string, label?: string}} [how]
 * @returns {SVGElement}
 */
export function icon(name, { class: className = "", label } = {}) {
  const weight = name === "keypad" || name === "list" ? "heavy" : "";
  return drawn([LINES[name]], ["icon", weight, className].filter(Boolean).join(" "), label);
}

/**
 * As many people as come in.
 * @param {number} count
 * @returns {HTMLElement}
 */
export function people(count) {
  const row = document.createElement("span");
  row.className = "people";
  row.setAttribute("aria-hidden", "true");
  for (let one = 0; one < Math.min(count, 6); one += 1) row.append(icon("one"));
  return row;
}

/**
 * The product's own mark: a ring, and a light that comes up in it.
 * @param {string} className
 */
export function logo(className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 64 64");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const [name, values] of /** @type {[string, Record<string, string>][]} */ ([
    ["circle", { cx: "30", cy: "34", r: "20", class: "logo-ring" }],
    ["circle", { cx: "48", cy: "16", r: "9", class: "logo-light" }],
  ])) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}

/**
 * @param {string[]} lines
 * @param {string} className
 * @param {string | undefined} label
 */
function drawn(lines, className, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  if (label === undefined) svg.setAttribute("aria-hidden", "true");
  else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  }
  for (const line of lines) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
