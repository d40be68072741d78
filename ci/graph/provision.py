#!/usr/bin/env python3
"""Sets up SAML single sign-on with the official msgraph-sdk, as for Azure: only where Graph is, and whom to trust, differ.

Reads GRAPH (https://localhost:8443), CA, TENANT, CLIENT_ID, CLIENT_SECRET, ENTITY_ID, ACS, ACCOUNT, PASSWORD; prints the appId.
"""

import asyncio
import json
import os
import ssl
from datetime import datetime, timedelta, timezone
from uuid import UUID

import httpx
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.application_templates.item.instantiate.instantiate_post_request_body import InstantiatePostRequestBody
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.claims_mapping_policy import ClaimsMappingPolicy
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.user import User
from msgraph.generated.models.web_application import WebApplication
from msgraph.generated.service_principals.item.add_token_signing_certificate import add_token_signing_certificate_post_request_body as adding

NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
CLAIMS = {"Version": 1, "IncludeBasicClaimSet": "true", "ClaimsSchema": [
    {"Source": "user", "ID": "mail", "SamlClaimType": "mail"},
    {"Source": "user", "ID": "displayname", "SamlClaimType": "name"},
]}


def client(env):
    host = httpx.URL(env["GRAPH"]).host
    credential = ClientSecretCredential(
        env["TENANT"], env["CLIENT_ID"], env["CLIENT_SECRET"],
        authority=env["GRAPH"], disable_instance_discovery=True, connection_verify=env["CA"],
    )
    auth = AzureIdentityAuthenticationProvider(credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[host])
    trusting = httpx.AsyncClient(verify=ssl.create_default_context(cafile=env["CA"]))
    adapter = GraphRequestAdapter(auth, client=trusting)
    adapter.base_url = f"{env['GRAPH']}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


async def main(env):
    graph = client(env)
    template = graph.application_templates.by_application_template_id(NON_GALLERY)
    made = await template.instantiate.post(InstantiatePostRequestBody(display_name="Provisioned by Python"))
    principal = graph.service_principals.by_service_principal_id(made.service_principal.id)
    application = graph.applications.by_application_id(made.application.id)
    await principal.patch(ServicePrincipal(preferred_single_sign_on_mode="saml", app_role_assignment_required=True))
    await application.patch(Application(identifier_uris=[env["ENTITY_ID"]], web=WebApplication(redirect_uris=[env["ACS"]])))

    definition = json.dumps({"ClaimsMappingPolicy": CLAIMS})
    policy = await graph.policies.claims_mapping_policies.post(ClaimsMappingPolicy(display_name="Claims", definition=[definition]))
    reference = ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/policies/claimsMappingPolicies/{policy.id}")
    await principal.claims_mapping_policies.ref.post(reference)

    until = datetime.now(timezone.utc) + timedelta(days=365)
    body = adding.AddTokenSigningCertificatePostRequestBody(display_name="CN=Provisioned", end_date_time=until)
    certificate = await principal.add_token_signing_certificate.post(body)
    await principal.patch(ServicePrincipal(preferred_token_signing_key_thumbprint=certificate.thumbprint))

    name = env["ACCOUNT"].split("@")[0]
    user = await graph.users.post(User(
        account_enabled=True, display_name=name, mail_nickname=name, user_principal_name=env["ACCOUNT"], mail=env["ACCOUNT"],
        password_profile=PasswordProfile(password=env["PASSWORD"], force_change_password_next_sign_in=False)))
    await principal.app_role_assigned_to.post(AppRoleAssignment(
        principal_id=UUID(user.id), resource_id=UUID(made.service_principal.id), app_role_id=made.application.app_roles[0].id))
    seen = await principal.get()
    assert seen.preferred_token_signing_key_thumbprint == certificate.thumbprint and len(seen.key_credentials) == 2
    print(made.application.app_id)


asyncio.run(main(os.environ))
