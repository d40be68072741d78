// A small service provider on crewjam/saml, written as its README advises: crewjam PORT IDP-METADATA-FILE
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

	"github.com/crewjam/saml/samlsp"
)

// The NameID that samlsp asks for is transient: another one at each sign-in. So the claim with Azure's user name says who it is.
const userName = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"

func main() {
	address := "127.0.0.1:" + os.Args[1]
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	sp := must(samlsp.New(samlsp.Options{
		URL:         url.URL{Scheme: "http", Host: address}, // configured, never read from the Host header
		Key:         key,
		Certificate: selfSigned(key),
		IDPMetadata: must(samlsp.ParseMetadata(must(os.ReadFile(os.Args[2])))),
		// What the README lists as hardening and Azure can live with: it signs no response around an assertion in CBC.
		ReplayCache:             samlsp.NewMemoryReplayCache(100_000),
		RejectUnknownConditions: true,
		SignLogout:              true,
		KeyAttributesByName:     true, // by FriendlyName if not set, which Core 2.7.3.1 forbids to rely on
	}))
	sp.ServiceProvider.RejectSHA1Signatures = true

	pages := http.NewServeMux()
	pages.Handle("/saml/", sp)
	pages.Handle("GET /me", sp.RequireAccount(http.HandlerFunc(me)))
	// Here alone: samlsp's own logout ends the session at the IdP too.
	pages.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := sp.Session.DeleteSession(w, r); err != nil {
			sp.OnError(w, r, err)
		}
	})
	pages.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := http.Server{Addr: address, Handler: http.MaxBytesHandler(pages, 1<<20), ReadTimeout: 20 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func me(w http.ResponseWriter, r *http.Request) {
	user := samlsp.AttributeFromContext(r.Context(), userName)
	session, ok := samlsp.SessionFromContext(r.Context()).(samlsp.JWTSessionClaims)
	if user == "" || !ok {
		http.Error(w, "the identity provider did not say who you are", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"user": user, "nameId": session.Subject, "attributes": session.GetAttributes()})
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
