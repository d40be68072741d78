// Node-RED whose editor and admin API are secured by a passport strategy, @node-saml/passport-saml, as its documentation says
// ("Securing Node-RED", "OAuth/OpenID based authentication"). From the environment: PORT, and IDP_METADATA, a file.
const { readFileSync } = require("node:fs");
const { Strategy } = require("@node-saml/passport-saml");
const { DOMParser } = require("@xmldom/xmldom");

const origin = `http://localhost:${process.env.PORT}`;
const metadata = readFileSync(process.env.IDP_METADATA, "utf8").replace(/^\uFEFF/, "");
const role = new DOMParser().parseFromString(metadata, "text/xml").getElementsByTagNameNS("*", "IDPSSODescriptor")[0];
const all = (name) => Array.from(role.getElementsByTagNameNS("*", name));

module.exports = {
  uiHost: "127.0.0.1",
  uiPort: Number(process.env.PORT),
  credentialSecret: false,
  logging: { console: { level: "warn" } },
  adminAuth: {
    type: "strategy",
    strategy: {
      name: "saml",
      label: "Sign in with Contoso",
      strategy: Strategy,
      options: {
        callbackUrl: `${origin}/auth/strategy/callback`,
        callbackMethod: "POST",
        entryPoint: all("SingleSignOnService").find((s) => s.getAttribute("Binding").endsWith("HTTP-Redirect")).getAttribute("Location"),
        issuer: origin,
        idpCert: all("X509Certificate").map((certificate) => certificate.textContent),
        verify: (profile, done) => done(null, { ...profile, username: profile.nameID }),
      },
    },
    users: async (username) => (username ? { username, permissions: "*" } : null),
  },
};
