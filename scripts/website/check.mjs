// Checks the site in a directory: links, anchors and the search; in a browser also width, colours, diagrams and errors.
//   node check.mjs SITE [CHROMIUM SCREENSHOTS]
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, dirname, extname, join, resolve } from 'node:path';
import MiniSearch from 'minisearch';
import { searchOptions } from './.vitepress/search.mjs';

const [site, chromium, screenshots] = process.argv.slice(2);
const failures = [];
const files = readdirSync(site, { recursive: true }).filter((name) => statSync(join(site, name)).isFile());
const pages = files.filter((name) => name.endsWith('.html') && !name.startsWith('javadoc/'));

// --- links -----------------------------------------------------------------------------------------------------------------

const unescape = (text) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const attributes = (html, names) =>
  [...html.matchAll(new RegExp(`\\s(?:${names})="([^"]*)"`, 'g'))].map(([, value]) => unescape(value));
const anchors = new Map();

function anchorsOf(file) {
  if (!anchors.has(file)) {
    anchors.set(file, new Set(attributes(readFileSync(file, 'utf8'), 'id|name')));
  }
  return anchors.get(file);
}

let links = 0;
for (const page of pages.filter((name) => name !== '404.html')) {
  for (const href of attributes(readFileSync(join(site, page), 'utf8'), 'href|src')) {
    if (/^[a-z]+:/i.test(href)) {
      continue;
    }
    links += 1;
    const [path, anchor] = decodeURI(href).split('#');
    let target = path.startsWith('/') ? join(site, path) : path ? resolve(site, dirname(page), path) : join(site, page);
    if (existsSync(target) && statSync(target).isDirectory()) {
      target = join(target, 'index.html');
    }
    if (!existsSync(target) && existsSync(`${target}.html`)) {
      target = `${target}.html`;
    }
    if (!existsSync(target)) {
      failures.push(`${page}: dead link ${href}`);
    } else if (anchor && extname(target) === '.html' && !anchorsOf(target).has(anchor)) {
      failures.push(`${page}: dead anchor ${href}`);
    }
  }
}
console.log(`${pages.length} pages, ${links} links within the site.`);

// --- search ----------------------------------------------------------------------------------------------------------------

const firstPages = {
  'wrong PIN': '/troubleshooting/symptoms.html#wrong-pin',
  failover: '/guides/several-hsms.html',
  timeout: '/reference/protocol.html#deadline-and-timeout',
  rotate: '/guides/rotation.html',
  'Secrets Manager': '/guides/secrets.html',
};
const chunk = files.find((name) => basename(name).startsWith('@localSearchIndexroot'));
const index = MiniSearch.loadJSON((await import(resolve(site, chunk))).default, {
  fields: ['title', 'titles', 'text'],
  storeFields: ['title', 'titles'],
  searchOptions,
});
for (const [query, expected] of Object.entries(firstPages)) {
  const found = index.search(query).slice(0, 5);
  if (!found[0]?.id.startsWith(expected)) {
    failures.push(`Search for "${query}" shows first: ${found.map(({ id }) => id).join(', ')}`);
  }
}

// --- browser ---------------------------------------------------------------------------------------------------------------

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.png': 'image/png' };
const withDiagram = pages.filter((name) => readFileSync(join(site, name), 'utf8').includes('mermaid-diagram'));
// Pages of each kind: the diagrams, the longest tables, commands, pictures, Javadoc.
const inBrowser = [
  'index.html',
  ...withDiagram,
  'reference/configuration.html',
  'reference/metrics.html',
  'reference/errors.html',
  'troubleshooting/runbook.html',
  'troubleshooting/symptoms.html',
  'tutorials/cloudhsm-from-scratch.html',
  'guides/testing-with-the-stand-in.html',
  'decisions/index.html',
];

async function checkPage(browser, address, page, width, scheme) {
  const tab = await browser.newPage();
  const name = `${page} at ${width} pixels, ${scheme}`;
  tab.on('console', (message) => {
    if (message.type() === 'error') {
      failures.push(`${name}: ${message.text()} ${message.location().url ?? ''}`);
    }
  });
  tab.on('pageerror', (error) => failures.push(`${name}: ${error.message}`));
  await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await tab.setViewport({ width, height: 900 });
  await tab.goto(`${address}/${page}`, { waitUntil: 'networkidle0' });
  if (withDiagram.includes(page)) {
    await tab.waitForFunction(() => !document.querySelector('pre.mermaid-diagram'), { timeout: 20_000 }).catch(() => {
      failures.push(`${name}: a diagram is missing`);
    });
  }
  const { wide, dark } = await tab.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    dark: document.documentElement.classList.contains('dark'),
  }));
  if (wide > 0) {
    failures.push(`${name}: ${wide} pixels wider than the window`);
  }
  if (dark !== (scheme === 'dark')) {
    failures.push(`${name}: shown in the other colours`);
  }
  await tab.screenshot({ path: join(screenshots, `${page.replaceAll('/', '-')}-${width}-${scheme}.png`) });
  await tab.close();
}

/** Types a query as a reader does, and returns the address of the first result. */
async function firstResult(browser, address, query) {
  const tab = await browser.newPage();
  await tab.setViewport({ width: 1280, height: 900 });
  await tab.goto(address, { waitUntil: 'networkidle0' });
  await tab.click('.DocSearch-Button');
  await tab.waitForSelector('.VPLocalSearchBox input');
  await tab.type('.VPLocalSearchBox input', query);
  await tab.waitForSelector('.VPLocalSearchBox .result.selected');
  await tab.waitForNetworkIdle();
  const first = await tab.$eval('.VPLocalSearchBox .result', (result) => result.getAttribute('href'));
  await tab.screenshot({ path: join(screenshots, `search-${query.replaceAll(' ', '-')}.png`) });
  await tab.close();
  return first;
}

if (chromium) {
  const { default: puppeteer } = await import('puppeteer-core');
  mkdirSync(screenshots, { recursive: true });
  const server = createServer(({ url }, response) => {
    const path = decodeURI(new URL(url, 'http://localhost').pathname);
    const file = join(site, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${server.address().port}`;
  const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
  for (const page of inBrowser) {
    for (const width of [1280, 390]) {
      for (const scheme of ['light', 'dark']) {
        await checkPage(browser, address, page, width, scheme);
      }
    }
  }
  for (const [query, expected] of Object.entries(firstPages)) {
    const first = await firstResult(browser, address, query);
    if (!first.startsWith(expected)) {
      failures.push(`The search box shows for "${query}" first: ${first}`);
    }
  }
  await browser.close();
  server.close();
  console.log(`${inBrowser.length} pages in a browser, screenshots in ${screenshots}.`);
}

failures.forEach((failure) => console.error(failure));
process.exit(failures.length ? 1 : 0);
