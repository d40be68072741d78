// A small service provider on @node-saml/node-saml, written as its README advises: app.js PORT IDP-METADATA-FILE
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import { DOMParser } from "@xmldom/xmldom";
import express from "express";
import { useNamespaces } from "xpath";

const [port, file] = [Number(process.argv[2]), process.argv[3]];
const origin = `http://127.0.0.1:${port}`; // configured, never read from the Host header
const idp = readIdp(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
const saml = new SAML({
  issuer: `${origin}/metadata`,
  audience: `${origin}/metadata`,
  callbackUrl: `${origin}/acs`,
  entryPoint: idp.signOn,
  idpCert: idp.certificates,
  idpIssuer: idp.entityId, // the library reads it for logout only; sign-in is checked below
  wantAssertionsSigned: false, // either signature will do, since Azure has three signing options; without
  wantAuthnResponseSigned: false, // both of these the library still takes no assertion that neither covers
  validateInResponseTo: ValidateInResponseTo.always,
  requestIdExpirationPeriodMs: 600_000,
  disableRequestedAuthnContext: true, // Azure refuses a user who signed in by another method
});
const sessions = new Map(); // in memory; the cookie holds only the key
const app = express().disable("x-powered-by");

app.get("/login", async (request, response) => response.redirect(await saml.getAuthorizeUrlAsync("/me", undefined, {})));

app.post("/acs", express.urlencoded({ extended: false, limit: "1mb" }), async (request, response) => {
  const { profile } = await saml.validatePostResponseAsync(request.body);
  if (!profile?.nameID) throw new Error("the response names nobody");
  if (profile.issuer !== idp.entityId) throw new Error(`the assertion was issued by ${profile.issuer}`);
  const session = randomBytes(32).toString("base64url");
  const until = Date.now() + 3_600_000;
  for (const [key, old] of sessions) if (old.until < Date.now()) sessions.delete(key);
  sessions.set(session, { until, account: { nameId: profile.nameID, attributes: profile.attributes ?? {} } });
  response.cookie("session", session, { httpOnly: true, sameSite: "lax" });
  response.redirect(303, "/me"); // never to RelayState, which anybody can write
});

app.get("/me", (request, response) => {
  const session = sessions.get(cookie(request));
  if (session?.until > Date.now()) response.json(session.account);
  else response.status(401).send("nobody is signed in\n");
});

app.get("/logout", (request, response) => {
  sessions.delete(cookie(request));
  response.send("signed out\n");
});

app.get("/metadata", (request, response) => response.type("application/xml").send(saml.generateServiceProviderMetadata(null)));
app.get("/health", (request, response) => response.send("ok\n"));

app.use((error, request, response, _next) => {
  console.error(`refused: ${error.message}`);
  response.status(403).send("<!doctype html><title>Sign-in failed</title><p>We could not sign you in.");
});

app.listen(port, process.env.LISTEN ?? "127.0.0.1"); // in a container every address is the container's own

function cookie(request) {
  return /(?:^|;\s*)session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
}

function readIdp(xml) {
  const select = useNamespaces({ md: "urn:oasis:names:tc:SAML:2.0:metadata", ds: "http://www.w3.org/2000/09/xmldsig#" });
  const entity = new DOMParser().parseFromString(xml, "text/xml").documentElement;
  const role = "/md:EntityDescriptor/md:IDPSSODescriptor";
  const redirect = "@Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'";
  return {
    entityId: entity.getAttribute("entityID"),
    signOn: select(`string(${role}/md:SingleSignOnService[${redirect}]/@Location)`, entity),
    certificates: select(`${role}/md:KeyDescriptor[not(@use) or @use='signing']//ds:X509Certificate`, entity).map((c) => c.textContent),
  };
}
