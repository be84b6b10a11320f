// node check.mjs PAGE.html [FOLDER]
//
// Opens a report page from file:// in headless Chromium and checks what a
// reader would notice: nothing is fetched, it is there at once, it works wide
// and narrow, light and dark, without script and on paper, and axe-core finds
// nothing serious. Screenshots go to FOLDER. One line a check; exit 1 when one
// fails.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [file, folder] = process.argv.slice(2);
if (!file) {
  console.error('usage: node check.mjs PAGE.html [FOLDER]');
  process.exit(2);
}
const url = pathToFileURL(resolve(file)).href;
const out = folder && resolve(folder);
if (out) mkdirSync(out, { recursive: true });

let failed = 0;
function check(ok, what, detail = '') {
  if (!ok) failed++;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${detail !== '' ? ': ' + detail : ''}`);
}

const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars'];

// open returns a fresh page on the report, with what it asked for and said.
async function open(browser, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = { requests: [], messages: [] };
  page.on('request', r => { if (r.url() !== url && !r.url().startsWith('data:')) seen.requests.push(r.url()); });
  page.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') seen.messages.push(m.text()); });
  page.on('pageerror', e => seen.messages.push(String(e)));
  await page.goto(url, { waitUntil: 'load' });
  return { context, page, seen };
}

const shot = (page, name, fullPage = true) => out && page.screenshot({ path: join(out, name + '.png'), fullPage });

// overflow names the widest element that makes the page scroll sideways.
const overflow = page => page.evaluate(() => {
  const d = document.documentElement;
  if (d.scrollWidth <= d.clientWidth) return '';
  const scrolls = e => { for (; e && e !== document.body; e = e.parentElement) { if (getComputedStyle(e).overflowX !== 'visible') return true; } return false; };
  let worst = null, right = d.clientWidth;
  for (const e of document.querySelectorAll('body *')) {
    const r = e.getBoundingClientRect();
    if (r.right > right + 0.5 && !scrolls(e.parentElement)) { worst = e; right = r.right; }
  }
  return `${d.scrollWidth} px wide, ${worst ? worst.outerHTML.slice(0, 120) : 'cause unknown'}`;
});

async function accessible(page, name) {
  await page.evaluate(axe);
  const r = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  const bad = r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical');
  check(bad.length === 0, `${name}: axe-core finds nothing serious`,
    bad.map(v => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`).join('\n       '));
}

