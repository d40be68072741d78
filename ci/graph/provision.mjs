#!/usr/bin/env node
// Sets up SAML single sign-on with the official @microsoft/microsoft-graph-client, as for Azure: only where Graph is differs;
// NODE_EXTRA_CA_CERTS says whom to trust. Reads and prints the same as provision.py.

import { Client, GraphError } from "@microsoft/microsoft-graph-client";

const env = process.env;
const NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const CLAIMS = {
  Version: 1,
  IncludeBasicClaimSet: "true",
  ClaimsSchema: [
    { Source: "user", ID: "mail", SamlClaimType: "mail" },
    { Source: "user", ID: "displayname", SamlClaimType: "name" },
  ],
};

async function getAccessToken() {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: env.CLIENT_ID,
    client_secret: env.CLIENT_SECRET,
    scope: "https://graph.microsoft.com/.default",
  });
  const answer = await fetch(`${env.GRAPH}/${env.TENANT}/oauth2/v2.0/token`, { method: "POST", body });
  const token = await answer.json();
  if (!answer.ok) throw new Error(token.error_description);
  return token.access_token;
}

const graph = Client.initWithMiddleware({
  authProvider: { getAccessToken },
  baseUrl: `${env.GRAPH}/`,
  defaultVersion: "v1.0",
  customHosts: new Set([new URL(env.GRAPH).hostname]),
});

const made = await graph
  .api(`/applicationTemplates/${NON_GALLERY}/instantiate`)
  .post({ displayName: "Provisioned by JavaScript" });
const principal = `/servicePrincipals/${made.servicePrincipal.id}`;
await graph.api(principal).patch({ preferredSingleSignOnMode: "saml", appRoleAssignmentRequired: true });
await graph
  .api(`/applications/${made.application.id}`)
  .patch({ identifierUris: [env.ENTITY_ID], web: { redirectUris: [env.ACS] } });

const definition = [JSON.stringify({ ClaimsMappingPolicy: CLAIMS })];
const policy = await graph.api("/policies/claimsMappingPolicies").post({ displayName: "Claims", definition });
await graph
  .api(`${principal}/claimsMappingPolicies/$ref`)
  .post({ "@odata.id": `https://graph.microsoft.com/v1.0/policies/claimsMappingPolicies/${policy.id}` });

const endDateTime = new Date(Date.now() + 365 * 86400e3).toISOString();
const certificate = await graph
  .api(`${principal}/addTokenSigningCertificate`)
  .post({ displayName: "CN=Provisioned", endDateTime });
await graph.api(principal).patch({ preferredTokenSigningKeyThumbprint: certificate.thumbprint });

const name = env.ACCOUNT.split("@")[0];
const user = await graph.api("/users").post({
  ...{ accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: env.ACCOUNT, mail: env.ACCOUNT },
  passwordProfile: { password: env.PASSWORD, forceChangePasswordNextSignIn: false },
});
await graph.api(`${principal}/appRoleAssignedTo`).post({
  ...{ principalId: user.id, resourceId: made.servicePrincipal.id, appRoleId: made.application.appRoles[0].id },
});
const twice = await graph.api("/users").post({ ...user }).catch((error) => error);
if (!(twice instanceof GraphError && twice.statusCode === 400 && twice.requestId)) throw new Error("no error of Graph's");
console.log(made.application.appId);
