"""Signs PDFs with pyHanko through the callback, as Document Engine does, and has pyHanko validate them.

pdf_client.py URL JWT-KEY ROOT-CERTIFICATE OUTPUT-DIRECTORY

pyHanko assembles the PDF and, for raw signatures, the PAdES container. PyJWT makes the signing tokens.
"""
import asyncio
import base64
import hashlib
import io
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import jwt
from asn1crypto import cms, pem, x509
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.signers import ExternalSigner, Signer
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

URL, ISSUER_KEY, ROOT, OUTPUT = sys.argv[1], Path(sys.argv[2]).read_text(), sys.argv[3], Path(sys.argv[4])


def signing_token():
    now = int(time.time())
    return jwt.encode({"sub": "pdf-client", "aud": "signer", "iat": now, "exp": now + 300}, ISSUER_KEY, algorithm="ES256")


def call(fields_of_request):
    request = urllib.request.Request(
        URL, json.dumps(fields_of_request).encode(), {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()


def certificates():
    """Returns the signer's certificate and its issuers. The request has no signing token, as Document Engine's has none."""
    answer = json.loads(call({"action": "get_certificates"}))
    read = lambda text: x509.Certificate.load(pem.unarmor(base64.b64decode(text))[2])
    return read(answer["certificates"][0]), [read(text) for text in answer["ca_certificates"]]


class CallbackSigner(Signer):
    """A signer for PAdES whose signatures come from the action sign."""

    def __init__(self, signer, issuers):
        store = SimpleCertificateStore()
        store.register_multiple([signer, *issuers])
        super().__init__(signing_cert=signer, cert_registry=store, prefer_pss=False, embed_roots=True)

    async def async_sign_raw(self, data, digest_algorithm, dry_run=False):
        if dry_run:
            return bytes(512)
        return call({
            "action": "sign", "data_to_be_signed": base64.b64encode(data).decode(), "hash_algorithm": digest_algorithm,
            "signature_type": "cades", "signing_token": signing_token()})


def page():
    writer = PdfFileWriter()
    contents = writer.add_object(StreamObject(stream_data=b"0 0 100 100 re S"))
    writer.insert_page(PageObject(contents=contents, media_box=(0, 0, 200, 200), resources=DictionaryObject()))
    out = io.BytesIO()
    writer.write(out)
    return out


async def raw(algorithm, signer, issuers):
    metadata = PdfSignatureMetadata(
        field_name="Signature", md_algorithm=algorithm, subfilter=fields.SigSeedSubFilter.PADES)
    return await PdfSigner(metadata, CallbackSigner(signer, issuers)).async_sign_pdf(IncrementalPdfFileWriter(page()))


async def container(algorithm, signature_type, signer):
    """Embeds the container of the action sign_pkcs7."""
    subfilter = fields.SigSeedSubFilter.PADES if signature_type == "cades" else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    metadata = PdfSignatureMetadata(field_name="Signature", md_algorithm=algorithm, subfilter=subfilter)
    # pyHanko needs a signer to reserve space; the callback makes the container.
    placeholder = ExternalSigner(signing_cert=signer, cert_registry=SimpleCertificateStore(), signature_value=512)
    prepared, _, out = await PdfSigner(metadata, placeholder).async_digest_doc_for_signing(
        IncrementalPdfFileWriter(page()), bytes_reserved=16384)
    data = out.getbuffer()
    covered = bytes(data[:prepared.reserved_region_start]) + bytes(data[prepared.reserved_region_end:])
    assert hashlib.new(algorithm, covered).digest() == prepared.document_digest
    der = call({
        "action": "sign_pkcs7", "encoded_contents": base64.b64encode(covered).decode(),
        "digest": prepared.document_digest.hex(), "hash_algorithm": algorithm, "signature_type": signature_type,
        "signing_token": signing_token()})
    del data
    prepared.fill_with_cms(out, cms.ContentInfo.load(der))
    return out


async def validate(name, pdf):
    (OUTPUT / f"{name}.pdf").write_bytes(pdf.getvalue())
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(ROOT)], revocation_mode="soft-fail")
    signature = PdfFileReader(pdf).embedded_signatures[0]
    status = await async_validate_pdf_signature(signature, trust)
    assert status.bottom_line, f"{name}: {status.pretty_print_details()}"
    # The check must be able to fail.
    changed = bytearray(pdf.getvalue())
    changed[changed.index(b"0 0 100")] = ord("1")
    status = await async_validate_pdf_signature(PdfFileReader(io.BytesIO(changed)).embedded_signatures[0], trust)
    assert not status.intact, f"{name}: a changed file passes"


def is_denied(fields_of_request):
    try:
        call(fields_of_request)
    except urllib.error.HTTPError as e:
        return e.code == 401
    return False


async def main():
    signer, issuers = certificates()
    for algorithm in ("sha256", "sha384", "sha512"):
        await validate(f"raw-cades-{algorithm}", await raw(algorithm, signer, issuers))
        for signature_type in ("cms", "cades"):
            name = f"pkcs7-{signature_type}-{algorithm}"
            await validate(name, await container(algorithm, signature_type, signer))
    data = base64.b64encode(b"data").decode()
    assert is_denied({"action": "sign", "data_to_be_signed": data})
    assert is_denied({"action": "sign", "data_to_be_signed": data, "signing_token": signing_token()[:-8] + "AAAAAAAA"})
    print("pyHanko: 9 PDFs are valid")


asyncio.run(main())
