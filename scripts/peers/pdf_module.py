"""Signs PDFs with signer-pdf, and has pyHanko validate them. One of them has a signature of pyHanko before.

pdf_module.py CLASS-PATH KEY-DIRECTORY OUTPUT-DIRECTORY
"""
import asyncio
import io
import subprocess
import sys
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

CLASS_PATH, KEYS, OUTPUT = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
SIGNATURES = [
    ("rsa", "RSA_PKCS1_SHA256"), ("rsa", "RSA_PSS_SHA256"), ("ec", "ECDSA_SHA256"), ("ec384", "ECDSA_SHA384"),
    ("ed25519", "ED25519")]


def page():
    writer = PdfFileWriter()
    contents = writer.add_object(StreamObject(stream_data=b"0 0 100 100 re S"))
    writer.insert_page(PageObject(contents=contents, media_box=(0, 0, 200, 200), resources=DictionaryObject()))
    out = io.BytesIO()
    writer.write(out)
    return out


async def signed_by_pyhanko():
    signer = SimpleSigner.load_pkcs12(KEYS / "rsa.p12", passphrase=b"password")
    metadata = PdfSignatureMetadata(field_name="First", subfilter=fields.SigSeedSubFilter.PADES)
    return await PdfSigner(metadata, signer).async_sign_pdf(IncrementalPdfFileWriter(page()))


async def validate(pdf, signatures):
    trust = ValidationContext(trust_roots=[load_cert_from_pemder(KEYS / "ca.pem")], revocation_mode="soft-fail")
    embedded = PdfFileReader(io.BytesIO(pdf.read_bytes())).embedded_signatures
    assert len(embedded) == signatures, f"{pdf}: {len(embedded)} signatures"
    for signature in embedded:
        status = await async_validate_pdf_signature(signature, trust)
        assert status.bottom_line, f"{pdf}: {status.pretty_print_details()}"


async def main():
    (OUTPUT / "page.pdf").write_bytes(page().getvalue())
    (OUTPUT / "pyhanko.pdf").write_bytes((await signed_by_pyhanko()).getvalue())
    expected, arguments = {}, []
    for key, algorithm in SIGNATURES:
        for name, before in (("page", 0), ("pyhanko", 1)):
            signed = OUTPUT / f"{name}-{key}-{algorithm}.pdf"
            arguments += [KEYS / f"{key}.p12", algorithm, OUTPUT / f"{name}.pdf", signed]
            expected[signed] = before + 1
    program = Path(__file__).with_name("SignPdf.java")
    subprocess.run(["java", "-cp", CLASS_PATH, program, *arguments], check=True)
    for pdf, signatures in expected.items():
        await validate(pdf, signatures)
    print(f"pyHanko: {len(expected)} PDFs of signer-pdf are valid")


asyncio.run(main())
