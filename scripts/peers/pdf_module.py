"""Signs PDFs with signer-pdf at each level, and has pyHanko validate them without a network. Half of them have a signature of
pyHanko before. Also extends PDFs that pyHanko signed.

pdf_module.py CLASS-PATH OUTPUT-DIRECTORY
"""
import asyncio
import io
import logging
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import (
    DocumentSecurityStore, async_validate_pdf_signature, async_validate_pdf_timestamp)
from pyhanko.sign.validation.ades import ades_lta_validation, simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec, SignatureValidationSpec)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager

CLASS_PATH, OUTPUT = sys.argv[1], Path(sys.argv[2])
AUTHORITIES = OUTPUT / "authorities"
SIGNATURES = [
    ("rsa", "RSA_PKCS1_SHA256"), ("rsa", "RSA_PSS_SHA256"), ("ec", "ECDSA_SHA256"), ("ec384", "ECDSA_SHA384"),
    ("ed25519", "ED25519")]
LEVELS = ["B_B", "B_T", "B_LT", "B_LTA"]
# pyHanko's validation of PAdES B-LTA requires a signature timestamp.
EXTENDED = "B_LTA without a signature timestamp"
DOCUMENT_TIMESTAMPS = {"B_B": 0, "B_T": 0, "B_LT": 0, "B_LTA": 1, EXTENDED: 2}
# All revocation information has expired then, so that the document timestamp has to prove that it existed in time.
FUTURE = datetime.now(timezone.utc) + timedelta(days=10)


def page():
    writer = PdfFileWriter()
    contents = writer.add_object(StreamObject(stream_data=b"0 0 100 100 re S"))
    writer.insert_page(PageObject(contents=contents, media_box=(0, 0, 200, 200), resources=DictionaryObject()))
    out = io.BytesIO()
    writer.write(out)
    return out


async def signed_by_pyhanko(timestamper=None):
    signer = SimpleSigner.load_pkcs12(AUTHORITIES / "rsa.p12", passphrase=b"password")
    metadata = PdfSignatureMetadata(field_name="First", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256")
    signed = await PdfSigner(metadata, signer, timestamper=timestamper).async_sign_pdf(IncrementalPdfFileWriter(page()))
    return signed.getvalue()


def certificate(name):
    return load_cert_from_pemder(AUTHORITIES / f"{name}.pem")


def long_term_policy():
    """Requires revocation information for each certificate, and that the PDF has it."""
    rule = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    certificates = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[certificate("root")]),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(rule, rule)))
    return PdfSignatureValidationSpec(SignatureValidationSpec(
        certificates, RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY)))


async def validate(pdf, levels):
    """Requires that the PDF has one signature of each level, in this order."""
    reader = PdfFileReader(io.BytesIO(pdf.read_bytes()))
    signatures = reader.embedded_regular_signatures
    assert len(signatures) == len(levels), f"{pdf}: {len(signatures)} signatures"
    for signature, level in zip(signatures, levels):
        where = f"{pdf}, {signature.field_name}, {level}"
        status = await async_validate_pdf_signature(signature, trust(reader, level))
        assert status.bottom_line, f"{where}: {status.pretty_print_details()}"
        if level in ("B_T", "B_LT", "B_LTA"):
            assert status.timestamp_validity and status.timestamp_validity.trusted, f"{where}: no valid timestamp"
        if level == "B_LTA":
            now = await ades_lta_validation(signature, long_term_policy())
            future = await simulate_future_ades_lta_validation(signature, long_term_policy(), FUTURE)
            for result in (now, future):
                assert result.ades_subindic == AdESPassed.OK, f"{where}: {result.ades_subindic} {result.failure_msg}"
                assert result.oldest_evidence_record_timestamp, f"{where}: no valid document timestamp"
    timestamps = reader.embedded_timestamp_signatures
    assert len(timestamps) == DOCUMENT_TIMESTAMPS[levels[-1]], f"{pdf}: {len(timestamps)} document timestamps"
    for timestamp in timestamps:
        status = await async_validate_pdf_timestamp(timestamp, trust(reader, levels[-1]))
        assert status.valid and status.intact and status.trusted, f"{pdf}: document timestamp: {status}"


def trust(reader, level):
    roots = {"trust_roots": [certificate("root")]}
    if level in ("B_B", "B_T"):
        # A timestamp has only the certificate of its authority. Validation data has the one of the issuer.
        return ValidationContext(**roots, other_certs=[certificate("issuer")], revocation_mode="soft-fail")
    return DocumentSecurityStore.read_dss(reader).as_validation_context({**roots, "revocation_mode": "require"})


async def main():
    program = subprocess.Popen(
        ["java", "-cp", CLASS_PATH, Path(__file__).with_name("SignPdf.java"), AUTHORITIES],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    timestamps = program.stdout.readline().strip()
    assert timestamps, "The program does not run"
    documents = {
        "page": page().getvalue(),
        "pyhanko": await signed_by_pyhanko(),
        "pyhanko-timestamped": await signed_by_pyhanko(HTTPTimeStamper(timestamps))}
    for name, content in documents.items():
        (OUTPUT / f"{name}.pdf").write_bytes(content)
    expected, tasks = {}, []
    for key, algorithm in SIGNATURES:
        for level in LEVELS:
            for name, before in (("page", []), ("pyhanko", ["B_B"])):
                signed = OUTPUT / f"{name}-{algorithm}-{level}.pdf"
                tasks.append([key, algorithm, level, OUTPUT / f"{name}.pdf", signed])
                expected[signed] = before + [level]
    for name, level in (("pyhanko", EXTENDED), ("pyhanko-timestamped", "B_LTA")):
        extended = OUTPUT / f"{name}-extended.pdf"
        tasks.append(["B_LTA", OUTPUT / f"{name}.pdf", extended])
        expected[extended] = [level]
    program.communicate("".join("\t".join(map(str, task)) + "\n" for task in tasks))
    assert program.returncode == 0, f"The program ended with {program.returncode}"
    for pdf, levels in expected.items():
        await validate(pdf, levels)
    print(f"pyHanko: {len(expected)} PDFs of signer-pdf are valid")


# In the future, pyHanko logs a stack trace for expired revocation information before it checks the timestamps.
logging.disable(logging.CRITICAL)
asyncio.run(main())
