// Sounds and vibration: two that cannot be mistaken for each other, none of them an alarm.

/** @typedef {"yes" | "no" | "ask" | "undone"} Signal */

/** Notes as [hertz, starts at, lasts] in seconds. */
/** @type {Record<Signal, {notes: [number, number, number][], shake: number[]}>} */
const SIGNALS = {
  yes: { notes: [[660, 0, 0.12], [990, 0.1, 0.22]], shake: [70] },
  no: { notes: [[330, 0, 0.16], [330, 0.24, 0.16]], shake: [60, 90, 60, 90, 60] },
  ask: { notes: [[660, 0, 0.08]], shake: [30] },
  undone: { notes: [[660, 0, 0.1], [440, 0.1, 0.18]], shake: [40, 60, 40] },
};

/** @type {AudioContext | null} */
let audio = null;

/** Phones allow sound only after a touch; call this on each, it does nothing the second time. */
export function wakeSound() {
  if (typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

/**
 * @param {Signal} kind
 * @param {{sound: boolean, vibration: boolean}} liked
 */
export function signal(kind, { sound, vibration }) {
  const { notes, shake } = SIGNALS[kind];
  // iPhones have no vibration; there the sound and the whole screen say it.
  if (vibration && navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(shake);
  if (sound && audio?.state === "running") for (const note of notes) play(audio, ...note);
}

/**
 * One soft note: a sine that swells and fades, so that a small speaker does not crack.
 * @param {AudioContext} context
 * @param {number} hertz
 * @param {number} start
 * @param {number} lasts
 */
function play(context, hertz, start, lasts) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  const from = context.currentTime + start;
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.28, from + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, from + lasts);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(from + lasts);
}
