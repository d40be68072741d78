// An Express application with sessions and pages that signs in by @node-saml/passport-saml, set up as its README says, with
// its defaults: app.js PORT IDP-METADATA-FILE KEY-FILE CERTIFICATE-FILE
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Strategy as SamlStrategy } from "@node-saml/passport-saml";
import { DOMParser } from "@xmldom/xmldom";
import express from "express";
import session from "express-session";
import passport from "passport";

process.env.NODE_ENV ??= "production"; // or Express would show where an error came from
const [port, file, key, cert] = process.argv.slice(2);
const origin = `https://app.example:${port}`;
const idp = new DOMParser().parseFromString(readFileSync(file, "utf8").replace(/^\uFEFF/, ""), "text/xml");
const users = new Map(); // by NameID, as the identity provider names them

const strategy = new SamlStrategy(
  {
    callbackUrl: `${origin}/login/callback`,
    entryPoint: all("SingleSignOnService").find((service) => service.getAttribute("Binding").endsWith("HTTP-Redirect")).getAttribute("Location"),
    issuer: `${origin}/metadata`,
    idpCert: all("X509Certificate", all("IDPSSODescriptor")[0]).map((element) => element.textContent),
  },
  (profile, done) => {
    users.set(profile.nameID, profile);
    done(null, profile);
  },
  (profile, done) => done(null, users.get(profile.nameID)),
);
passport.use(strategy);
passport.serializeUser((user, done) => done(null, user.nameID));
passport.deserializeUser((id, done) => done(null, users.get(id) ?? false));

const app = express();
app.use(session({ secret: randomBytes(32).toString("hex"), resave: false, saveUninitialized: false, cookie: { secure: true } }));
app.use(passport.initialize());
app.use(passport.session());

app.get("/", (request, response) => response.send(page(request.user ? home(request.user) : '<a href="/login">Sign in</a>')));
app.get("/login", passport.authenticate("saml"));
app.post("/login/callback", express.urlencoded({ extended: false }), passport.authenticate("saml", { failureRedirect: "/" }),
  (request, response) => response.redirect("/"));
app.post("/logout", (request, response, next) => request.logout((error) => (error ? next(error) : response.redirect("/"))));
app.get("/metadata", (request, response) => response.type("application/xml").send(strategy.generateServiceProviderMetadata(null)));

createServer({ key: readFileSync(key), cert: readFileSync(cert) }, app).listen(port, "127.0.0.1");

function home(user) {
  return `<h1>Welcome</h1><p>You are <strong>${escaped(user.nameID)}</strong>.</p>
    <form method="post" action="/logout"><button>Sign out</button></form>`;
}

function page(content) {
  return `<!doctype html><html lang="en"><title>Application</title><main>${content}</main></html>`;
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

function all(name, element = idp) {
  return Array.from(element.getElementsByTagNameNS("*", name));
}
