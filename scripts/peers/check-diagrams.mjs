// Has Mermaid's own parser read every diagram of the pages that are given. Needs the npm packages mermaid and jsdom.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const mermaid = (await import('mermaid')).default;

let diagrams = 0;
let failed = 0;
for (const page of process.argv.slice(2)) {
  for (const [, diagram] of readFileSync(page, 'utf8').matchAll(/^```mermaid\n(.*?)^```$/gms)) {
    diagrams += 1;
    try {
      await mermaid.parse(diagram);
    } catch (problem) {
      failed += 1;
      console.error(`${page}: ${problem.message}`);
    }
  }
}
console.log(`${diagrams} diagrams read, ${failed} refused.`);
process.exit(failed || !diagrams ? 1 : 0);
