// RFC 4648 base32 without padding, which a QR code holds as its dense alphanumeric kind.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** What was read is not base32, or not the one way of writing those bytes. */
export class Base32Error extends Error {
  name = "Base32Error";
}

/**
 * Give the bytes behind a text in any letter case. A text that has bits to spare which are not zero is refused,
 * so that no two texts read the same.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decodeBase32(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let written = 0;
  for (const character of text) {
    // Not toUpperCase() first: that turns some letters of other alphabets into ours.
    const value = ALPHABET.indexOf(/^[a-z]$/.test(character) ? character.toUpperCase() : character);
    if (value < 0) throw new Base32Error("a character that base32 does not have");
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[written++] = (held >> bits) & 0xff;
    }
    held &= (1 << bits) - 1;
  }
  if (held !== 0 || bits >= 5) throw new Base32Error("bits to spare that should be zero");
  return bytes;
}
