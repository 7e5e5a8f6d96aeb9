package io.github.hsmsigner.core;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.jspecify.annotations.Nullable;

/** The keywords of attributes in distinguished names: the keywords that OpenSSL prints, and further accepted ones. */
final class AttributeKeywords {

    private static final String X520 = "2.5.4.";
    private static final String COSINE = "0.9.2342.19200300.100.1.";
    private static final String PKCS9 = "1.2.840.113549.1.9.";
    private static final String EV = "1.3.6.1.4.1.311.60.2.1.";

    /** OpenSSL's short names ({@code openssl list -objects}), by the rest of the object identifier after its prefix. */
    private static final Map<String, String> OPENSSL = table(
            X520,
            "3=CN,4=SN,5=serialNumber,6=C,7=L,8=ST,9=street,10=O,11=OU,12=title,13=description,15=businessCategory,"
                    + "16=postalAddress,17=postalCode,18=postOfficeBox,19=physicalDeliveryOfficeName,20=telephoneNumber,"
                    + "21=telexNumber,23=facsimileTelephoneNumber,31=member,32=owner,33=roleOccupant,34=seeAlso,41=name,"
                    + "42=GN,43=initials,44=generationQualifier,45=x500UniqueIdentifier,46=dnQualifier,"
                    + "49=distinguishedName,50=uniqueMember,51=houseIdentifier,54=dmdName,65=pseudonym,72=role,"
                    + "97=organizationIdentifier,98=c3,99=n3,100=dnsName",
            COSINE,
            "1=UID,3=mail,4=info,6=roomNumber,8=userClass,9=host,10=manager,20=homeTelephoneNumber,25=DC,"
                    + "37=associatedDomain,40=personalTitle,41=mobileTelephoneNumber,43=friendlyCountryName,44=uid,"
                    + "45=organizationalStatus,48=buildingName",
            PKCS9,
            "1=emailAddress,2=unstructuredName,8=unstructuredAddress",
            EV,
            "1=jurisdictionL,2=jurisdictionST,3=jurisdictionC",
            "1.2.643.",
            "3.131.1.1=INN,100.1=OGRN,100.3=SNILS,100.5=OGRNIP");

    /**
     * Long names of OpenSSL, and names that Java and other software write. In lower case, because RFC 4514 keywords
     * have no case.
     */
    private static final Map<String, String> OTHERS = table(
            X520,
            "3=commonname,4=surname,5=serial,6=countryname,7=localityname,8=stateorprovincename,8=s,8=sp,9=streetaddress,"
                    + "10=organizationname,11=organizationalunitname,12=t,42=givenname,42=g,44=generation,46=dnq,"
                    + "46=dn qualifier,97=organisationidentifier",
            COSINE,
            "1=userid,25=domaincomponent,44=uniqueidentifier",
            PKCS9,
            "1=e,1=email",
            EV,
            "1=jurisdictionlocalityname,2=jurisdictionstateorprovincename,3=jurisdictioncountryname");

    private static final Map<String, String> TYPES = types();

    /**
     * RFC 5280, appendix A.1: these attributes are PrintableString, the next ones IA5String. All others are UTF8String.
     */
    private static final Set<String> PRINTABLE = Set.of(X520 + 5, X520 + 6, X520 + 20, X520 + 46, EV + 3);

    private static final Set<String> IA5 = Set.of(COSINE + 25, PKCS9 + 1);

    private AttributeKeywords() {}

    private static Map<String, String> table(String... prefixesAndRows) {
        Map<String, String> table = new HashMap<>();
        for (int i = 0; i < prefixesAndRows.length; i += 2) {
            for (String row : prefixesAndRows[i + 1].split(",")) {
                String[] idAndKeyword = row.split("=", 2);
                table.put(idAndKeyword[1], prefixesAndRows[i] + idAndKeyword[0]);
            }
        }
        return Map.copyOf(table);
    }

    /**
     * Maps each keyword in lower case to its type. OpenSSL distinguishes UID and uid only by case; the map has the
     * usual one.
     */
    private static Map<String, String> types() {
        Map<String, String> types = Stream.of(OTHERS, OPENSSL)
                .flatMap(table -> table.entrySet().stream())
                .collect(Collectors.toMap(
                        entry -> entry.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue, (one, other) -> one));
        types.put("uid", COSINE + 1);
        return Map.copyOf(types);
    }

    private static final Map<String, String> BY_TYPE =
            OPENSSL.entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

    /** Returns the keyword that OpenSSL prints; {@code null} if it knows none. */
    static @Nullable String openssl(ASN1ObjectIdentifier type) {
        return BY_TYPE.get(type.getId());
    }

    /** Returns the attribute type of a keyword or a dotted object identifier; {@code null} if there is none. */
    static @Nullable ASN1ObjectIdentifier type(String keyword) {
        String known =
                OPENSSL.containsKey(keyword) ? OPENSSL.get(keyword) : TYPES.get(keyword.toLowerCase(Locale.ROOT));
        String dotted = keyword.regionMatches(true, 0, "OID.", 0, "OID.".length())
                ? keyword.substring("OID.".length())
                : keyword;
        return ASN1ObjectIdentifier.tryFromID(known == null ? dotted : known);
    }

    /** Returns a value as authorities encode it. */
    static ASN1Primitive value(ASN1ObjectIdentifier type, String text) {
        if (PRINTABLE.contains(type.getId()) && ASN1PrintableString.isPrintableString(text)) {
            return new DERPrintableString(text);
        }
        if (IA5.contains(type.getId()) && text.chars().allMatch(c -> c < 128)) {
            return new DERIA5String(text);
        }
        return new DERUTF8String(text);
    }
}
