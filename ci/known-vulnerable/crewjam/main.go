// The smallest service provider on crewjam/saml that shows who is signed in, for versions old and new: crewjam PORT IDP-METADATA-FILE
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"log"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/crewjam/saml"
	"github.com/crewjam/saml/samlsp"
)

func main() {
	address := "127.0.0.1:" + os.Args[1]
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	sp := must(samlsp.New(samlsp.Options{
		URL:         url.URL{Scheme: "http", Host: address},
		Key:         key,
		Certificate: selfSigned(key),
		IDPMetadata: must(samlsp.ParseMetadata(must(os.ReadFile(os.Args[2])))),
	}))
	sp.ServiceProvider.AuthnNameIDFormat = saml.EmailAddressNameIDFormat

	http.Handle("/saml/", sp)
	http.Handle("/login", sp.RequireAccount(http.HandlerFunc(me)))
	http.Handle("/me", sp.RequireAccount(http.HandlerFunc(me)))
	http.HandleFunc("/logout", func(w http.ResponseWriter, r *http.Request) {
		if err := sp.Session.DeleteSession(w, r); err != nil {
			sp.OnError(w, r, err)
		}
	})
	http.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	log.Fatal(http.ListenAndServe(address, nil))
}

func me(w http.ResponseWriter, r *http.Request) {
	session, ok := samlsp.SessionFromContext(r.Context()).(samlsp.JWTSessionClaims)
	if !ok {
		http.Error(w, "nobody is signed in", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"nameId": session.Subject})
}

func selfSigned(key *rsa.PrivateKey) *x509.Certificate {
	draft := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, draft, draft, key.Public(), key))))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
