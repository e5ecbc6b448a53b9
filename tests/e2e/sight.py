"""What is measured of a screen for those who see it otherwise: read aloud, large, without movement, in own colours."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_REPORT = (
    "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => "
    "`${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' | ')}`))"
)

_FITS = """root => {
  const said = [];
  const name = e => `${e.tagName} ${e.getAttribute('class')}: ${e.textContent.slice(0, 40)}`;
  const main = document.querySelector(root);
  const seen = e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.unseen, svg, [aria-hidden=true]');
  const rolls = e => e.scrollWidth > e.clientWidth + 1;
  for (const e of [document.scrollingElement, main]) if (rolls(e)) said.push(`rolls sideways: ${e.tagName}`);
  for (const e of [...main.querySelectorAll('*')].filter(seen)) {
    const { overflowX, textOverflow } = getComputedStyle(e);
    const words = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim() !== '');
    const cuts = ['hidden', 'clip'].includes(overflowX) && e.textContent.trim() !== '';
    if (cuts && (rolls(e) || e.scrollHeight > e.clientHeight + 1)) said.push(`cut off: ${name(e)}`);
    const holds = e.tagName === 'INPUT' || ['auto', 'scroll'].includes(overflowX);
    if (holds && rolls(e)) said.push(`too narrow: ${name(e)}`);
    if (!words) continue;
    const text = document.createRange();
    text.selectNodeContents(e);
    const out = [...text.getClientRects()].some(r => r.width > 1 && (r.right > innerWidth + 1 || r.left < -1));
    if (out || (textOverflow === 'ellipsis' && rolls(e))) said.push(`sticks out: ${name(e)}`);
  }
  const rollers = [main, ...main.querySelectorAll('*')].map(e => [e, e.scrollTop]);
  for (const e of [...main.querySelectorAll('button, input, a[href], summary, h1')].filter(seen)) {
    e.scrollIntoView({block: 'center'});
    const { left, top, width, height } = e.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    if (hit === null || !(e.contains(hit) || hit.contains(e))) said.push(`covered: ${name(e)}`);
  }
  for (const [e, top] of rollers) e.scrollTop = top;
  const moving = document.getAnimations().filter(one => one.playState === 'running');
  said.push(...moving.map(one => `moves: ${name(one.effect.target)}`));
  return [...new Set(said)];
}"""

_HAS_EDGES = """root => {
  const said = [];
  const seen = e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.unseen');
  const width = (e, side) => {
    const style = getComputedStyle(e);
    return style[`${side}Style`] === 'none' ? 0 : parseFloat(style[`${side}Width`]);
  };
  const edged = 'button, input:not([type=checkbox]), .answer';  // the browser itself draws the box of a checkbox
  for (const e of [...document.querySelector(root).querySelectorAll(edged)].filter(seen)) {
    const label = `${e.tagName} ${e.getAttribute('class')}: ${e.textContent.slice(0, 30)}`;
    if (width(e, 'borderTop') < (e.matches('.answer') ? 4 : 1)) said.push(`no edge: ${label}`);
    if (e.matches('[aria-pressed=true]') && width(e, 'outline') < 3) said.push(`not told as pressed: ${label}`);
  }
  for (const e of document.querySelectorAll('[role=switch]')) {
    const fill = part => getComputedStyle(e.querySelector(part)).backgroundColor;
    if (fill('.track') === fill('.track i')) said.push(`no knob: ${e.textContent}`);
  }
  return said;
}"""


def accessible(page: Page) -> list[str]:
    """Give what axe reports of the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())
    found: list[str] = page.evaluate(_REPORT)
    return found


def unfit(page: Page, root: str = "main") -> list[str]:
    """Give whatever is cut off, sticks out or lies under something else, and whatever moves."""
    found: list[str] = page.evaluate(_FITS, root)
    return found


def without_edges(page: Page, root: str = "main") -> list[str]:
    """Give what no edge tells in forced colours, where no background says what is pressed, or what the answer is."""
    page.emulate_media(forced_colors="active")
    found: list[str] = page.evaluate(_HAS_EDGES, root)
    page.emulate_media(forced_colors="none")
    return found
