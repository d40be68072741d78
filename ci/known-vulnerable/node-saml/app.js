// The smallest service provider on @node-saml/node-saml that shows who is signed in: app.js PORT IDP-METADATA-FILE
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { SAML } from "@node-saml/node-saml";

const [port, file] = process.argv.slice(2);
const origin = `http://127.0.0.1:${port}`;
const metadata = readFileSync(file, "utf8");
const saml = new SAML({
  issuer: `${origin}/metadata`,
  audience: `${origin}/metadata`,
  callbackUrl: `${origin}/acs`,
  entryPoint: /HTTP-Redirect" Location="([^"]+\/saml2)"/.exec(metadata)[1],
  idpCert: [...new Set([...metadata.matchAll(/<X509Certificate>([^<]+)</g)].map(([, certificate]) => certificate))],
  wantAssertionsSigned: false, // either signature will do, since Azure has three signing options
  wantAuthnResponseSigned: false,
  disableRequestedAuthnContext: true,
});
const sessions = new Map();

const pages = {
  "GET /login": async () => see(await saml.getAuthorizeUrlAsync("/me", undefined, {})),
  "POST /acs": async (request) => {
    const form = new URLSearchParams(await body(request));
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: form.get("SAMLResponse") });
    const session = randomBytes(32).toString("base64url");
    sessions.set(session, profile.nameID);
    return see("/me", { "Set-Cookie": `session=${session}; HttpOnly; SameSite=Lax; Path=/` });
  },
  "GET /me": (request) => {
    const nameId = sessions.get(cookie(request));
    return nameId ? [200, { "Content-Type": "application/json" }, JSON.stringify({ nameId })] : [401, {}, "nobody is signed in\n"];
  },
  "GET /logout": (request) => {
    sessions.delete(cookie(request));
    return [200, {}, "signed out\n"];
  },
  "GET /metadata": () => [200, { "Content-Type": "application/xml" }, saml.generateServiceProviderMetadata(null)],
  "GET /health": () => [200, {}, "ok\n"],
};

createServer(async (request, response) => {
  const page = pages[`${request.method} ${new URL(request.url, origin).pathname}`] ?? (() => [404, {}, "there is no such page\n"]);
  let answer;
  try {
    answer = await page(request);
  } catch (error) {
    console.error(`refused: ${error.message}`);
    answer = [403, { "Content-Type": "text/html" }, "<!doctype html><title>Sign-in failed</title><p>We could not sign you in."];
  }
  const [status, headers, text] = answer;
  response.writeHead(status, headers).end(text);
}).listen(port, "127.0.0.1");

function see(location, headers = {}) {
  return [303, { Location: location, ...headers }, ""];
}

function cookie(request) {
  return /(?:^|;\s*)session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
