// The site of docs/. scripts/site builds it.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';
import { searchOptions } from './search.mjs';

// scripts/site copies docs/ next to the packages, because the pages become modules that import them.
const website = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const root = resolve(website, '../..');
const docs = join(root, 'docs');
const home = readFileSync(join(root, 'pom.xml'), 'utf8').match(/<project\.home>(.*)<\/project\.home>/)[1];
const sections = {
  tutorials: 'Tutorials',
  guides: 'Guides',
  troubleshooting: 'Troubleshooting',
  reference: 'Reference',
  explanation: 'Explanation',
  decisions: 'Decisions',
  contributors: 'Contributors',
};

const index = readFileSync(join(docs, 'README.md'), 'utf8');
const isPage = (name) => name.endsWith('.md') && name !== 'README.md';
const title = (page) => readFileSync(join(docs, page), 'utf8').match(/^# (.*)$/m)[1].replaceAll('`', '');

/** The pages of a directory, in the order in which docs/README.md names them. */
function pages(section) {
  const position = (page) => (index.includes(`](${page})`) ? index.indexOf(`](${page})`) : index.length);
  return readdirSync(join(docs, section))
    .filter(isPage)
    .map((name) => `${section}/${name}`)
    .sort((a, b) => position(a) - position(b) || a.localeCompare(b))
    .map((page) => ({ text: title(page), link: `/${page.replace(/\.md$/, '')}` }));
}

/** Links to files outside docs/ and to directories lead to the repository. A link to a missing file fails the build. */
function repositoryLinks(md) {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : '';
      if (!href || href.startsWith('#') || /^[a-z]+:/i.test(href)) {
        continue;
      }
      const [path, anchor] = href.split('#');
      const target = resolve(docs, relative(join(website, 'docs'), dirname(env.realPath ?? env.path)), decodeURI(path));
      if (!existsSync(target)) {
        throw new Error(`${env.path}: no file at ${href}`);
      }
      const isDirectory = statSync(target).isDirectory();
      if (isDirectory || relative(docs, target).startsWith('..')) {
        const kind = isDirectory ? 'tree' : 'blob';
        token.attrSet('href', `${home}/${kind}/main/${relative(root, target)}${anchor ? `#${anchor}` : ''}`);
      } else {
        token.attrSet('href', href.replace(/README\.md/, 'index.md'));
      }
    }
  });
}

function diagrams(md) {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, position, ...others) => {
    const { info, content } = tokens[position];
    return info.trim() === 'mermaid'
      ? `<MermaidDiagram source="${encodeURIComponent(content)}" />\n`
      : fence(tokens, position, ...others);
  };
}

export default defineConfig({
  srcDir: 'docs',
  outDir: join(root, 'target/site'),
  base: process.env.SITE_BASE,
  title: 'Signer',
  description: 'Digital signatures on documents with keys that live in an HSM',
  // The browser would ask the server's root for an icon.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  rewrites: { 'README.md': 'index.md', 'decisions/README.md': 'decisions/index.md' },
  // Pages that only lead from an old name to a new page.
  srcExclude: readdirSync(docs).filter(isPage),
  markdown: {
    // The anchors of GitHub, so that a link works there and here.
    anchor: { slugify: slug },
    config(md) {
      repositoryLinks(md);
      diagrams(md);
    },
  },
  themeConfig: {
    nav: [
      { text: 'CloudHSM', link: '/guides/document-engine' },
      { text: 'Configuration', link: '/reference/configuration' },
      { text: 'Runbook', link: '/troubleshooting/runbook' },
      // Not a page of this application: target makes the browser load it.
      { text: 'Javadoc', link: '/javadoc/index.html', target: '_self' },
    ],
    sidebar: [
      { text: 'All pages', link: '/' },
      ...Object.entries(sections).map(([section, text]) => ({
        text,
        collapsed: ['decisions', 'contributors'].includes(section),
        link: section === 'decisions' ? '/decisions/' : undefined,
        items: pages(section),
      })),
    ],
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: home }],
    editLink: { pattern: `${home}/edit/main/docs/:path`, text: 'Edit this page' },
    search: { provider: 'local', options: { miniSearch: { searchOptions } } },
  },
  buildEnd({ outDir }) {
    // Mermaid's own bundle: a second bundling would take a minute.
    mkdirSync(join(outDir, 'mermaid'));
    const mermaid = join(website, 'node_modules/mermaid/dist');
    copyFileSync(join(mermaid, 'mermaid.esm.min.mjs'), join(outDir, 'mermaid/mermaid.esm.min.mjs'));
    cpSync(join(mermaid, 'chunks/mermaid.esm.min'), join(outDir, 'mermaid/chunks/mermaid.esm.min'), {
      recursive: true,
      filter: (name) => !name.endsWith('.map'),
    });
    copyFileSync(join(docs, 'reference/openapi.yaml'), join(outDir, 'reference/openapi.yaml'));
  },
});