const browser = await chromium.launch({ executablePath, args });
try {
  // wide, light: the first view, its speed and what it asks for
  {
    const { context, page, seen } = await open(browser, { viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    const times = [];
    for (let i = 0; i < 7; i++) {
      await page.reload({ waitUntil: 'load' });
      times.push(await page.evaluate(() => { const n = performance.getEntriesByType('navigation')[0]; return n.domContentLoadedEventEnd - n.startTime; }));
    }
    times.sort((a, b) => a - b);
    check(times[0] < 300, 'DOM ready in under 300 ms', `${times[0].toFixed(0)} ms (best of 7; median ${times[3].toFixed(0)} ms)`);
    check(seen.requests.length === 0, 'no request', seen.requests.join(' '));
    check(seen.messages.length === 0, 'no error or warning in the console', seen.messages.join(' '));
    check(await page.evaluate(() => document.documentElement.classList.length >= 0 && document.querySelectorAll('svg.fig').length) > 0, 'figures are there');
    check(await overflow(page) === '', '1440 px: no sideways scroll', await overflow(page));
    await shot(page, '1440-light');
    await shot(page, '1440-light-first', false);
    await accessible(page, '1440 px, light');

    // tooltip
    const mark = page.locator('svg.fig .m:has(> title)').first();
    if (await mark.count()) {
      await mark.scrollIntoViewIfNeeded();
      await mark.hover({ force: true });
      const tip = await page.locator('#tip').evaluate(e => getComputedStyle(e).display !== 'none' && e.textContent);
      check(!!tip, 'a mark shows its tooltip', String(tip));
    }
    // sorting: numbers by value, missing ones last, whichever way
    const sorted = await page.evaluate(() => {
      for (const table of document.querySelectorAll('table.sort')) {
        const i = [...table.tHead.rows[0].cells].findIndex((c, i) => table.tBodies[0].rows[0].cells[i].hasAttribute('data-v'));
        if (i < 0) continue;
        const values = () => [...table.tBodies[0].rows].map(r => r.cells[i].getAttribute('data-v'));
        const rising = v => v.every((x, k) => k === 0 || x === '' || v[k - 1] !== '' && +v[k - 1] <= +x);
        const button = table.tHead.rows[0].cells[i].querySelector('button');
        button.click();
        const up = values();
        button.click();
        const down = values().filter(x => x !== '').reverse();
        return rising(up) && rising(down) ? 'sorted' : up.join(' ') + ' | ' + values().join(' ');
      }
      return 'no table to sort';
    });
    check(sorted === 'sorted' || sorted === 'no table to sort', 'tables sort', sorted);
    // a number leads to its SQL, which opens
    const link = page.locator('a.q[href^="#sql-"]').first();
    if (await link.count()) {
      const id = (await link.getAttribute('href')).slice(1);
      await link.click();
      const opened = await page.waitForFunction(id => { const e = document.getElementById(id), y = e && e.getBoundingClientRect().top; return e && e.open === true && y >= 0 && y < innerHeight; }, id, { timeout: 5000 }).then(() => true, () => false);
      check(opened, 'a number opens its SQL', id);
    }
    await context.close();
  }
  // dark
  {
    const { context, page } = await open(browser, { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    check(await page.evaluate(() => { const m = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number); return m.length === 3 && m[0] + m[1] + m[2] < 200; }), 'dark: the page is dark');
    await shot(page, '1440-dark');
    await accessible(page, '1440 px, dark');
    await context.close();
  }
  // 390 px, both palettes
  for (const colorScheme of ['light', 'dark']) {
    const { context, page } = await open(browser, { viewport: { width: 390, height: 844 }, colorScheme, deviceScaleFactor: 2, hasTouch: true });
    const wide = await overflow(page);
    check(wide === '', `390 px, ${colorScheme}: no sideways scroll`, wide);
    const small = await page.evaluate(() => [...document.querySelectorAll('svg.fig:not(.wide):not(.gauge) text')]
      .filter(t => getComputedStyle(t).display !== 'none' && t.getBoundingClientRect().height > 0 && parseFloat(getComputedStyle(t).fontSize) < 14).length);
    check(small === 0, `390 px, ${colorScheme}: figure text is 14 px`, small || '');
    await shot(page, '390-' + colorScheme);
    await accessible(page, `390 px, ${colorScheme}`);
    await context.close();
  }
  // between the two
  for (const width of [520, 760, 1024, 1101]) {
    const { context, page } = await open(browser, { viewport: { width, height: 900 } });
    const wide = await overflow(page);
    check(wide === '', `${width} px: no sideways scroll`, wide);
    await context.close();
  }
  // script off: everything is there to read
  {
    const { context, page } = await open(browser, { viewport: { width: 1440, height: 900 }, javaScriptEnabled: false });
    const text = await page.locator('main').innerText();
    check(text.length > 200, 'script off: the page has its text', `${text.length} characters`);
    check(await page.locator('svg.fig title').count() > 0 || await page.locator('svg.fig').count() === 0, 'script off: marks keep their titles');
    check(await page.locator('th button').count() === 0, 'script off: no button that would do nothing');
    await shot(page, '1440-noscript');
    await context.close();
  }
  // paper
  {
    const { context, page } = await open(browser, { viewport: { width: 1000, height: 900 }, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    check(await page.evaluate(() => getComputedStyle(document.querySelector('.toc')).display === 'none'), 'print: contents are left out');
    check(await page.evaluate(() => getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'), 'print: light paper, even from a dark screen');
    await page.setViewportSize({ width: 695, height: 980 }); // A4 less its margins
    const cut = await overflow(page);
    check(cut === '', 'print: nothing is cut off at the right edge', cut);
    const pdf = await page.pdf({ format: 'A4', printBackground: true, preferCSSPageSize: true, path: out ? join(out, 'print.pdf') : undefined });
    check(pdf.length > 5000 && pdf.subarray(0, 5).toString() === '%PDF-', 'print: a PDF comes out', `${(pdf.length / 1024).toFixed(0)} KB`);
    await context.close();
  }
} finally {
  await browser.close();
}
process.exit(failed ? 1 : 0);
