// Asks the callback for containers and raw signatures with tokens of go-jose, and verifies them with Go's libraries.
//
//	peers URL JWT-KEY ROOT-CERTIFICATE
package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/smallstep/pkcs7"
)

var url string

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func block(file string) []byte {
	decoded, _ := pem.Decode(must(os.ReadFile(file)))
	return decoded.Bytes
}

func call(fields map[string]string) (int, []byte) {
	response := must(http.Post(url, "application/json", bytes.NewReader(must(json.Marshal(fields)))))
	defer response.Body.Close()
	return response.StatusCode, must(io.ReadAll(response.Body))
}

func verifyRaw(key crypto.PublicKey, hash crypto.Hash, data, signature []byte) bool {
	digest := hash.New()
	digest.Write(data)
	switch public := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, hash, digest.Sum(nil), signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(public, digest.Sum(nil), signature)
	}
	return false
}

func main() {
	url = os.Args[1]
	issuer := must(x509.ParsePKCS8PrivateKey(block(os.Args[2])))
	roots := x509.NewCertPool()
	roots.AddCert(must(x509.ParseCertificate(block(os.Args[3]))))
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: issuer}, (&jose.SignerOptions{}).WithType("JWT")))
	token := func() string {
		now := time.Now()
		return must(jwt.Signed(signer).Claims(jwt.Claims{
			Subject: "go-client", Audience: jwt.Audience{"signer"}, IssuedAt: jwt.NewNumericDate(now),
			Expiry: jwt.NewNumericDate(now.Add(5 * time.Minute)),
		}).Serialize())
	}
	contents := []byte("contents of a document")
	encoded := base64.StdEncoding.EncodeToString(contents)
	valid := 0
	for name, hash := range map[string]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512} {
		var key crypto.PublicKey
		for _, kind := range []string{"cms", "cades"} {
			status, body := call(map[string]string{"action": "sign_pkcs7", "encoded_contents": encoded,
				"hash_algorithm": name, "signature_type": kind, "signing_token": token()})
			if status != 200 {
				log.Fatalf("%s: %d %s", kind, status, body)
			}
			container := must(pkcs7.Parse(body))
			container.Content = contents
			if err := container.VerifyWithChain(roots); err != nil {
				log.Fatalf("%s with %s: %v", kind, name, err)
			}
			container.Content = []byte("other contents")
			if container.VerifyWithChain(roots) == nil {
				log.Fatal("other contents verify")
			}
			key = container.GetOnlySigner().PublicKey
			valid++
		}
		status, signature := call(map[string]string{"action": "sign", "data_to_be_signed": encoded, "hash_algorithm": name,
			"signing_token": token()})
		if status != 200 || !verifyRaw(key, hash, contents, signature) || verifyRaw(key, hash, []byte("other"), signature) {
			log.Fatalf("sign with %s: %d", name, status)
		}
		valid++
	}
	fmt.Printf("Go: %d signatures are valid\n", valid)
}
