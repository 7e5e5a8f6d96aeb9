// Asks the callback for containers with tokens of the npm package jose, and has PKI.js verify them.
// node container_client.mjs URL JWT-KEY ROOT-CERTIFICATE
import assert from 'node:assert/strict';
import { createHash, webcrypto, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { importPKCS8, SignJWT } from 'jose';
import forge from 'node-forge';
import * as pkijs from 'pkijs';

const [url, keyFile, rootFile] = process.argv.slice(2);
pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }));
const key = await importPKCS8(readFileSync(keyFile, 'utf8'), 'ES256');
const root = pkijs.Certificate.fromBER(new X509Certificate(readFileSync(rootFile)).raw);
const contents = Buffer.from('%PDF-1.7 contents of a document');

const signingToken = () =>
  new SignJWT({}).setProtectedHeader({ alg: 'ES256', typ: 'JWT' }).setSubject('container-client').setAudience('signer')
    .setIssuedAt().setExpirationTime('5m').sign(key);

async function call(fields) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields),
  });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

async function verifies(container, data) {
  const signed = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(container).content });
  try {
    return (await signed.verify({ signer: 0, data, trustedCerts: [root], checkChain: true, extendedMode: true })).signatureVerified;
  } catch (e) {
    // PKI.js throws where a digest does not match.
    if (e instanceof pkijs.SignedDataVerifyError) return false;
    throw e;
  }
}

let valid = 0;
for (const algorithm of ['sha256', 'sha384', 'sha512']) {
  for (const type of ['cms', 'cades']) {
    const { status, body } = await call({
      action: 'sign_pkcs7', encoded_contents: contents.toString('base64'),
      document_digest: createHash(algorithm).update(contents).digest('hex').toUpperCase(),
      hash_algorithm: algorithm, signature_type: type, signing_token: await signingToken(),
    });
    assert.equal(status, 200, body.toString());
    assert(await verifies(body, contents), `${type} with ${algorithm} does not verify`);
    assert(!(await verifies(body, Buffer.from('other contents'))), 'other contents verify');
    // The parser of the vendor's example: github.com/PSPDFKit/pspdfkit-web-signing-service-example, __tests__/app.spec.js.
    forge.asn1.fromDer(body.toString('binary'));
    valid++;
  }
}
assert.equal((await call({ encoded_contents: contents.toString('base64'), signing_token: 'user-2-with-rights' })).status, 401);
console.log(`PKI.js: ${valid} containers are valid`);
